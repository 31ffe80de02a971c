# Writes occasions_lavaan.json: the ladder for repeated occasions by lavaan and semTools, every
# factor, item and threshold of each occasion in one model of one group. Rscript occasions.R
suppressPackageStartupMessages({library(lavaan); library(semTools); library(jsonlite)})
scales <- list(goal = c(4, 6, 8, 11), task = c(1, 2, 10, 12), bond = c(3, 5, 7, 9))
steps <- list(configural = "", thresholds = "thresholds", metric = c("thresholds", "loadings"),
              scalar = c("thresholds", "loadings", "intercepts"),
              strict = c("thresholds", "loadings", "intercepts", "residuals"))
wide_of <- function(file) {
  d <- read.csv(file)
  names(d)[-(1:2)] <- paste0("i", 1:12)
  parts <- lapply(sort(unique(d$session_number)), function(t) {
    part <- d[d$session_number == t, -2]
    names(part)[-1] <- paste0("i", 1:12, "_", t)
    part
  })
  Reduce(function(a, b) merge(a, b, by = "person", all = TRUE), parts)[-1]
}
names_of <- function(stem, n) setNames(lapply(stem, function(s) paste0(s, "_", seq_len(n))), stem)
configural <- function(n) paste(sapply(seq_len(n), function(t) sapply(names(scales), function(f)
  paste0(f, "_", t, " =~ ", paste0("i", scales[[f]], "_", t, collapse = " + ")))), collapse = "\n")
ladder <- function(d, n, ordinal, missing = "listwise") {
  lapply(if (ordinal) steps else steps[-2], function(e) {
    if (!ordinal) e <- setdiff(e, "thresholds")
    a <- list(configural.model = configural(n), data = d, ID.fac = "std.lv", auto = "all",
              longFacNames = names_of(names(scales), n),
              longIndNames = names_of(paste0("i", 1:12), n))
    if (e[1] != "") a$long.equal <- e
    if (!ordinal) {
      a$meanstructure <- TRUE
      syntax <- as.character(do.call(measEq.syntax, a))
      return(cfa(syntax, data = d, estimator = "MLR", missing = missing,
                 em.h1.iter.max = 10000, em.h1.tol = 1e-10))
    }
    a <- c(a, list(ordered = names(d), parameterization = "theta", ID.cat = "Wu.Estabrook.2016"))
    cfa(as.character(do.call(measEq.syntax, a)), data = d, ordered = names(d),
        estimator = "WLSMV", parameterization = "theta")
  })
}
kept <- function(f) grep("^(chisq|df|npar|pvalue|baseline|srmr$|cfi|tli|rmsea|logl|aic|bic$)",
                         names(fitMeasures(f)), value = TRUE)
told <- function(fits) {
  lrt <- as.data.frame(do.call("lavTestLRT", unname(fits)))
  names(lrt) <- gsub("Pr(>Chisq)", "p", gsub(" ", "_", names(lrt)), fixed = TRUE)
  rownames(lrt) <- NULL
  rows <- function(f) {
    p <- parameterEstimates(f)
    p <- p[is.finite(p$se) & p$se > 0, ]
    lapply(seq_len(nrow(p)), function(i) list(p$lhs[i], p$op[i], p$rhs[i], p$est[i], p$se[i]))
  }
  list(fit = lapply(fits, function(f) as.list(fitMeasures(f)[kept(f)])), lrt = lrt,
       estimates = lapply(fits[c("configural", "scalar")], rows))
}
files <- paste0("../../data/", c("occasions_2_420.csv", "occasions_2_420_mis.csv",
                                 "occasions_3_700.csv"))
data <- lapply(files, wide_of)
answer <- list(
  md5 = as.list(setNames(unname(tools::md5sum(files)), basename(files))),
  sources = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
                 semTools = as.character(packageVersion("semTools"))),
  two_MLR = told(ladder(data[[1]], 2, FALSE)), two_WLSMV = told(ladder(data[[1]], 2, TRUE)),
  missing_MLR = told(ladder(data[[2]], 2, FALSE, "ml")),
  missing_WLSMV = told(ladder(na.omit(data[[2]]), 2, TRUE)),
  three_MLR = told(ladder(data[[3]], 3, FALSE)), three_WLSMV = told(ladder(data[[3]], 3, TRUE)))
write_json(answer, "../occasions_lavaan.json", auto_unbox = TRUE, digits = 12, null = "null",
           na = "null")
