"""What can be chosen when an effect is tested: each option with its reason; and what was left out."""

import pandas as pd

NONE = "-"  # the choice does not arise

#: choice -> option -> why somebody would take it
CHOICES = {
    "coding": {
        "at low exercise": "the drug row of a model with exercise × drug: the drug effect where exercise is low",
        "averaged": "the mean of the drug effects after low and after high exercise",
    },
    "random": {
        "intercepts": "people differ in their level only; everyone reacts alike",
        "slopes": "people also differ in how they react to the drug or to exercise (whichever is tested)",
        "maximal": "and in how these effects combine; where that does not converge, the next smaller structure",
    },
    "order": {
        "drug order": "people who began with naloxone may rate differently from the others",
        "session": "everyone may rate differently on the second day; takes the day out of the drug effect",
        "none": "the order was randomised, so a covariate is not needed",
    },
    "target": {
        "absent": "every condition has the same targets, so they cannot bias it",
        "number": "targets are by far the largest cause of ratings; left out, they are noise",
        "factor": "the same, without the straight line, which does not quite fit",
    },
    "ends": {
        "kept": "a rating at the end of the scale is still a rating",
        "dropped": "ratings of 1 and 101 may stand for anything beyond; but dropping them selects by outcome",
        "censored": "ratings of 1 and 101 are taken for anything beyond (mixed Tobit model)",
    },
    "scale": {
        "raw": "VAS points are what people gave",
        "logit": "near the ends of the scale a point means more; rescaled to the SD of the raw ratings",
    },
    "people": {
        "all": "everyone who was analysed",
        "power recorded": "without people whose cycling power is missing in part: was the dose given?",
        "without extremes": "without the fittest and the least fit, as in the authors' response to reviewers",
    },
    "level": {
        "trial": "every rating is a row",
        "mean": "the mean of a person's ratings in a condition and target, or the difference of two, is a row",
        "person": "one score per person: no assumption about rows of the same person",
    },
    "method": {
        "REML": "mixed model; variances without the bias that estimated effects bring",
        "ML": "mixed model; what is compared in likelihood-ratio tests",
        "least squares": "t-test or regression of the scores",
        "Huber": "regression that gives far scores less weight",
        "ranks": "Wilcoxon's signed ranks; for a slope Theil-Sen and Kendall",
    },
}

#: What was left out of the grid, and why.
NOT_CROSSED = {
    "censored ratings averaged, or by REML": "a mean is not at the end of the scale when one of its ratings "
    "is; the Tobit model is fitted by maximum likelihood",
    "ends dropped, target absent": "conditions then no longer have the same targets, and unlike stimuli would "
    "be compared; scores of people are averaged target by target for the same reason",
    "correction of exertion ratings below 7": "exertion enters none of the pain models",
    "session under saline": "each person has one saline day, so session and drug order are the same column",
    "ranks with a covariate, ranks for the three-way term": "no standard rank test of an interaction of "
    "two predictors",
    "a slope of the target beside those of the tested effect": "leaves these tests as they are",
    "slopes of drug × target in a model without that fixed effect": "the targets then count unequally, most where "
    "people agree; that asks another question, see drug × intensity",
    "fixed or random stimulus number": "the nine stimuli of a block get a random shift in every model of "
    "single ratings, as in the paper; in Tobit models a fixed one, for these take one grouping factor",
}


def not_crossed():
    """List what was left out of the grid of specifications, with the reason.

    Returns
    -------
    pandas.DataFrame
        ``left_out, reason``.

    Examples
    --------
    >>> import eih
    >>> list(eih.not_crossed())
    ['left_out', 'reason']
    """
    return pd.DataFrame(list(NOT_CROSSED.items()), columns=["left_out", "reason"])
