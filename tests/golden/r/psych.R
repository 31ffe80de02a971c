# Writes tests/golden/psych.json: what psych says of the data in tests/data and examples.
# Run from the repository's root: Rscript tests/golden/r/psych.R
suppressPackageStartupMessages({library(psych); library(jsonlite)})
versions <- list(R = R.version.string, psych = as.character(packageVersion("psych")),
                 GPArotation = as.character(packageVersion("GPArotation")))
items <- paste0("i", 1:12)
scales <- list(goal = c(4, 6, 8, 11), task = c(1, 2, 10, 12), bond = c(3, 5, 7, 9), total = 1:12)
simulated <- read.csv("examples/wai36_simulated_patients.csv")[, paste0("item", 1:36)]
reversed <- c(1, 3, 7, 9, 10, 11, 12, 15, 20, 27, 29, 31, 33, 34)
simulated[, reversed] <- 8 - simulated[, reversed]
alpha_of <- function(x) {
  a <- suppressWarnings(psych::alpha(x, check.keys = FALSE))
  list(alpha = a$total$raw_alpha, standardized = a$total$std.alpha,
       feldt = unname(unlist(a$feldt[c(1, 3)])), item_rest = a$item.stats$r.drop,
       if_deleted = a$alpha.drop$raw_alpha)
}
half_of <- function(x) { set.seed(1); suppressWarnings(psych::splitHalf(x, check.keys = FALSE, brute = FALSE)$maxrb) }
fa_of <- function(x, m, fm, rotate, cor = "cor") {
  f <- suppressMessages(suppressWarnings(psych::fa(x, m, fm = fm, rotate = rotate, cor = cor)))
  list(loadings = unname(unclass(f$loadings)), Phi = if (is.null(f$Phi)) diag(m) else unname(f$Phi),
       uniquenesses = unname(f$uniquenesses), RMSEA = unname(f$RMSEA[1:3]), TLI = f$TLI,
       rms = f$rms, chi_square = f$STATISTIC, df = f$dof, r = if (cor == "poly") unname(f$r) else NULL)
}
# What fa() has no name for: Kaiser normalization of oblique rotations, and targets. Golden are
# GPArotation's own functions of psych's unrotated loadings.
turned_of <- function(x, fm) {
  unrotated <- function(m) unclass(suppressWarnings(psych::fa(cor(x), m, n.obs = nrow(x), fm = fm, rotate = "none"))$loadings)
  A <- unrotated(3); B <- unrotated(2)
  of <- function(f) {
    flip <- diag(sign(colSums(f$loadings)))  # as fa() does
    list(loadings = unname(unclass(f$loadings) %*% flip), Phi = unname(flip %*% f$Phi %*% flip))
  }
  key <- sapply(scales[1:3], function(s) as.numeric(1:12 %in% s))
  to_key <- function(normalize) {
    lengths <- if (normalize) sqrt(rowSums(A^2)) else 1
    u <- svd(t(A / lengths) %*% key)
    t <- GPArotation::pstQ(A, Tmat = u$u %*% t(u$v), W = 1 - key, Target = 0 * key, normalize = normalize, eps = 1e-8, maxit = 5000)
    flip <- diag(sign(colSums(t$loadings * key)))
    list(loadings = unname(t$loadings %*% flip), Phi = unname(flip %*% t$Phi %*% flip))
  }
  list(oblimin_kaiser = of(GPArotation::oblimin(A, normalize = TRUE, eps = 1e-8, maxit = 5000)),
       geomin_kaiser = of(GPArotation::geominQ(B, normalize = TRUE, eps = 1e-8, maxit = 5000)),
       target = to_key(FALSE), target_kaiser = to_key(TRUE))
}
files <- list(wai_250 = read.csv("tests/data/wai_250.csv")[, items],
              wai_1000 = read.csv("tests/data/wai_1000.csv")[, items])
out <- list()
for (name in names(files)) {
  x <- files[[name]]; R <- cor(x)
  out[[name]] <- list(
    describe = { d <- psych::describe(x); list(mean = d$mean, sd = d$sd, skewness = d$skew, kurtosis = d$kurtosis) },
    alpha = lapply(scales, function(s) alpha_of(x[, s])),
    split_half = lapply(scales, function(s) half_of(x[, s])),
    kmo = { k <- psych::KMO(R); list(overall = k$MSA, items = unname(k$MSAi)) },
    bartlett = { b <- psych::cortest.bartlett(R, n = nrow(x)); list(chi_square = b$chisq, df = b$df, p_value = b$p.value) },
    map = psych::vss(x, n = 6, plot = FALSE)$map,
    fa = list(minres_oblimin = fa_of(x, 3, "minres", "oblimin"), minres_promax = fa_of(x, 3, "minres", "promax"),
              ml_oblimin = fa_of(x, 3, "ml", "oblimin"), ml_promax = fa_of(x, 3, "ml", "promax"),
              minres_Varimax = fa_of(x, 3, "minres", "Varimax"), ml_Varimax = fa_of(x, 3, "ml", "Varimax"),
              minres_Promax = fa_of(x, 3, "minres", "Promax"), ml_Promax = fa_of(x, 3, "ml", "Promax"),
              minres_varimax = fa_of(x, 3, "minres", "varimax"), ml_varimax = fa_of(x, 3, "ml", "varimax"),
              ml_geominQ = fa_of(x, 2, "ml", "geominQ"), minres_geominQ = fa_of(x, 2, "minres", "geominQ"),
              minres_oblimin_two = fa_of(x, 2, "minres", "oblimin"), ml_none = fa_of(x, 3, "ml", "none"),
              minres_none = fa_of(x, 3, "minres", "none")),
    turned = list(minres = turned_of(x, "minres"), ml = turned_of(x, "ml")),
    schmid = unname(suppressWarnings(psych::schmid(R, 3, fm = "minres", rotate = "oblimin"))$sl[, 1:4]),
    fa_poly = list(minres_oblimin = fa_of(x, 3, "minres", "oblimin", "poly")))
}
edge <- read.csv("tests/data/edges/varimax_300.csv")
out$varimax_300 <- list(fa = list(minres_varimax = fa_of(edge, 3, "minres", "varimax"), ml_varimax = fa_of(edge, 3, "ml", "varimax")))
missing <- read.csv("tests/data/wai_1000_mis.csv")[, items]
out$wai_1000_mis <- list(alpha = lapply(scales, function(s) alpha_of(missing[, s])))
out$wai36 <- list(
  alpha = list(total = alpha_of(simulated)),
  kmo = { k <- psych::KMO(cor(simulated)); list(overall = k$MSA, items = unname(k$MSAi)) },
  map = psych::vss(simulated, n = 8, plot = FALSE)$map,
  fa = list(minres_oblimin = fa_of(simulated, 3, "minres", "oblimin"), ml_oblimin = fa_of(simulated, 3, "ml", "oblimin"),
            minres_promax = fa_of(simulated, 4, "minres", "promax")))
hashes <- lapply(c("tests/data/wai_250.csv", "tests/data/wai_1000.csv", "tests/data/wai_1000_mis.csv",
                   "tests/data/edges/varimax_300.csv", "examples/wai36_simulated_patients.csv"), function(f) setNames(list(unname(tools::md5sum(f))), f))
writeLines(toJSON(list(made_by = "tests/golden/r/psych.R", versions = versions, md5 = do.call(c, hashes), values = out),
                  digits = NA, auto_unbox = TRUE, matrix = "rowmajor", null = "null"), "tests/golden/psych.json")
