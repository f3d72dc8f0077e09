# Makes the tables of small_samples/: Rscript small_samples.R peep_complete_data_clean.txt small_samples
suppressMessages(library(lmerTest)) # Kenward-Roger through pbkrtest
arguments <- commandArgs(trailingOnly = TRUE)
write_tsv <- function(table, name, part) {
  path <- file.path(arguments[2], paste0(name, ".", part, ".tsv"))
  write.table(format(table, digits = 15, trim = TRUE), path, sep = "\t", quote = FALSE, row.names = FALSE)
}

d <- read.delim(arguments[1])
d <- d[order(d$subject, d$session, d$exercise_block, d$nr_pain_rating), ]
d$nth <- ave(d$nr_pain_rating, d$subject, d$session, d$exercise_block, d$modality, FUN = seq_along)
d$number <- d$subject
for (name in c("subject", "nth", "treatment_order")) d[[name]] <- factor(d[[name]])
saline <- d[d$modality == 2 & d$pharm_cond == 0, ]
# Few people with unequal numbers of trials: there the corrections differ.
unequal <- droplevels(saline[saline$number <= 14 & saline$nr_pain_rating <= 3 + saline$number, ])

models <- list(
  everyone = lmer(pain_rating ~ VAS + treatment_order + (1|subject) + (1|nth), saline),
  unequal = lmer(pain_rating ~ VAS + pwc + treatment_order + (1|subject) + (1|nth), unequal)
)
for (name in names(models)) {
  m <- models[[name]]
  fixed <- setNames(data.frame(coef(summary(m, ddf = "Kenward-Roger"))), c("estimate", "se", "df", "t", "p"))
  write_tsv(cbind(term = rownames(fixed), fixed), name, "kenward_roger")
  limits <- suppressMessages(confint(m, parm = "theta_", method = "profile", oldNames = FALSE))
  write_tsv(data.frame(sd = rownames(limits), ci_low = limits[, 1], ci_high = limits[, 2]), name, "sd")
}
