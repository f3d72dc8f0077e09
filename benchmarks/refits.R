# Rscript refits.R FOLDER FORMULA TERM N: fit FOLDER/1.tsv … N.tsv, test TERM; print seconds of processor time, then each p.
suppressMessages(library(lmerTest))
arguments <- commandArgs(trailingOnly = TRUE)
formula <- as.formula(arguments[2])
studies <- lapply(seq_len(as.integer(arguments[4])), function(number) {
  study <- read.delim(file.path(arguments[1], paste0(number, ".tsv")))
  levels <- list(drug = c("saline", "naloxone"), exercise = c("low", "high"), sex = c("female", "male"),
                 drug_order = c("saline first", "naloxone first"))
  for (name in intersect(names(levels), names(study))) study[[name]] <- factor(study[[name]], levels[[name]])
  study
})
mixed <- grepl("|", arguments[2], fixed = TRUE)
fit <- function(study) if (mixed) suppressMessages(suppressWarnings(lmer(formula, study))) else lm(formula, study)
invisible(coef(summary(fit(studies[[1]]))))
began <- sum(proc.time()[1:2])
p <- vapply(studies, function(study) {
  tests <- coef(summary(fit(study)))
  tests[arguments[3], ncol(tests)]
}, 0)
cat(sum(proc.time()[1:2]) - began, p, "\n")
