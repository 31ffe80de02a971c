# Writes freed_items_lavaan.json: latent means of the scalar model with each item freed in turn
# (group.partial: its loading and intercept), as against the scalar model. Rscript freed_items.R
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
scales <- list(goal = c(4, 6, 8, 11), task = c(1, 2, 10, 12), bond = c(3, 5, 7, 9))
data <- read.csv("../../data/wai_1000.csv")
model <- paste(sapply(names(scales), function(f)
  paste0(f, " =~ ", paste0("i", scales[[f]], collapse = " + "))), collapse = "\n")
means <- function(freed = NULL) {
  partial <- if (is.null(freed)) "" else {
    factor <- names(scales)[sapply(scales, function(items) freed %in% items)]
    c(paste0(factor, "=~i", freed), paste0("i", freed, "~1"))
  }
  fit <- cfa(model, data, group = "group", estimator = "MLR", std.lv = TRUE, meanstructure = TRUE,
             group.equal = c("loadings", "intercepts"), group.partial = partial)
  table <- parameterEstimates(fit)
  rows <- table[table$op == "~1" & table$lhs %in% names(scales) & table$group == 2, ]
  setNames(lapply(seq_len(nrow(rows)), function(r)
    list(estimate = rows$est[r], standard_error = rows$se[r])), rows$lhs)
}
answer <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))),
               groups = as.character(lavInspect(cfa(model, data, group = "group", std.lv = TRUE), "group.label")),
               scalar = means(), freed = setNames(lapply(1:12, means), 1:12))
write_json(answer, "../freed_items_lavaan.json", auto_unbox = TRUE, digits = 12)
