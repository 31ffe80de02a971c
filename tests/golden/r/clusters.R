# Writes clusters_lavaan.json: what lavaan says of clustered answers under MLR.
# Run from this folder: Rscript clusters.R

suppressMessages({
  library(jsonlite); library(lavaan)
})

three <- "goal =~ i4+i6+i8+i11\ntask =~ i1+i2+i10+i12\nbond =~ i3+i5+i7+i9"
models <- list(
  "one-factor" = paste("general =~", paste0("i", 1:12, collapse = "+")),
  "three-factor" = three,
  "second-order" = paste0(three, "\ngeneral =~ goal+task+bond")
)

fitted_to <- function(file, missing) lapply(models, function(model) {
  fit <- cfa(model, read.csv(file),
    std.lv = TRUE, estimator = "MLR", cluster = "clinician", missing = missing,
    em.h1.iter.max = 10000, em.h1.tol = 1e-12
  )
  p <- parameterEstimates(fit, standardized = TRUE)
  list(
    fit = as.list(fitMeasures(fit)),
    estimates = lapply(seq_len(nrow(p)), function(i) {
      list(p$lhs[i], p$op[i], p$rhs[i], p$est[i], p$se[i], p$std.all[i])
    })
  )
})

files <- c(complete = "../../data/clustered_396.csv", missing = "../../data/clustered_396_mis.csv")
golden <- list(
  call = paste(
    "cfa(model, data, std.lv = TRUE, estimator = 'MLR', cluster = 'clinician',",
    "missing = 'listwise' or 'ml')"
  ),
  sources = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))),
  md5 = as.list(setNames(unname(tools::md5sum(files)), basename(files))),
  listwise = fitted_to(files["complete"], "listwise"),
  fiml = fitted_to(files["missing"], "ml"),
  listwise_of_missing = fitted_to(files["missing"], "listwise")["three-factor"]
)
write(toJSON(golden, auto_unbox = TRUE, digits = NA, null = "null"), "../clusters_lavaan.json")
