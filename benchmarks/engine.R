# R's side: times each case and prints one line of JSON for it. Arguments: folder, sample sizes.
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
options(mc.cores = 1)
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
installed <- function(package) requireNamespace(package, quietly = TRUE)

cpu <- function(run) {
  gc()
  start <- proc.time()
  suppressWarnings(suppressMessages(utils::capture.output(run())))
  spent <- proc.time() - start
  1000 * sum(spent[c("user.self", "sys.self", "user.child", "sys.child")])
}
time_case <- function(name, sample, run) {
  first <- tryCatch(cpu(run), error = function(e) {
    message("\nR stops at ", name, ", ", sample, ": ", conditionMessage(e))
    NULL
  })
  if (is.null(first)) return(invisible())
  times <- if (first > 20000) first else replicate(if (first > 2000) 1 else 5, cpu(run))
  cat(toJSON(list(case = name, sample = sample, cpu_ms = median(times)), auto_unbox = TRUE,
             digits = 6), "\n", sep = "")
}

three <- "goal =~ i4 + i6 + i8 + i11
          task =~ i1 + i2 + i10 + i12
          bond =~ i3 + i5 + i7 + i9"
three36 <- "goal =~ i3 + i6 + i9 + i10 + i12 + i14 + i22 + i25 + i27 + i30 + i32 + i34
            task =~ i2 + i4 + i7 + i11 + i13 + i15 + i16 + i18 + i24 + i31 + i33 + i35
            bond =~ i1 + i5 + i8 + i17 + i19 + i20 + i21 + i23 + i26 + i28 + i29 + i36"
answers <- function(file) read.csv(file.path(folder, file))
with_fit <- function(...) { fit <- cfa(..., std.lv = TRUE); fitMeasures(fit); fit }
told <- function(fit) { standardizedSolution(fit); modindices(fit); lavInspect(fit, "rsquare") }

# The ladders with their difference tests; in Wu and Estabrook's identification for ordered answers.
ladder_mlr <- function(data) {
  equal <- list("", "loadings", c("loadings", "intercepts"), c("loadings", "intercepts", "residuals"))
  fits <- lapply(equal, function(e) with_fit(three, data, group = "group", estimator = "MLR",
                                             group.equal = e))
  do.call(lavTestLRT, fits)
}
ladder_wlsmv <- function(data, items) {
  equal <- Reduce(c, c("thresholds", "loadings", "intercepts", "residuals"), accumulate = TRUE)
  fits <- lapply(c(list(""), equal), function(e) {
    model <- semTools::measEq.syntax(three, data = data, ordered = items, group = "group",
                                     parameterization = "theta", ID.fac = "std.lv",
                                     ID.cat = "Wu.Estabrook.2016", group.equal = e)
    fit <- cfa(as.character(model), data, ordered = items, group = "group",
               estimator = "WLSMV", parameterization = "theta")
    fitMeasures(fit)
    fit
  })
  do.call(lavTestLRT, fits)
}

for (size in arguments[-1]) {
  data <- answers(sprintf("wai_%s.csv", size))
  holes <- answers(sprintf("wai_%s_mis.csv", size))
  items <- paste0("i", 1:12)
  timed <- function(name, run) time_case(name, paste0("12x5x", size), run)
  nacov <- function(d, missing) lavCor(d[, items], ordered = items, output = "fit",
                                       se = "robust.sem", estimator = "WLSMV", missing = missing)
  timed("polychorics", function() lavCor(data[, items], ordered = items))
  timed("polychorics with NACOV", function() nacov(data, "listwise"))
  timed("polychorics with NACOV, pairwise", function() nacov(holes, "pairwise"))
  timed("ML with fit", function() with_fit(three, data))
  timed("MLR with fit", function() with_fit(three, data, estimator = "MLR"))
  timed("FIML MLR with fit", function()
    with_fit(three, holes, estimator = "MLR", missing = "ml"))
  timed("WLSMV with fit", function()
    with_fit(three, data, ordered = items, estimator = "WLSMV"))
  timed("WLSMV pairwise with fit", function()
    with_fit(three, holes, ordered = items, estimator = "WLSMV", missing = "pairwise"))
  timed("kind cfa, ML", function() told(with_fit(three, data)))
  timed("kind cfa, WLSMV", function()
    told(with_fit(three, data, ordered = items, estimator = "WLSMV")))
  timed("bootstrap 200 x ML", function() {
    set.seed(1)
    cfa(three, data, std.lv = TRUE, se = "bootstrap", bootstrap = 200)
  })
  timed("bootstrap 50 x WLSMV", function() {
    set.seed(1)
    fit <- cfa(three, data, ordered = items, estimator = "WLSMV", std.lv = TRUE)
    bootstrapLavaan(fit, R = 50, FUN = coef)
  })
  if (installed("psych") && installed("GPArotation")) {
    answered <- data[, items]
    timed("three factors, minres oblimin", function()
      psych::fa(answered, 3, fm = "minres", rotate = "oblimin"))
    timed("omega, one factor", function()
      psych::omega(answered, nfactors = 1, plot = FALSE))
    timed("omega, total and hierarchical", function()
      psych::omega(answered, nfactors = 3, plot = FALSE))
    timed("parallel analysis, 100 Pearson", function()
      psych::fa.parallel(answered, plot = FALSE, n.iter = 100))
    timed("parallel analysis, 20 polychoric", function()
      psych::fa.parallel(answered, plot = FALSE, n.iter = 20, cor = "poly"))
  }
  if (installed("semTools")) {
    data$group <- seq_len(nrow(data)) > nrow(data) / 2
    timed("kind invariance, MLR", function() ladder_mlr(data))
    timed("kind invariance, WLSMV", function() ladder_wlsmv(data, items))
  }
}
data <- answers("wai36_2000.csv")
items <- paste0("i", 1:36)
time_case("polychorics with NACOV", "36x7x2000", function()
  lavCor(data[, items], ordered = items, output = "fit", se = "robust.sem", estimator = "WLSMV"))
time_case("WLSMV with fit", "36x7x2000", function()
  with_fit(three36, data, ordered = items, estimator = "WLSMV"))
