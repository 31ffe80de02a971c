"""What the kind ``reliability`` finds."""

from __future__ import annotations

from collections.abc import Mapping

from psychometrics.clusters import Clusters
from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    Item,
    NotNegative,
    PersonsUsed,
)
from psychometrics.types import Estimate, Interval


@result
class IfItemDeleted:
    """A scale's reliability without one of its items."""

    item: Item
    alpha: float | None = about("Coefficient alpha of the others, null for fewer than two others.")
    omega: float | None = about("Omega of the others, null for fewer than three others.")


@result
class Clustering:
    """What clusters of persons do to a scale."""

    icc: Estimate = about("Share of the score's variance between clusters, ICC(1).")
    design_effect: NotNegative | None = about(
        "By how much clustering multiplies the variance of the score's mean; null where a negative "
        "ICC(1) leaves no variance."
    )
    alpha_within: float | None = about("Alpha of differences between persons of a cluster.")
    alpha_between: float | None = about("Alpha of differences between clusters.")


@result
class AlphaEstimate(Estimate):
    """Coefficient alpha with Feldt's interval, and with the one that judgements rest on."""

    distribution_free_interval: Interval | None = about(
        "What judgements rest on; `interval` is Feldt's, which presumes normal answers.",
        default=None,
    )


@result
class ScaleReliability:
    """The reliability of one scale's sum score; what each coefficient means is in the result."""

    items: tuple[Item, ...] = about("The scale's items.")
    n_persons: PersonsUsed = about(
        "Persons with every item of the scale answered: it rests on them."
    )
    alpha: AlphaEstimate = about("Coefficient alpha of covariances.")
    standardized_alpha: Estimate = about("Coefficient alpha of correlations.")
    ordinal_alpha: Estimate = about("Coefficient alpha of polychoric correlations.")
    omega: Estimate = about("From one factor of the scale's items, answers as numbers.")
    ordinal_omega: Estimate = about(
        "From one factor of the scale's items, answers as ordered categories."
    )
    omega_total: Estimate | None = about(
        "From one factor for each subscale; for the total alone; null for a subscale.", default=None
    )
    omega_hierarchical: Estimate | None = about(
        "Of the general factor of the bifactor model; for the total alone; null for a subscale.",
        default=None,
    )
    explained_common_variance: Estimate | None = about(
        "Of the general factor of the bifactor model; for the total alone; null for a subscale.",
        default=None,
    )
    omega_specific: Estimate | None = about(
        "Of the subscale's own factor of the bifactor model; for a subscale alone; null for the "
        "total.",
        default=None,
    )
    split_half: Estimate = about("The greatest split-half reliability.")
    sd: NotNegative | None = about("Standard deviation of the sum score.")
    standard_error_of_measurement: NotNegative | None = about(
        "In points of the sum score; null without omega."
    )
    standard_error_of_measurement_interval: Interval | None = about(
        "Null where omega has no interval.", default=None
    )
    if_item_deleted: tuple[IfItemDeleted, ...] = about("Without each item in turn.")
    clustering: Clustering | None = about("Where a cluster column is named.", default=None)
    cautions: Cautions


@result
class ReliabilityResult:
    """How consistently each scale measures."""

    n_persons: PersonsUsed = about(
        "Persons with every scored item answered: the total rests on them; each scale says its own."
    )
    scales: Mapping[str, ScaleReliability] = about(
        "The subscales in the definition's order, then `total` where the instrument has one."
    )
    definitions: Mapping[str, str] = about("What each coefficient means, by its name.")
    clusters: Clusters | None = about("Where a cluster column is named.")
    cautions: Cautions
