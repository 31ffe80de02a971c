"""The counting rules, and where each comes from.

Notes
-----
- Persons for a factor analysis: at least 7 times the items and at least 100 (COSMIN's standard for
  studies of structural validity). Verified.
- The same in each group and for each item's answers: chosen here, because the configural step fits
  the model in each group by itself, and pairwise moments rest on an item's own answers.
- A category chosen by fewer than 5 persons makes its threshold a guess: chosen here.
- Fewer than 10 clinicians leave the interval that allows for them to a t distribution with few
  degrees of freedom: chosen here.
- Persons for item response models: `psychometrics.irt.sample_sizes`, for the shortest subscale.
- Persons for a correlation ρ: n = ((z_{.975} + z_power) / artanh ρ)² + 3, the sample size at which
  a two-sided test of 5% has the power (Fisher's z). Computed.
"""

from __future__ import annotations

import math

from scipy.special import ndtri

PERSONS_PER_ITEM = 7
PERSONS_AT_LEAST = 100
PERSONS_PER_CATEGORY = 5
CLINICIANS_AT_LEAST = 10

FACTOR_RULE = (
    f"At least {PERSONS_PER_ITEM} persons for each item and at least {PERSONS_AT_LEAST} persons "
    "with every item answered."
)
GROUP_RULE = f"In each group: {FACTOR_RULE[0].lower()}{FACTOR_RULE[1:]}"
ITEM_RULE = "As many answers to each item as a factor analysis needs persons."
CATEGORY_RULE = f"Each category of each item chosen by at least {PERSONS_PER_CATEGORY} persons."
RASCH_RULE = (
    "At least 100 persons for a partial credit (Rasch) model (Linacre 1994: stable difficulties)."
)
GRADED_RULE = (
    "For a graded response model of each subscale at least 500 persons, 250 from ten items on "
    "(500: simulations of Jiang, Wang & Weiss 2016; 250: chosen here; COSMIN asks for 1,000)."
)
CLINICIAN_RULE = f"At least {CLINICIANS_AT_LEAST} clinicians, so that their share can be told."


def persons_for_factors(n_items: int) -> int:
    """Persons that a factor analysis of so many items needs."""
    return max(PERSONS_PER_ITEM * n_items, PERSONS_AT_LEAST)


def persons_for_correlation(correlation: float, power: float) -> int:
    """Persons at which a correlation of this size is found with this power.

    Parameters
    ----------
    correlation
        Above 0 and below 1.
    power
        Above .5 and below 1; the test is two-sided at 5%.
    """
    distance = float(ndtri(0.975) + ndtri(power)) / math.atanh(correlation)
    return math.ceil(distance**2 + 3.0 - 1e-9)


def persons_for_category(chosen: int, answered: int) -> int | None:
    """Persons in all that fill a category at its present share; ``None`` if nobody chose it."""
    if chosen == 0:
        return None
    return math.ceil(PERSONS_PER_CATEGORY * answered / chosen)
