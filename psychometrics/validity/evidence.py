"""What the rules look at: numbers from the analyses, ``None`` where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Numbers and names that the rules rest on; a flag is 1 for yes and 0 for no.

    Attributes
    ----------
    n_persons, n_used, n_required
        Persons; those whose answers the judged factor models rest on (every person with an answer,
        where the method takes incomplete rows); how many of these a factor analysis needs.
    n_more
        How many more it takes.
    n_groups, smallest_group
        Groups that were compared, and the persons of the smallest.
    n_factors
        Factors that the form claims: its subscales.
    ordered
        Whether the models for ordered answers could be computed; else those for continuous ones
        are judged.
    claimed_proper
        Whether the claimed model converged to a proper solution.
    cfi, rmsea, rmsea_lower, srmr
        Of the claimed model: robust indices, else scaled ones; lower limit of the 90% interval.
    htmt, factor_correlation, factor_correlation_lower, factor_correlation_upper
        Of the closest pair of subscales; the limits of the 95% interval.
    distinct
        1 where every pair of subscales is told apart by its interval, 0 where one cannot be
        (:mod:`psychometrics.validity.scores`), ``None`` where that is open.
    simpler_preferred, claimed_best
        Whether the rule for rival models names one with fewer factors; the claimed one.
    simpler_fits
        Whether a proper model with fewer factors meets the strict bounds of fit.
    explained_common_variance, omega_hierarchical
        Of a proper bifactor model.
    irt_scales, irt_violated, irt_open
        Scales with an item response model; those that violate a part of COSMIN's rule, and those of
        which a part is open (or that have no model).
    irt_q3, irt_scalability, irt_item_p
        The largest Q3, the lowest scalability and the lowest p of an item's fit, over the scales.
    irt_required, irt_more
        Persons that these models need, and how many more it takes.
    total_usable
        Whether the total may be used.
    alpha, alpha_lower, alpha_upper, alpha_highest
        The lowest alpha of a subscale, the limits of its interval; the highest alpha.
    extreme_share, extreme_lower, extreme_upper
        The largest share of persons at the lowest or highest possible score of a scale, and the
        limits of its 95% interval.
    missing_share, missing_item, complete_share
        Share of answers that are missing; of the item that misses most; of persons with all
        answers.
    permitted, partial, bounded, refused
        What the gate before comparisons answered.
    rejected
        Whether a step of the ladder up to equal intercepts is not tenable.
    item_difference
        The largest dMACS of a released item.
    n_pairs, icc, icc_lower, icc_upper
        Persons rated twice; the lowest ICC(2,1) of a scale and its interval's limits.
    smallest_detectable_change
        Of the total (or of the only scale), in points.
    change_ratio
        The largest ratio of a scale's smallest detectable change to its minimal important one.
    responsive, unresponsive
        Whether every scale, or some scale, is rated sufficient, or insufficient, in its change;
        ``None`` where none is rated.
    auc, auc_lower, auc_upper
        The lowest area under the curve of a scale's change against rated change, and its limits.
    change_held, change_failed
        Hypotheses about change of the same scale that held, and that failed.
    n_outcomes, n_predicted
        Outcomes that were correlated; those whose ratings came first.
    n_hypotheses, share_held, share_failed
        Hypotheses whose timing is known (rating not after the outcome) and that were tested; the
        shares of them that held and that failed; the rest is open.
    enough_outcomes
        Whether every outcome has enough persons.
    names
        Names and sentences that words may mention.
    """

    n_persons: float | None = None
    n_used: float | None = None
    n_required: float | None = None
    n_more: float | None = None
    n_groups: float | None = None
    smallest_group: float | None = None
    n_factors: float | None = None
    ordered: float | None = None
    claimed_proper: float | None = None
    cfi: float | None = None
    rmsea: float | None = None
    rmsea_lower: float | None = None
    srmr: float | None = None
    htmt: float | None = None
    factor_correlation: float | None = None
    factor_correlation_lower: float | None = None
    factor_correlation_upper: float | None = None
    distinct: float | None = None
    claimed_best: float | None = None
    simpler_preferred: float | None = None
    simpler_fits: float | None = None
    explained_common_variance: float | None = None
    omega_hierarchical: float | None = None
    irt_scales: float | None = None
    irt_violated: float | None = None
    irt_open: float | None = None
    irt_q3: float | None = None
    irt_scalability: float | None = None
    irt_item_p: float | None = None
    irt_required: float | None = None
    irt_more: float | None = None
    total_usable: float | None = None
    alpha: float | None = None
    alpha_lower: float | None = None
    alpha_upper: float | None = None
    alpha_highest: float | None = None
    extreme_share: float | None = None
    extreme_lower: float | None = None
    extreme_upper: float | None = None
    missing_share: float | None = None
    missing_item: float | None = None
    complete_share: float | None = None
    permitted: float | None = None
    partial: float | None = None
    bounded: float | None = None
    refused: float | None = None
    rejected: float | None = None
    item_difference: float | None = None
    n_pairs: float | None = None
    icc: float | None = None
    icc_lower: float | None = None
    icc_upper: float | None = None
    smallest_detectable_change: float | None = None
    change_ratio: float | None = None
    responsive: float | None = None
    unresponsive: float | None = None
    auc: float | None = None
    auc_lower: float | None = None
    auc_upper: float | None = None
    change_held: float | None = None
    change_failed: float | None = None
    n_outcomes: float | None = None
    n_predicted: float | None = None
    n_hypotheses: float | None = None
    share_held: float | None = None
    share_failed: float | None = None
    enough_outcomes: float | None = None
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def number(self, name: str) -> float | None:
        """Return a number by its name."""
        value: float | None = getattr(self, name)
        return value


NUMBERS = tuple(name for name in Evidence.__slots__ if name != "names")
"""Names of all numbers."""

ESTIMATED = frozenset(
    {
        "cfi",
        "rmsea",
        "srmr",
        "htmt",
        "factor_correlation",
        "factor_correlation_upper",
        "explained_common_variance",
        "omega_hierarchical",
        "alpha",
        "alpha_lower",
        "alpha_highest",
        "item_difference",
        "icc",
        "icc_lower",
        "smallest_detectable_change",
        "change_ratio",
        "auc",
        "auc_lower",
        "auc_upper",
    }
)
"""Names of the numbers that are estimates, not counts or shares of counts: they decide nothing
within `psychometrics.margin.MARGIN` of a bound."""
