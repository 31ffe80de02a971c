
# ---------------------------------------------------------------------------------------------------
# What follows is the same in every script. Needed: lavaan, psych, semTools, GPArotation, jsonlite; mirt
# where item response models are to be made again (the numbers were never run against it here).
#
#   Rscript report.R DATA.csv [MORE.csv ...] [--out NUMBERS.json] [--without-parallel]
#
# DATA.csv is what the service exports: one row a response, columns i1 ... iK as answered, and the
# columns beside them. Several files are several samples, the reference first. What lavaan warns of,
# or cannot fit, stands beside the numbers (`warnings`, `error`) and is told at the end. Not reproduced:
# which items a search for partial invariance releases and how much they differ, agreement of two
# respondents, delta-method intervals of omega and ordinal alpha, modification indices, power,
# model-specific cut-offs, standard errors that allow for clusters under WLSMV, and outcomes that stand
# in another row than the rating, are ordinal or pooled.
suppressPackageStartupMessages({library(lavaan); library(psych); library(semTools); library(jsonlite)})

# Runs something and keeps what was said about it beside its numbers.
told <- function(run) {
  said <- character(0)
  value <- tryCatch(
    withCallingHandlers(run(), warning = function(w) {
      said <<- c(said, trimws(conditionMessage(w)))
      invokeRestart("muffleWarning")
    }),
    error = function(e) list(converged = FALSE, error = trimws(conditionMessage(e))))
  if (length(said)) value$warnings <- I(unique(said))
  value
}

# --- data ------------------------------------------------------------------------------------------

item_columns <- function(data) {
  named <- regmatches(names(data), regexec("^(.*?)0*([1-9][0-9]*)$", names(data), perl = TRUE))
  for (prefix in unique(stats::na.omit(sapply(named, `[`, 2)))) {
    numbers <- sapply(named, function(m) if (length(m) && m[2] == prefix) as.integer(m[3]) else NA)
    if (all(seq_len(settings$n_items) %in% numbers)) return(match(seq_len(settings$n_items), numbers))
  }
  stop("no columns for the ", settings$n_items, " items")
}

read_sample <- function(file, number) {
  data <- read.csv(file, check.names = FALSE, na.strings = c("", "NA"))
  names(data)[item_columns(data)] <- paste0("i", seq_len(settings$n_items))
  if (is.null(data$sample)) data$sample <- paste0("sample", number)
  data
}

read_responses <- function(files) {
  parts <- Map(read_sample, files, seq_along(files))
  every <- unique(unlist(lapply(parts, names)))
  do.call(rbind, lapply(parts, function(part) { part[setdiff(every, names(part))] <- NA; part[every] }))
}

recoded <- function(data) {
  for (item in settings$reversed)
    data[[paste0("i", item)]] <- settings$minimum + settings$maximum - data[[paste0("i", item)]]
  data
}

in_time <- function(data) {
  clocks <- lapply(c("session_number", "days_since_first_visit", "days_since_delivery"),
                   function(name) if (is.null(data[[name]])) rep(NA_real_, nrow(data)) else data[[name]])
  do.call(order, c(clocks, list(seq_len(nrow(data)), na.last = TRUE)))
}

# One rating a person: the first one, or the first one of the session that was chosen.
one_rating_each <- function(data) {
  data <- data[rowSums(!is.na(data[items])) > 0, ]
  if (!is.null(settings$session_number)) data <- data[data$session_number %in% settings$session_number, ]
  if (is.null(data$person)) return(data)
  data <- data[in_time(data), ]
  data[is.na(data$person) | !duplicated(paste(data$sample, data$person)), ]
}

scale_scores <- function(data) {
  found <- sapply(names(scales), function(name) {
    x <- data[scales[[name]]]
    answered <- rowSums(!is.na(x))
    ifelse(answered >= settings$minimum_answered[[name]], rowSums(x, na.rm = TRUE) * ncol(x) / answered, NA)
  })
  found <- matrix(found, nrow = nrow(data), dimnames = list(NULL, names(scales)))
  if (settings$total) cbind(found, total = rowSums(found)) else found
}

# --- models ----------------------------------------------------------------------------------------

measured <- function(factors) paste(names(factors), "=~", sapply(factors, paste, collapse = " + "))

model_syntax <- function(name) {
  structure <- sub("\\+method$", "", name)
  bond <- match("bond", names(scales))
  factors <- switch(structure,
    "one-factor" = list(general = scored),
    "two-factor" = stats::setNames(list(unlist(scales[-bond], use.names = FALSE), scales[[bond]]),
                                   c(paste(ids[-bond], collapse = "_"), "bond")),
    "bifactor" = c(stats::setNames(scales, ids), list(general = scored)),
    stats::setNames(scales, ids))
  lines <- measured(factors)
  if (structure == "second-order") lines <- c(lines, paste("general =~", paste(ids, collapse = " + ")))
  if (grepl("\\+method$", name)) {
    turned <- paste0("i", settings$reversed)
    label <- if (length(turned) == 2) "a*" else ""
    others <- if (structure == "second-order") "general" else names(factors)
    lines <- c(lines, paste("method =~", paste0(label, turned, collapse = " + ")),
               if (structure != "bifactor") paste0("method ~~ 0*", others))
  }
  paste(lines, collapse = "\n")
}

# lavaan 0.6 looks for categories in all rows, and stops at one that only an incomplete row has.
usable <- function(data) {
  if (settings$missing == "listwise") data[stats::complete.cases(data[scored]), ] else data
}

fitted_model <- function(name, data, estimator, ...) {
  if (estimator == "WLSMV") data <- usable(data)
  missing <- if (estimator == "WLSMV") settings$missing
             else if (anyNA(data[scored])) "fiml" else "listwise"
  arguments <- list(model_syntax(name), data, std.lv = TRUE, estimator = estimator, missing = missing,
                    orthogonal = startsWith(name, "bifactor"), ...)
  if (estimator == "WLSMV") arguments$ordered <- scored
  else if (!is.null(settings$cluster)) arguments$cluster <- settings$cluster
  do.call("cfa", arguments)
}

fit_numbers <- function(fit) {
  wanted <- c(n_parameters = "npar", chi_square = "chisq", df = "df", p_value = "pvalue",
              baseline_chi_square = "baseline.chisq", scaled_chi_square = "chisq.scaled",
              scaled_p_value = "pvalue.scaled", cfi = "cfi", tli = "tli", rmsea = "rmsea",
              rmsea_lower = "rmsea.ci.lower", rmsea_upper = "rmsea.ci.upper",
              scaled_cfi = "cfi.scaled", scaled_tli = "tli.scaled", scaled_rmsea = "rmsea.scaled",
              scaled_rmsea_lower = "rmsea.ci.lower.scaled", scaled_rmsea_upper = "rmsea.ci.upper.scaled",
              robust_cfi = "cfi.robust", robust_tli = "tli.robust", robust_rmsea = "rmsea.robust",
              srmr = "srmr", log_likelihood = "logl", aic = "aic", bic = "bic")
  all <- fitMeasures(fit)
  as.list(stats::setNames(unname(all[wanted]), names(wanted)))
}

model_numbers <- function(fit) {
  if (!lavInspect(fit, "converged")) return(list(converged = FALSE, error = "lavaan did not converge"))
  found <- standardizedSolution(fit)
  free <- parameterEstimates(fit)
  loading <- found$op == "=~" & found$rhs %in% scored
  higher <- found$op == "=~" & !(found$rhs %in% scored)
  pairs <- found$op == "~~" & found$lhs != found$rhs & found$lhs %in% lavNames(fit, "lv")
  c(list(converged = TRUE), fit_numbers(fit), list(
    loadings = data.frame(factor = found$lhs[loading], item = as.integer(sub("i", "", found$rhs[loading])),
                          standardized = found$est.std[loading], estimate = free$est[free$op == "=~" & free$rhs %in% scored],
                          standard_error = free$se[free$op == "=~" & free$rhs %in% scored]),
    higher_order_loadings = data.frame(factor = found$lhs[higher], indicator = found$rhs[higher],
                                       standardized = found$est.std[higher]),
    factor_correlations = data.frame(first = found$lhs[pairs], second = found$rhs[pairs],
                                     estimate = found$est.std[pairs], standard_error = found$se[pairs])))
}

rival_models <- function(data, estimator, names) {
  stats::setNames(lapply(names, function(name)
    told(function() model_numbers(fitted_model(name, data, estimator)))), names)
}

separation <- function(R) {
  found <- htmt(paste(measured(stats::setNames(scales, ids)), collapse = "\n"), sample.cov = R)
  pairs <- utils::combn(ids, 2)
  data.frame(first = pairs[1, ], second = pairs[2, ],
             ratio = apply(pairs, 2, function(k) max(found[k[1], k[2]], found[k[2], k[1]])))
}

# --- groups ----------------------------------------------------------------------------------------

# A category that is empty in a group is merged with the neighbour that fewer persons chose.
merged <- function(data) {
  for (item in scored) repeat {
    counts <- table(data$group, data[[item]])
    empty <- which(colSums(counts == 0) > 0)
    if (!length(empty) || ncol(counts) < 2) break
    k <- empty[[1]]
    near <- c(k - 1, k + 1)
    near <- near[near >= 1 & near <= ncol(counts)]
    into <- near[which.min(colSums(counts)[near])]
    data[[item]][data[[item]] == as.numeric(colnames(counts)[k])] <- as.numeric(colnames(counts)[into])
  }
  data
}

in_groups <- function(data) {
  data$group <- as.character(data[[settings$group]])
  data <- data[!is.na(data$group), ]
  first <- if (is.null(settings$reference) || !(settings$reference %in% data$group)) sort(unique(data$group))[1]
           else settings$reference
  data[order(data$group != first, data$group), ]
}

ladder <- function(data) {
  model <- model_syntax(settings$structure)
  if (settings$estimator == "WLSMV") {
    data <- merged(usable(data))
    equal <- list(configural = "", thresholds = "thresholds", metric = c("thresholds", "loadings"),
                  scalar = c("thresholds", "loadings", "intercepts"),
                  strict = c("thresholds", "loadings", "intercepts", "residuals"))
    return(lapply(equal, function(same) {
      call <- list(configural.model = model, data = data, ordered = scored, group = "group",
                   parameterization = "theta", ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016")
      if (same[1] != "") call$group.equal <- same
      cfa(as.character(do.call(measEq.syntax, call)), data, ordered = scored, group = "group",
          estimator = "WLSMV", parameterization = "theta", missing = settings$missing)
    }))
  }
  equal <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
                strict = c("loadings", "intercepts", "residuals"))
  missing <- if (anyNA(data[scored])) "fiml" else "listwise"
  lapply(equal, function(same) {
    call <- list(model, data, group = "group", estimator = settings$estimator, std.lv = TRUE, missing = missing)
    if (same[1] != "") call$group.equal <- same
    do.call("cfa", call)
  })
}

latent_means <- function(fit) {
  p <- parameterEstimates(fit)
  p <- p[p$op == "~1" & p$lhs %in% lavNames(fit, "lv") & p$group > 1, ]
  labels <- lavInspect(fit, "group.label")
  variances <- lapply(lavInspect(fit, "cov.lv"), diag)
  sizes <- lavInspect(fit, "nobs")
  pooled <- mapply(function(factor, group)
    stats::weighted.mean(c(variances[[1]][[factor]], variances[[group]][[factor]]), sizes[c(1, group)]),
    p$lhs, p$group)
  data.frame(factor = p$lhs, group = labels[p$group], estimate = p$est, standard_error = p$se,
             lower = p$ci.lower, upper = p$ci.upper, standardized = p$est / sqrt(pooled))
}

# Hedges' g is exact by the gamma function.
observed_means <- function(data) {
  scores <- scale_scores(data)
  labels <- unique(data$group)
  rows <- lapply(labels, function(label) lapply(stats::setNames(nm = colnames(scores)), function(name) {
    x <- stats::na.omit(scores[data$group == label, name])
    y <- stats::na.omit(scores[data$group == labels[1], name])
    df <- length(x) + length(y) - 2
    pooled <- sqrt(((length(x) - 1) * stats::var(x) + (length(y) - 1) * stats::var(y)) / df)
    g <- (mean(x) - mean(y)) / pooled * exp(lgamma(df / 2) - lgamma((df - 1) / 2)) / sqrt(df / 2)
    list(mean = mean(x), sd = stats::sd(x), n = length(x), effect_size = if (label == labels[1]) NULL else g)
  }))
  stats::setNames(rows, labels)
}

ladder_numbers <- function(data) {
  fits <- ladder(data)
  steps <- lapply(names(fits), function(step) {
    place <- match(step, names(fits))
    c(list(step = step), told(function() {
      if (!lavInspect(fits[[step]], "converged")) return(list(converged = FALSE, error = "lavaan did not converge"))
      against <- if (place == 1) NULL else as.data.frame(lavTestLRT(fits[[place - 1]], fits[[place]]))[2, ]
      c(list(converged = TRUE), fit_numbers(fits[[step]]), if (place > 1) list(
        difference = list(chi_square = against[["Chisq diff"]], df = against[["Df diff"]],
                          p_value = against[["Pr(>Chisq)"]])))
    }))
  })
  c(list(steps = steps), if (settings$means) list(latent_means = latent_means(fits$scalar),
                                                  observed_means = observed_means(data)))
}

# --- everything else -------------------------------------------------------------------------------

item_numbers <- function(data) {
  described <- psych::describe(data[scored])
  rest <- sapply(scored, function(one) {
    own <- Filter(function(columns) one %in% columns, scales)[[1]]
    others <- setdiff(own, one)
    S <- stats::cov(data[own], use = "pairwise.complete.obs")
    sum(S[one, others]) / sqrt(S[one, one] * sum(S[others, others]))
  })
  data.frame(item = as.integer(sub("i", "", scored)), mean = described$mean, sd = described$sd,
             skewness = described$skew, n_answered = described$n,
             missing = sapply(data[scored], function(x) mean(is.na(x))), item_rest_correlation = rest,
             floor = sapply(data[scored], function(x) mean(x == settings$minimum, na.rm = TRUE)),
             ceiling = sapply(data[scored], function(x) mean(x == settings$maximum, na.rm = TRUE)))
}

scale_numbers <- function(data) {
  scores <- scale_scores(data)
  lapply(stats::setNames(nm = colnames(scores)), function(name) {
    x <- stats::na.omit(scores[, name])
    length <- if (name == "total" && settings$total) length(scored) else length(scales[[name]])
    described <- psych::describe(x)
    list(n_scored = described$n, mean = described$mean, sd = described$sd, skewness = described$skew,
         floor = mean(x == length * settings$minimum), ceiling = mean(x == length * settings$maximum))
  })
}

one_factor_omega <- function(x, ...) {
  fit <- cfa(paste("f =~", paste(names(x), collapse = " + ")), x, std.lv = TRUE, ...)
  unname(compRelSEM(fit)[["f"]])
}

reliability_numbers <- function(data) {
  every <- c(scales, if (settings$total) list(total = scored))
  own <- lapply(every, function(columns) {
    x <- stats::na.omit(data[columns])  # persons who answered every item of the scale
    found <- suppressWarnings(psych::alpha(x, check.keys = FALSE))
    omega <- tryCatch(one_factor_omega(x), error = function(e) NA)
    R <- lavCor(x, ordered = names(x))
    R <- matrix(as.numeric(R), ncol(R), dimnames = list(names(x), names(x)))
    list(sd = stats::sd(rowSums(x)), standardized_alpha = found$total$std.alpha,
         ordinal_alpha = suppressWarnings(psych::alpha(R, check.keys = FALSE))$total$raw_alpha,
         alpha_if_deleted = I(if (ncol(x) > 2) found$alpha.drop$raw_alpha else numeric(0)),
         alpha = found$total$raw_alpha, alpha_lower = found$feldt$lower.ci[[1]],
         alpha_upper = found$feldt$upper.ci[[1]], omega = omega,
         ordinal_omega = tryCatch(one_factor_omega(x, ordered = names(x)), error = function(e) NA),
         standard_error_of_measurement = stats::sd(rowSums(x)) * sqrt(1 - omega))
  })
  data <- data[stats::complete.cases(data[scored]), ]
  if (settings$total && length(scales) > 2) {
    factors <- fitted_model("three-factor", data, "ML")
    bifactor <- fitted_model("bifactor", data, "ML")
    own$total$omega_total <- unname(compRelSEM(factors, return.total = TRUE)[["total"]])
    own$total$omega_hierarchical <- unname(compRelSEM(bifactor)[["general"]])
  }
  own
}

dimension_numbers <- function(data, parallel) {
  data <- data[stats::complete.cases(data[scored]), scored]
  R <- lavCor(data, ordered = scored)
  R <- matrix(as.numeric(R), ncol(R), dimnames = list(scored, scored))
  bartlett <- psych::cortest.bartlett(R, n = nrow(data))
  found <- list(n_persons = nrow(data), correlations = unname(R), kmo = psych::KMO(R)$MSA,
                bartlett = list(chi_square = bartlett$chisq, df = bartlett$df, p_value = bartlett$p.value),
                eigenvalues = eigen(R, symmetric = TRUE)$values,
                map = which.min(psych::vss(R, n = min(8, ncol(R) - 1), n.obs = nrow(data), plot = FALSE)$map))
  if (parallel) {
    set.seed(settings$seed)
    invisible(utils::capture.output(
      random <- psych::fa.parallel(data, fa = "both", cor = "poly", n.iter = settings$replicates,
                                   sim = FALSE, quant = 0.95, plot = FALSE)))
    found$parallel <- random$ncomp
  }
  found
}

# Factors in the order of the subscales they resemble most, and of their sign.
explored <- function(R, n_persons) {
  fit <- psych::fa(R, length(scales), n.obs = n_persons, fm = "minres", rotate = "oblimin")
  loadings <- unclass(fit$loadings)
  key <- sapply(scales, function(columns) as.numeric(scored %in% columns))
  alike <- crossprod(key, loadings) / sqrt(outer(colSums(key^2), colSums(loadings^2)))
  order <- apply(abs(alike), 1, which.max)
  if (anyDuplicated(order)) order <- seq_len(ncol(loadings))
  sign <- sign(alike[cbind(seq_along(order), order)])
  correlations <- if (is.null(fit$Phi)) diag(ncol(loadings)) else fit$Phi
  list(uniquenesses = unname(fit$uniquenesses), chi_square = fit$STATISTIC, df = fit$dof, rmsr = fit$rms,
       tli = fit$TLI, rmsea = fit$RMSEA[["RMSEA"]],
       loadings = unname(loadings[, order, drop = FALSE] %*% diag(sign, length(sign))),
       factor_correlations = unname(diag(sign, length(sign)) %*% correlations[order, order] %*% diag(sign, length(sign))))
}

retest_numbers <- function(data) {
  occasions <- settings$occasions
  key <- paste(data$sample, data$person)
  scores <- scale_scores(data)
  rows <- lapply(occasions, function(one) which(data$session_number == one & !is.na(data$person)))
  both <- intersect(key[rows[[1]]], key[rows[[2]]])
  at <- lapply(rows, function(one) one[match(both, key[one])])
  lapply(stats::setNames(nm = colnames(scores)), function(name) {
    x <- stats::na.omit(cbind(scores[at[[1]], name], scores[at[[2]], name]))
    found <- psych::ICC(x, lmer = FALSE)$results
    change <- x[, 2] - x[, 1]
    moved <- stats::t.test(x[, 2], x[, 1], paired = TRUE)
    alike <- stats::cor.test(x[, 1], x[, 2])
    error <- stats::sd(change) / sqrt(2)
    df <- nrow(x) - 1
    z <- stats::qnorm(0.975)
    limits <- mean(change) + c(-1, 1) * z * stats::sd(change)
    reach <- z * stats::sd(change) * sqrt(1 / nrow(x) + z^2 / (2 * df))
    within <- function(value, lower, upper) list(estimate = value, lower = lower, upper = upper)
    icc <- function(row) within(found$ICC[row], found[["lower bound"]][row], found[["upper bound"]][row])
    list(n_pairs = nrow(x), means = I(unname(colMeans(x))), sds = I(unname(apply(x, 2, stats::sd))),
         difference = within(mean(change), moved$conf.int[1], moved$conf.int[2]),
         icc_2_1 = icc(2), icc_3_1 = icc(3), icc_2_k = icc(5),
         correlation = within(unname(alike$estimate), alike$conf.int[1], alike$conf.int[2]),
         standard_error_of_measurement = within(error, error * sqrt(df / stats::qchisq(0.975, df)),
                                                error * sqrt(df / stats::qchisq(0.025, df))),
         limits_of_agreement = list(lower = within(limits[1], limits[1] - reach, limits[1] + reach),
                                    upper = within(limits[2], limits[2] - reach, limits[2] + reach)),
         smallest_detectable_change = z * stats::sd(change))
  })
}

# Values of one variable, a row a person and a column an occasion of the section on the course.
by_occasion <- function(data, values) {
  key <- paste(data$sample, data$person)
  persons <- unique(key[!is.na(data$person) & data$session_number %in% settings$sessions])
  found <- sapply(settings$sessions, function(one) {
    rows <- which(data$session_number == one & !is.na(data$person))
    values[rows[match(persons, key[rows])]]
  })
  matrix(found, nrow = length(persons))
}

growth_numbers <- function(data) {
  scores <- scale_scores(data)
  lapply(settings$growth, function(asked) {
    wide <- by_occasion(data, scores[, asked$scale])
    wide <- as.data.frame(wide[rowSums(!is.na(wide)) > 0, , drop = FALSE])
    n <- ncol(wide)
    names(wide) <- paste0("y", seq_len(n))
    time <- settings$sessions - settings$sessions[1]
    slope <- switch(asked$shape, linear = time, log = log1p(time), piecewise = pmin(time, asked$knot - settings$sessions[1]),
                    "latent-basis" = c(0, rep(NA, n - 2), 1))
    term <- function(name, loadings) {
      fixed <- ifelse(is.na(loadings), sprintf("start(%s)*y%d", signif(time / time[n], 6), seq_len(n)),
                      sprintf("%s*y%d", format(loadings, digits = 15, trim = TRUE), seq_len(n)))
      sprintf("%s =~ %s", name, paste(fixed, collapse = " + "))
    }
    model <- c(term("level", rep(1, n)), term("slope", slope))
    if (asked$shape == "piecewise") {
      after <- pmax(time - (asked$knot - settings$sessions[1]), 0)
      model <- c(model, term("after", after), "after ~~ 0*after", "after ~~ 0*level", "after ~~ 0*slope")
    }
    fit <- lavaan::growth(model, wide, missing = "ml", estimator = "MLR")
    estimates <- lavaan::parameterEstimates(fit)
    pick <- function(left, op, right = left) {
      row <- estimates[estimates$lhs == left & estimates$op == op & estimates$rhs == right, ]
      list(estimate = row$est, standard_error = row$se)
    }
    list(n_persons = lavaan::lavInspect(fit, "nobs"), level = pick("level", "~1", ""), slope = pick("slope", "~1", ""),
         level_variance = pick("level", "~~"), slope_variance = pick("slope", "~~"),
         chi_square = unname(lavaan::fitMeasures(fit, "chisq")), bic = unname(lavaan::fitMeasures(fit, "bic")))
  })
}

# The random-intercept cross-lagged panel model of each scale and outcome, paths equal over time
# (Hamaker, Kuiper & Grasman 2015); the kind `lagged` gives the same numbers.
lagged_numbers <- function(data) {
  n <- length(settings$sessions)
  t <- seq_len(n); s <- t[-1]
  one <- function(x, y) {
    wide <- as.data.frame(cbind(x, y))
    names(wide) <- c(paste0("x", t), paste0("y", t))
    join <- function(f, v) sprintf("%s =~ %s", f, paste0("1*", v, t, collapse = " + "))
    model <- c(join("RIx", "x"), join("RIy", "y"), sprintf("wx%d =~ 1*x%d", t, t), sprintf("wy%d =~ 1*y%d", t, t),
      "RIx ~~ RIx", "RIy ~~ RIy", "RIx ~~ RIy",
      sprintf("wx%d ~ a*wx%d + b*wy%d", s, s - 1, s - 1), sprintf("wy%d ~ c*wy%d + d*wx%d", s, s - 1, s - 1),
      sprintf("wx%d ~~ wy%d", t, t), sprintf("wx%d ~~ wx%d", t, t), sprintf("wy%d ~~ wy%d", t, t),
      sprintf("x%d ~ 1", t), sprintf("y%d ~ 1", t))
    fit <- lavaan::lavaan(model, wide, missing = "ml", meanstructure = TRUE, estimator = "MLR")
    estimates <- lavaan::parameterEstimates(fit)
    path <- function(label) {
      row <- estimates[which(estimates$label == label)[1], ]
      list(estimate = row$est, standard_error = row$se)
    }
    list(n_persons = lavaan::lavInspect(fit, "nobs"), outcome_to_alliance = path("b"), alliance_to_outcome = path("d"),
         chi_square = unname(lavaan::fitMeasures(fit, "chisq")))
  }
  moves <- function(x) any(apply(x, 1, function(row) length(unique(stats::na.omit(row))) > 1))
  scores <- scale_scores(data)
  outcomes <- Filter(function(name) moves(by_occasion(data, data[[name]])), settings$outcomes)
  lapply(stats::setNames(nm = outcomes), function(outcome) {
    lapply(stats::setNames(nm = colnames(scores)), function(name) {
      told(function() one(by_occasion(data, scores[, name]), by_occasion(data, data[[outcome]])))
    })
  })
}

criterion_numbers <- function(data) {
  scores <- scale_scores(data)
  lapply(stats::setNames(nm = settings$outcomes), function(outcome) {
    lapply(stats::setNames(nm = colnames(scores)), function(name) {
      known <- stats::complete.cases(scores[, name], data[[outcome]])
      x <- scores[known, name]
      y <- data[[outcome]][known]
      r <- stats::cor.test(x, y)
      rank <- stats::cor(x, y, method = "spearman")
      reach <- stats::qnorm(0.975) * sqrt((1 + rank^2 / 2) / (sum(known) - 3))
      own <- data[known, if (name == "total" && settings$total) scored else scales[[name]]]
      alpha <- psych::alpha(own[stats::complete.cases(own), ], check.keys = FALSE, warnings = FALSE)$total$raw_alpha
      list(n_persons = sum(known), pearson = unname(r$estimate), pearson_lower = r$conf.int[1],
           pearson_upper = r$conf.int[2], spearman = rank, spearman_lower = tanh(atanh(rank) - reach),
           spearman_upper = tanh(atanh(rank) + reach), disattenuated = unname(r$estimate) / sqrt(alpha))
    })
  })
}

# Graded response models of each scale, where mirt is installed (it is not among Debian's packages):
# 61 points on [-6, 6], errors from the observed information, thresholds as difficulties.
irt_numbers <- function(persons) {
  if (!requireNamespace("mirt", quietly = TRUE)) return(list(error = "mirt is not installed"))
  lapply(scales, function(columns) {
    own <- persons[columns]
    own <- own[rowSums(!is.na(own)) > 0, ]
    if (length(columns) < 3) return(list(error = "fewer than three items"))
    m <- mirt::mirt(own, 1, "graded", SE = TRUE, SE.type = "Oakes", TOL = 1e-7, quadpts = 61, verbose = FALSE,
                    technical = list(theta_lim = c(-6, 6), NCYCLES = 50000))
    found <- mirt::coef(m, IRTpars = TRUE, printSE = TRUE)[seq_along(columns)]
    list(n_persons = nrow(own), log_likelihood = mirt::extract.mirt(m, "logLik"),
         discrimination = unname(sapply(found, function(x) x[1, 1])),
         discrimination_standard_error = unname(sapply(found, function(x) x[2, 1])),
         thresholds = unname(lapply(found, function(x) unname(x[1, -1]))),
         threshold_standard_errors = unname(lapply(found, function(x) unname(x[2, -1]))))
  })
}

# Says on standard error what lavaan said of a model, so that nobody takes a gap for a zero.
tell <- function(found, where) {
  for (text in c(found$error, found$warnings)) message(where, ": ", gsub("\\s+", " ", text))
}

tell_all <- function(numbers) for (section in settings$sections) {
  found <- numbers[[section]]
  tell(found, section)
  if (startsWith(section, "cfa")) for (name in settings$models) tell(found[[name]], paste(section, name))
  for (one in found$steps) tell(one, paste(section, one$step))
}

reproduce <- function(files, parallel = TRUE) {
  responses <- recoded(read_responses(files))
  if (!is.null(settings$respondent)) responses <- responses[responses$respondent %in% settings$respondent, ]
  persons <- one_rating_each(responses)
  found <- list(n_persons = nrow(persons), items = item_numbers(persons), scales = scale_numbers(persons))
  part <- function(name, run) if (name %in% settings$sections) told(run) else NULL
  found$dimensionality <- part("dimensionality", function() dimension_numbers(persons, parallel))
  found$efa <- part("efa", function() {
    whole <- if (is.null(found$dimensionality)) dimension_numbers(persons, FALSE) else found$dimensionality
    explored(whole$correlations, whole$n_persons)
  })
  found$cfa <- part("cfa", function() rival_models(persons, "WLSMV", settings$models))
  found$cfa_continuous <- part("cfa_continuous", function() rival_models(persons, "MLR", settings$models))
  if (length(scales) > 1 && min(lengths(scales)) > 1 && !is.null(found$dimensionality$correlations)) {
    R <- found$dimensionality$correlations
    dimnames(R) <- list(scored, scored)
    found$separation <- told(function() list(pairs = separation(R)))
  }
  found$irt <- part("irt", function() irt_numbers(persons))
  found$reliability <- part("reliability", function() reliability_numbers(persons))
  found$invariance <- part("invariance", function() ladder_numbers(in_groups(persons)))
  found$retest <- part("retest", function() retest_numbers(responses))
  found$trajectory <- part("trajectory", function() growth_numbers(responses))
  if (length(settings$sessions) > 2 && length(settings$outcomes)) {
    found$lagged <- told(function() lagged_numbers(responses))
  }
  found$criterion <- part("criterion", function() criterion_numbers(persons))
  found$software <- c(list(R = R.version.string), lapply(stats::setNames(nm = c("lavaan", "psych", "semTools")),
                      function(name) as.character(packageVersion(name))))
  found
}

items <- paste0("i", seq_len(settings$n_items))
scales <- lapply(settings$scales, function(numbers) paste0("i", numbers))
ids <- make.names(names(scales), unique = TRUE)
scored <- items[sort(unlist(settings$scales, use.names = FALSE))]

given <- commandArgs(trailingOnly = TRUE)
out <- match("--out", given)
files <- given[!startsWith(given, "--") & !(seq_along(given) %in% (out + 1))]
if (!length(files)) stop("name the exported data: Rscript report.R DATA.csv [--out NUMBERS.json]")
numbers <- reproduce(files, parallel = !("--without-parallel" %in% given))
tell_all(numbers)
text <- toJSON(numbers, auto_unbox = TRUE, digits = NA, na = "null", null = "null", matrix = "rowmajor")
if (is.na(out)) cat(text, "\n", sep = "") else writeLines(text, given[out + 1])
