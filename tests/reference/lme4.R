# Makes the tables of lme4/: Rscript lme4.R peep_complete_data_clean.txt lme4
suppressMessages({library(lmerTest); library(emmeans)})
arguments <- commandArgs(trailingOnly = TRUE)
write_tsv <- function(table, name, part) {
  path <- file.path(arguments[2], paste0(name, ".", part, ".tsv"))
  write.table(format(table, digits = 15, trim = TRUE), path, sep = "\t", quote = FALSE, row.names = FALSE)
}

# Trials; nth is the trial's number within its modality in the block.
d <- read.delim(arguments[1])
d <- d[order(d$subject, d$session, d$exercise_block, d$nr_pain_rating), ]
d$nth <- ave(d$nr_pain_rating, d$subject, d$session, d$exercise_block, d$modality, FUN = seq_along)
for (name in c("subject", "nth", "exercise_intensity", "pharm_cond", "treatment_order"))
  d[[name]] <- factor(d[[name]])
d$V <- factor(d$VAS)
heat <- d[d$modality == 2, ]
saline <- heat[heat$pharm_cond == 0, ]

# Differences of mean ratings: naloxone - saline, low - high exercise.
difference <- function(trials, by, between, first) {
  cells <- aggregate(trials["pain_rating"], trials[c(by, between)], mean, na.rm = TRUE)
  is_first <- cells[[between]] == first
  both <- merge(cells[is_first, c(by, "pain_rating")], cells[!is_first, c(by, "pain_rating")], by = by)
  both$diff <- both$pain_rating.x - both$pain_rating.y
  both
}
by_drug <- difference(heat, c("subject", "VAS", "treatment_order"), "pharm_cond", 1)
by_drug$step <- (by_drug$VAS - 10) / 20
person <- c("subject", "gender", "pwc", "treatment_order")
by_exercise <- difference(heat, c(person, "VAS", "pharm_cond"), "exercise_intensity", 0)
by_exercise$male <- factor(1 - by_exercise$gender)
pooled <- difference(saline, person, "exercise_intensity", 0)

models <- list(
  heat_intensity_saline =
    lmer(pain_rating ~ VAS + treatment_order + (1|subject) + (1|nth), saline),
  heat_exercise_saline =
    lmer(pain_rating ~ exercise_intensity + treatment_order + (1|subject) + (1|nth), saline),
  heat_exercise_by_drug =
    lmer(pain_rating ~ exercise_intensity*pharm_cond + treatment_order + (1|subject) + (1|nth), heat),
  heat_drug_by_intensity =
    lmer(pain_rating ~ VAS*pharm_cond + treatment_order + (1|subject) + (1|nth), heat),
  heat_exercise_by_drug_by_intensity =
    lmer(pain_rating ~ exercise_intensity*pharm_cond*VAS + treatment_order + (1|subject) + (1|nth), heat),
  heat_drug_difference_by_step =
    lmer(diff ~ step + treatment_order + (1|subject), by_drug),
  heat_exercise_difference_threeway =
    lmer(diff ~ VAS + treatment_order + pharm_cond*male*pwc + (1|subject), by_exercise)
)
columns <- c("estimate", "se", "df", "t", "p", "ci_low", "ci_high")
for (name in names(models)) {
  m <- models[[name]]
  limits <- suppressMessages(confint(m, method = "profile", parm = "beta_"))
  fixed <- setNames(data.frame(coef(summary(m)), limits), columns)
  write_tsv(cbind(term = rownames(fixed), fixed), name, "fixed")
  random <- as.data.frame(VarCorr(m))
  random <- cbind(random, nobs = nobs(m), reml = REMLcrit(m), formula = deparse1(formula(m)))
  write_tsv(random, name, "random")
}

ols <- lm(diff ~ pwc + treatment_order, pooled)
fixed <- setNames(data.frame(coef(summary(ols)), df.residual(ols), confint(ols)),
                  c("estimate", "se", "t", "p", "df", "ci_low", "ci_high"))
write_tsv(cbind(term = rownames(fixed), fixed), "heat_fitness_saline", "fixed")

# The printed factorial comparison: stimulus intensity as a factor, no treatment order.
factorial <- lmer(pain_rating ~ V*pharm_cond + (1|subject) + (1|nth), heat)
means <- emmeans(factorial, ~ pharm_cond + V, lmer.df = "satterthwaite")
write_tsv(as.data.frame(means), "heat_drug_by_intensity", "means")
write_tsv(as.data.frame(pairs(means, adjust = "tukey")), "heat_drug_by_intensity", "tukey")
