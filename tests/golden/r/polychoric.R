# Writes polychoric_lavaan.json: thresholds, polychoric correlations and NACOV by lavaan, for the
# data files beside the tests and for small made-up samples with awkward tables.
# From tests/golden/r: Rscript polychoric.R
suppressMessages({library(lavaan); library(jsonlite)})
moments <- function(name, data, missing = "listwise", keep = TRUE) {
  names(data) <- paste0("i", seq_along(data))
  fit <- suppressWarnings(lavCor(data, ordered = names(data), output = "fit", se = "robust.sem",
                                 missing = missing, estimator = "WLSMV"))
  stats <- lavInspect(fit, "sampstat")
  gamma <- unname(lavTech(fit, "gamma")[[1]])
  list(name = name, missing = missing, n_persons = unname(nobs(fit)),
       answers = if (keep) unname(as.matrix(data)),
       thresholds = unname(as.numeric(stats$th)),
       correlations = unname(as.matrix(unclass(stats$cov)))[lower.tri(diag(ncol(data)))],
       nacov = if (keep) gamma, nacov_diagonal = diag(gamma))
}
set.seed(4)
n <- 120
loading <- c(.8, .7, .6, .85, .5)
factor_score <- rnorm(n)
latent <- sapply(loading, function(l) l * factor_score + sqrt(1 - l^2) * rnorm(n))
binary <- 1 * (latent > matrix(c(-1.9, -2, -1.7, -1.5, 0), n, 5, byrow = TRUE))
cuts <- list(.3, c(-1, .2), c(-2, -1.2, -.5), c(-1, -.3, .3, 1), c(-2, -1.5, -1, -.5, 0, .9))
mixed <- sapply(1:5, function(j) findInterval(latent[, j], cuts[[j]])) + 1
mixed[, 4] <- 6 - mixed[, 4]
holes <- mixed
holes[cbind(sample(n, 40), sample(5, 40, TRUE))] <- NA
holes[7, ] <- NA
file <- function(f) read.csv(file.path("../../data", f))[, paste0("i", 1:12)]
cases <- list(
  moments("binary with empty cells", as.data.frame(binary)),
  moments("two to seven categories", as.data.frame(mixed)),
  moments("missing answers", as.data.frame(holes), "pairwise"),
  moments("missing answers", as.data.frame(holes), "listwise"),
  moments("wai_250.csv", file("wai_250.csv"), keep = FALSE),
  moments("wai_1000.csv", file("wai_1000.csv"), keep = FALSE),
  moments("wai_250_mis.csv", file("wai_250_mis.csv"), "pairwise", keep = FALSE),
  moments("wai_1000_mis.csv", file("wai_1000_mis.csv"), "pairwise", keep = FALSE),
  moments("wai_1000_mis.csv", file("wai_1000_mis.csv"), "listwise", keep = FALSE))
versions <- list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")))
files <- list.files("../../data", "^wai_")
provenance <- list(versions = versions, script = "r/polychoric.R",
                   call = "lavCor(output = 'fit', estimator = 'WLSMV'); lavTech(fit, 'gamma')",
                   md5 = as.list(setNames(tools::md5sum(file.path("../../data", files)), files)))
write_json(list(provenance = provenance, cases = cases), "../polychoric_lavaan.json",
           digits = I(10), na = "null", auto_unbox = TRUE, null = "null")
