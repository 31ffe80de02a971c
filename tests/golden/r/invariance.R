# Writes ../invariance_lavaan.json: ladders of invariance by lavaan and semTools for groups and
# categories that the data beside the tests do not have as they are. Run here: Rscript invariance.R
suppressPackageStartupMessages({library(lavaan); library(semTools); library(jsonlite)})
items <- paste0("i", 1:12)
m3 <- "goal =~ i4+i6+i8+i11\n task =~ i1+i2+i10+i12\n bond =~ i3+i5+i7+i9"
file <- "../../data/wai_1000.csv"
whole <- read.csv(file)
steps <- list(configural = "", thresholds = "thresholds", metric = c("thresholds", "loadings"),
              scalar = c("thresholds", "loadings", "intercepts"),
              strict = c("thresholds", "loadings", "intercepts", "residuals"))
ordinal <- function(d) lapply(steps, function(e) {
  a <- list(configural.model = m3, data = d, ordered = items, parameterization = "theta",
            ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group = "group")
  if (e[1] != "") a$group.equal <- e
  cfa(as.character(do.call(measEq.syntax, a)), data = d, ordered = items, estimator = "WLSMV",
      parameterization = "theta", group = "group")
})
continuous <- function(d, missing = "listwise") lapply(steps[-2], function(e) {
  e <- setdiff(e, "thresholds")
  a <- list(m3, d, group = "group", estimator = "MLR", std.lv = TRUE, missing = missing)
  if (e[1] != "") a$group.equal <- e
  do.call("cfa", a)
})
kept <- function(f) grep("^(chisq|df|npar|pvalue|baseline|srmr$|cfi|tli|rmsea|logl|aic|bic$)",
                         names(fitMeasures(f)), value = TRUE)
told <- function(fits) {
  lrt <- as.data.frame(do.call("lavTestLRT", unname(fits)))
  names(lrt) <- gsub("Pr(>Chisq)", "p", gsub(" ", "_", names(lrt)), fixed = TRUE)
  rownames(lrt) <- NULL
  list(fit = lapply(fits, function(f) as.list(fitMeasures(f)[kept(f)])),
       means = lapply(fits, function(f) {
         p <- parameterEstimates(f)
         p[p$op == "~1" & p$lhs %in% c("goal", "task", "bond"), c("lhs", "group", "est", "se")]
       }),
       lrt = lrt)
}
three <- whole; three$group <- (seq_len(nrow(whole)) - 1) %% 3 + 1
thirds <- three
# lavaan stops where a category is empty in a group; merged as the project does, into its neighbour
for (v in items) if (any(tapply(three[[v]] == 1, three$group, sum) == 0))
  three[[v]] <- pmax(three[[v]], 2)
ternary <- whole; ternary[items] <- lapply(whole[items], function(x) c(1, 1, 1, 2, 3)[x])
mixed <- whole
for (v in c("i1", "i3", "i5")) mixed[[v]] <- ifelse(whole[[v]] == 5, 2, 1)
for (v in c("i4", "i7")) mixed[[v]] <- c(1, 1, 1, 2, 3)[whole[[v]]]
binary <- whole; binary[items] <- lapply(whole[items], function(x) ifelse(x == 5, 2, 1))
# lavTestLRT compares neighbours by degrees of freedom; with two categories those are not nested
pairs <- function(fits) lapply(
  list(metric = c("thresholds", "metric"), scalar = c("thresholds", "scalar"),
       strict = c("scalar", "strict")),
  function(p) {
    row <- as.data.frame(lavTestLRT(fits[[p[1]]], fits[[p[2]]]))[2, ]
    list(chi_square = row[["Chisq diff"]], df = row[["Df diff"]], p = row[["Pr(>Chisq)"]])
  })
fits <- ordinal(binary)
answer <- list(
  data = list(file = basename(file), md5 = unname(tools::md5sum(file))),
  sources = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan")),
                 semTools = as.character(packageVersion("semTools"))),
  three_WLSMV = told(ordinal(three)), three_MLR = told(continuous(thirds)),
  ternary_WLSMV = told(ordinal(ternary)), mixed_WLSMV = told(ordinal(mixed)),
  binary_WLSMV = c(told(fits), list(pairs = pairs(fits))))
write_json(answer, "../invariance_lavaan.json", auto_unbox = TRUE, digits = NA, null = "null",
           na = "null")
