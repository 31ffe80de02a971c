# Writes clustered_396.csv and clustered_396_mis.csv: persons in clusters that differ in their
# factors (intraclass correlation .25) and in each item's remainder (.15).
# Run from this folder: Rscript clustered_data.R

set.seed(4711)
sizes <- rep(4:14, 4)
clinician <- rep(seq_along(sizes), sizes)
n <- length(clinician)
root_between <- chol(matrix(c(1, .7, .5, .7, 1, .6, .5, .6, 1), 3))
root_within <- chol(matrix(c(1, .6, .5, .6, 1, .7, .5, .7, 1), 3))
between <- matrix(rnorm(length(sizes) * 3), ncol = 3) %*% root_between
within <- matrix(rnorm(n * 3), ncol = 3) %*% root_within
factors <- sqrt(.25) * between[clinician, ] + sqrt(.75) * within
scales <- list(goal = c(4, 6, 8, 11), task = c(1, 2, 10, 12), bond = c(3, 5, 7, 9))
y <- matrix(0, n, 12)
for (k in 1:3) for (i in scales[[k]]) {
  loading <- .5 + .03 * i
  shared <- rnorm(length(sizes))
  remainder <- sqrt(.15) * shared[clinician] + sqrt(.85) * rnorm(n)
  y[, i] <- loading * factors[, k] + sqrt(1 - loading^2) * remainder
}
answers <- apply(y, 2, function(column) findInterval(column, c(-1.6, -.9, -.1, .8)) + 1)
holes <- answers
holes[matrix(runif(n * 12) < .05, n)] <- NA

write <- function(x, file) {
  d <- data.frame(clinician = paste0("c", clinician), x)
  names(d) <- c("clinician", paste0("i", 1:12))
  write.csv(d, file, row.names = FALSE, na = "", quote = FALSE)
}
write(answers, "../../data/clustered_396.csv")
write(holes, "../../data/clustered_396_mis.csv")
