# R's side of benchmarks/repeated.py: lavaan's RI-CLPM, free and constrained over time, and a growth model.
# usage: Rscript repeated.R FILE.csv   (columns x1..x5, y1..y5)
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
data <- read.csv(commandArgs(trailingOnly = TRUE)[1])
cpu <- function(run) {
  gc()
  start <- proc.time()
  suppressWarnings(suppressMessages(utils::capture.output(run())))
  spent <- proc.time() - start
  1000 * sum(spent[c("user.self", "sys.self", "user.child", "sys.child")])
}
panel <- function(constrained) {
  t <- 1:5; s <- 2:5; k <- if (constrained) rep("", 5) else t
  join <- function(f, v) sprintf("%s =~ %s", f, paste0("1*", v, t, collapse = " + "))
  c(join("RIx", "x"), join("RIy", "y"), sprintf("wx%d =~ 1*x%d", t, t), sprintf("wy%d =~ 1*y%d", t, t),
    "RIx ~~ RIx", "RIy ~~ RIy", "RIx ~~ RIy",
    sprintf("wx%d ~ axx%s*wx%d + ayx%s*wy%d", s, k[s], s - 1, k[s], s - 1),
    sprintf("wy%d ~ ayy%s*wy%d + axy%s*wx%d", s, k[s], s - 1, k[s], s - 1),
    sprintf("wx%d ~~ wy%d", t, t), sprintf("wx%d ~~ wx%d", t, t), sprintf("wy%d ~~ wy%d", t, t),
    sprintf("x%d ~ 1", t), sprintf("y%d ~ 1", t))
}
fit <- function(model) {
  f <- lavaan(model, data, missing = "ml", meanstructure = TRUE, estimator = "MLR")
  fitMeasures(f); standardizedSolution(f)
}
growing <- paste("level =~", paste0("1*x", 1:5, collapse = " + "), "\n slope =~",
                 paste0(0:4, "*x", 1:5, collapse = " + "))
cases <- list(
  "RI-CLPM, constrained, MLR" = function() fit(panel(TRUE)),
  "RI-CLPM, free, MLR" = function() fit(panel(FALSE)),
  "linear growth, MLR" = function() {
    f <- growth(growing, data, missing = "ml", estimator = "MLR"); fitMeasures(f); standardizedSolution(f)
  }
)
for (name in names(cases)) {
  cpu(cases[[name]])
  cat(toJSON(list(case = name, cpu_ms = median(replicate(3, cpu(cases[[name]])))), auto_unbox = TRUE,
             digits = 6), "\n", sep = "")
}
