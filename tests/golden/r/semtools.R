# Writes tests/golden/semtools.json: what semTools says of the reliability of the tests' data.
# Run from the repository's root: Rscript tests/golden/r/semtools.R
suppressPackageStartupMessages({library(lavaan); library(semTools); library(jsonlite)})
versions <- list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
                 semTools = as.character(packageVersion("semTools")))
scales <- list(goal = c(4, 6, 8, 11), task = c(1, 2, 10, 12), bond = c(3, 5, 7, 9), total = 1:12)
three <- "goal =~ i4+i6+i8+i11\ntask =~ i1+i2+i10+i12\nbond =~ i3+i5+i7+i9"
bifactor <- paste0(three, "\ng =~ ", paste0("i", 1:12, collapse = "+"))
one_of <- function(items) paste("f =~", paste(items, collapse = " + "))
omegas <- function(x, items) {
  ml <- cfa(one_of(items), x, std.lv = TRUE)
  wlsmv <- cfa(one_of(items), x, std.lv = TRUE, ordered = items)
  list(omega = unname(compRelSEM(ml)[["f"]]), ordinal_omega = unname(compRelSEM(wlsmv)[["f"]]))
}
out <- list()
for (name in c("wai_250", "wai_1000")) {
  x <- read.csv(paste0("tests/data/", name, ".csv"))
  own <- lapply(scales, function(s) omegas(x, paste0("i", s)))
  b <- compRelSEM(cfa(bifactor, x, std.lv = TRUE, orthogonal = TRUE))
  total <- compRelSEM(cfa(three, x, std.lv = TRUE), return.total = TRUE)
  out[[name]] <- list(scales = own, omega_total = unname(total[["total"]]), bifactor = as.list(b))
}
x <- read.csv("examples/wai36_simulated_patients.csv")[, paste0("item", 1:36)]
reversed <- c(1, 3, 7, 9, 10, 11, 12, 15, 20, 27, 29, 31, 33, 34)
x[, reversed] <- 8 - x[, reversed]
out$wai36 <- list(scales = list(bond = omegas(x, paste0("item", c(1, 5, 8, 17, 19, 20, 21, 23, 26, 28, 29, 36)))))
files <- c("tests/data/wai_250.csv", "tests/data/wai_1000.csv", "examples/wai36_simulated_patients.csv")
writeLines(toJSON(list(made_by = "tests/golden/r/semtools.R", versions = versions,
                       md5 = as.list(setNames(unname(tools::md5sum(files)), files)), values = out),
                  digits = NA, auto_unbox = TRUE), "tests/golden/semtools.json")
