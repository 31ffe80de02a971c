# Writes criterion_r.json: what R says of correlations with outcomes.
# Run from this folder: Rscript criterion.R
# Outcomes are arithmetic of the answers, so that both sides can make them without random numbers.

suppressMessages({
  library(jsonlite); library(polycor); library(metafor)
})

file <- "../../data/wai_250.csv"
d <- read.csv(file)
items <- as.matrix(d[paste0("i", 1:12)])
n <- nrow(items)
row <- seq_len(n) - 1
score <- rowSums(items[, c(4, 6, 8, 11)])                      # the WAI-SR's Goal
noise <- (row * 37) %% 101
number <- 2 * score + noise / 4
ordinal <- pmin(pmax((score + noise %/% 6) %/% 6, 1), 5)
binary <- as.numeric(number > median(number))
baseline <- noise / 5 + (row * 13) %% 29
clinician <- (row * row) %% 17
site <- row %% 5

spearman_interval <- function(r, n) tanh(atanh(r) + c(-1, 1) * qnorm(.975) * sqrt((1 + r^2 / 2) / (n - 3)))
serial <- function(x, y) {
  p <- polyserial(x, y, ML = TRUE, std.err = TRUE, control = list(reltol = 1e-15, maxit = 10000))
  list(estimate = unname(p$rho), standard_error_given_scale = unname(sqrt(p$var[1, 1])))
}
partial <- function(x, y, z) {
  r <- cor(resid(lm(x ~ z)), resid(lm(y ~ z)))
  list(estimate = r, interval = tanh(atanh(r) + c(-1, 1) * qnorm(.975) / sqrt(length(x) - 4)))
}
jackknife <- function(x, y, g) {
  z <- atanh(cor(x, y)); groups <- unique(g); k <- length(groups)
  without <- sapply(groups, function(one) atanh(cor(x[g != one], y[g != one])))
  se <- sqrt((k - 1) / k * sum((without - z)^2))
  list(n_clinicians = k, interval = tanh(z + c(-1, 1) * qt(.975, k - 1) * se))
}
pooled <- function(z, v, method) {
  f <- rma(yi = z, vi = v, method = method, test = "knha", control = list(threshold = 1e-14, maxiter = 1000))
  p <- predict(f)
  list(method = method, z = z, v = v, mean = c(f$b), standard_error = f$se, tau_squared = f$tau2,
       q = f$QE, p_value = f$QEp, i_squared = f$I2 / 100, interval = c(f$ci.lb, f$ci.ub),
       prediction_interval = c(p$pi.lb, p$pi.ub))
}

pearson <- cor.test(score, number)
rank_correlation <- suppressWarnings(cor(score, number, method = "spearman"))
by_site <- sapply(0:4, function(one) cor(score[site == one], number[site == one]))
size <- sapply(0:4, function(one) sum(site == one))
cases <- list(
  list(atanh(by_site), 1 / (size - 3)),
  list(atanh(c(.27, .29, .45, .1, .38)), 1 / (c(53, 59, 120, 40, 88) - 3)),
  list(atanh(c(.2, .21, .19)), 1 / (c(50, 60, 70) - 3)),
  list(atanh(c(-.3, .6, .1, .2)), 1 / (c(25, 300, 60, 90) - 3))
)
random_effects <- list()
for (case in cases) for (method in c("REML", "DL"))
  random_effects[[length(random_effects) + 1]] <- pooled(case[[1]], case[[2]], method)

out <- list(
  data = list(file = basename(file), md5 = unname(tools::md5sum(file))),
  sources = list(R = R.version.string, polycor = as.character(packageVersion("polycor")),
                 metafor = as.character(packageVersion("metafor"))),
  pearson = list(estimate = unname(pearson$estimate), interval = as.numeric(pearson$conf.int)),
  spearman = list(estimate = rank_correlation, interval = spearman_interval(rank_correlation, n)),
  polyserial = list(ordinal = serial(score, ordinal), binary = serial(score, binary)),
  partial = partial(score, number, baseline),
  clustered = jackknife(score, number, clinician),
  random_effects = random_effects
)
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "../criterion_r.json")
