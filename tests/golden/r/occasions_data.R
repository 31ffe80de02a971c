# Writes occasions_2_420.csv, occasions_2_420_mis.csv and occasions_3_700.csv: the same persons on
# two or three occasions, factors and items' remainders correlated across time, alliance growing.
# The third file has an item whose thresholds move on the last occasion.
# Run from this folder: Rscript occasions_data.R

set.seed(2017)
scales <- list(goal = c(4, 6, 8, 11), task = c(1, 2, 10, 12), bond = c(3, 5, 7, 9))
within <- matrix(c(1, .7, .6, .7, 1, .65, .6, .65, 1), 3)

answers_of <- function(n, occasions, shift) {
  stability <- .6^abs(outer(seq_len(occasions), seq_len(occasions), "-"))
  factors <- matrix(rnorm(n * 3 * occasions), n) %*% chol(stability %x% within)
  kept <- matrix(rnorm(n * 12), n)
  lapply(seq_len(occasions), function(t) {
    y <- sapply(1:12, function(i) {
      k <- which(sapply(scales, function(s) i %in% s))
      loading <- .55 + .025 * i
      remainder <- sqrt(.25) * kept[, i] + sqrt(.75) * rnorm(n)
      eta <- factors[, 3 * (t - 1) + k] + .2 * (t - 1)
      loading * eta + sqrt(1 - loading^2) * remainder + (t == occasions) * shift[i]
    })
    apply(y, 2, function(column) findInterval(column, c(-1.6, -1, -.3, .5)) + 1)
  })
}
write <- function(parts, file) {
  d <- do.call(rbind, lapply(seq_along(parts), function(t) {
    data.frame(person = paste0("p", seq_len(nrow(parts[[t]]))), session_number = t, parts[[t]])
  }))
  names(d) <- c("person", "session_number", paste0("i", 1:12))
  d <- d[!apply(is.na(d[paste0("i", 1:12)]), 1, all), ]
  write.csv(d, file, row.names = FALSE, na = "", quote = FALSE)
}
two <- answers_of(420, 2, rep(0, 12))
write(two, "../../data/occasions_2_420.csv")
# 60 persons do not come again, 15 come only later, and 3% of the other answers are missing
two[[2]][1:60, ] <- NA
two[[1]][61:75, ] <- NA
write(lapply(two, function(x) { x[runif(length(x)) < .03] <- NA; x }),
      "../../data/occasions_2_420_mis.csv")
write(answers_of(700, 3, ifelse(1:12 == 6, .5, 0)), "../../data/occasions_3_700.csv")
