# mirt's side of irt.py: CPU seconds as one line of JSON. Rscript irt.R ANSWERS.csv
suppressPackageStartupMessages({library(mirt); library(jsonlite)})
data <- read.csv(commandArgs(trailingOnly = TRUE)[1]); X <- data[, paste0("i", 1:12)]; g <- factor(data$group)
cpu <- function(run) { t <- system.time(run()); unname(t["user.self"] + t["sys.self"]) }
median3 <- function(run) { run(); median(replicate(3, cpu(run))) }
par <- c("a1", paste0("d", 1:4))
out <- list(
  graded = median3(function() mirt(X, 1, "graded", SE = TRUE, SE.type = "Oakes", verbose = FALSE)),
  dif = cpu(function() { m <- multipleGroup(X, 1, group = g, itemtype = "graded", invariance = c(colnames(X), "free_means", "free_var"), verbose = FALSE)
                         DIF(m, par, scheme = "drop", verbose = FALSE) }))
cat(toJSON(out, auto_unbox = TRUE, digits = NA), "\n")
