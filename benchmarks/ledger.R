# Rscript ledger.R FOLDER: fit the models of FOLDER/models.tsv with profile limits and Satterthwaite df, and
# the contrasts of FOLDER/contrasts.tsv; write coefficients.tsv and pairs.tsv there.
suppressMessages({library(lmerTest); library(emmeans)})
folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name, ...) read.delim(file.path(folder, name), na.strings = "", ...)
write <- function(table, name)
  write.table(table, file.path(folder, name), sep = "\t", quote = FALSE, row.names = FALSE)

rows_of <- function(name) {
  rows <- read(paste0(name, ".tsv"))
  levels <- read(paste0(name, ".levels"), header = FALSE, colClasses = "character")
  for (i in seq_len(nrow(levels)))
    rows[[levels[i, 1]]] <- factor(rows[[levels[i, 1]]], strsplit(levels[i, 2], "|", fixed = TRUE)[[1]])
  rows
}
models <- read("models.tsv")
frames <- sapply(unique(models$data), rows_of, simplify = FALSE)

columns <- c("estimate", "se", "df", "t", "p", "ci_low", "ci_high")
fit_one <- function(formula, rows, ci) {
  formula <- as.formula(gsub("C(target)", "factor(target)", formula, fixed = TRUE))
  mixed <- grepl("|", deparse1(formula), fixed = TRUE)
  model <- if (mixed) do.call(lmer, list(formula, rows)) else do.call(lm, list(formula, rows))
  table <- coef(summary(model))
  if (!mixed) table <- cbind(table[, 1:2], df.residual(model), table[, 3:4])
  limits <- switch(ci, profile = suppressMessages(confint(model, method = "profile", parm = "beta_")),
                   wald = confint(model), matrix(NA, nrow(table), 2))
  list(model = model, table = setNames(data.frame(table, limits), columns))
}
fits <- Map(fit_one, models$formula, frames[models$data], models$ci)
write(do.call(rbind, Map(function(fit, number) cbind(model = number, fit$table), fits, models$model)),
      "coefficients.tsv")

emm_options(lmer.df = "satterthwaite", lmerTest.limit = 1e6, pbkrtest.limit = 0)
compare <- function(number, specs, by, adjust) {
  means <- emmeans(fits[[number]]$model, specs, by = if (is.na(by)) NULL else by)
  pairs <- as.data.frame(pairs(means, adjust = adjust))
  data.frame(model = number, pairs[c("contrast", "estimate", "SE", "df", "t.ratio", "p.value")])
}
asked <- read("contrasts.tsv", colClasses = c(by = "character"))
write(do.call(rbind, Map(compare, asked$model, asked$specs, asked$by, asked$adjust)), "pairs.tsv")
