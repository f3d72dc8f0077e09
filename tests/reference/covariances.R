# Makes covariances/fixed.tsv: Rscript covariances.R peep_complete_data_clean.txt covariances
# Mixed models whose random effects may be correlated. Targets count from their middle in steps of 20:
# lme4 warns that it cannot find the optimum otherwise ("rescale variables"), and does not.
suppressMessages(library(lmerTest))
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.delim(arguments[1])
d <- d[order(d$subject, d$session, d$exercise_block, d$nr_pain_rating), ]
d$nth <- factor(ave(d$nr_pain_rating, d$subject, d$session, d$exercise_block, d$modality, FUN = seq_along))
d$step <- (d$VAS - 50) / 20
for (name in c("subject", "exercise_intensity", "pharm_cond")) d[[name]] <- factor(d[[name]])
inside <- d[!is.na(d$pain_rating) & d$pain_rating > 1 & d$pain_rating < 101, ]
pressure <- aggregate(pain_rating ~ subject + pharm_cond + exercise_intensity + VAS + step, inside[inside$modality == 1 & !inside$subject %in% c(24, 30), ], mean)
heat <- d[d$modality == 2, ]
saline <- aggregate(pain_rating ~ subject + exercise_intensity + VAS + step, heat[heat$pharm_cond == 0, ], mean)
fits <- list(
  edge = lmer(pain_rating ~ step * pharm_cond + (pharm_cond * step | subject), pressure, REML = FALSE),
  inside = lmer(pain_rating ~ step * pharm_cond + (pharm_cond * step | subject) + (1 | nth), heat),
  slopes_at_edge = lmer(pain_rating ~ exercise_intensity + (exercise_intensity | subject), saline, REML = FALSE)
)
rows <- lapply(names(fits), function(name) {
  fit <- fits[[name]]
  criterion <- if (isREML(fit)) REMLcrit(fit) else deviance(fit)
  last <- tail(coef(summary(fit)), 1)
  data.frame(model = name, criterion, singular = isSingular(fit),
             estimate = last[, 1], se = last[, 2], df = last[, 3], p = last[, 5])
})
path <- file.path(arguments[2], "fixed.tsv")
write.table(format(do.call(rbind, rows), digits = 12, trim = TRUE), path, sep = "\t", quote = FALSE, row.names = FALSE)
