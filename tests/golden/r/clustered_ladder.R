# Writes ../clustered_ladder_lavaan.json: the MLR ladder of two groups whose persons are clustered
# (clinicians with odd numbers against those with even ones). Run here: Rscript clustered_ladder.R
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
m3 <- "goal =~ i4+i6+i8+i11\n task =~ i1+i2+i10+i12\n bond =~ i3+i5+i7+i9"
steps <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
              strict = c("loadings", "intercepts", "residuals"))
kept <- function(f) grep("^(chisq|df|npar|pvalue|baseline|srmr$|cfi|tli|rmsea|logl|aic|bic$)",
                         names(fitMeasures(f)), value = TRUE)
ladder <- function(file, missing) {
  d <- read.csv(file)
  d$group <- 2 - as.integer(sub("c", "", d$clinician)) %% 2
  fits <- lapply(steps, function(e) {
    a <- list(m3, d, group = "group", group.label = c("1", "2"), estimator = "MLR", std.lv = TRUE,
              cluster = "clinician", missing = missing, em.h1.iter.max = 10000, em.h1.tol = 1e-12)
    if (e[1] != "") a$group.equal <- e
    do.call("cfa", a)
  })
  lrt <- as.data.frame(do.call("lavTestLRT", unname(fits)))
  names(lrt) <- gsub("Pr(>Chisq)", "p", gsub(" ", "_", names(lrt)), fixed = TRUE)
  rownames(lrt) <- NULL
  p <- parameterEstimates(fits$scalar)
  means <- p[p$op == "~1" & p$lhs %in% c("goal", "task", "bond"), c("lhs", "group", "est", "se")]
  list(fit = lapply(fits, function(f) as.list(fitMeasures(f)[kept(f)])), lrt = lrt, means = means)
}
files <- c("../../data/clustered_396.csv", "../../data/clustered_396_mis.csv")
answer <- list(
  md5 = as.list(setNames(unname(tools::md5sum(files)), basename(files))),
  sources = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))),
  listwise = ladder(files[1], "listwise"), fiml = ladder(files[2], "ml"))
write_json(answer, "../clustered_ladder_lavaan.json", auto_unbox = TRUE, digits = NA,
           null = "null", na = "null")
