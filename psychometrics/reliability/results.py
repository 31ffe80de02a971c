"""What the kind ``reliability`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psychometrics.clusters import Clusters
from psychometrics.types import Estimate, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class IfItemDeleted:
    """A scale's reliability without one of its items.

    Attributes
    ----------
    item
        The item left out.
    alpha
        Coefficient alpha of the others, ``None`` for fewer than two others.
    omega
        Omega of the others, ``None`` for fewer than three others.
    """

    item: int
    alpha: float | None
    omega: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    """What clusters of persons do to a scale.

    Attributes
    ----------
    icc
        Share of the score's variance between clusters, ICC(1).
    design_effect
        By how much clustering multiplies the variance of the score's mean.
    alpha_within, alpha_between
        Alpha of differences between persons of a cluster, and of differences between clusters.
    """

    icc: Estimate
    design_effect: float | None
    alpha_within: float | None
    alpha_between: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlphaEstimate(Estimate):
    """Coefficient alpha with two intervals.

    Attributes
    ----------
    distribution_free_interval
        What judgements rest on: ``interval`` is Feldt's, which presumes normal answers.
    """

    distribution_free_interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleReliability:
    """The reliability of one scale's sum score; what each coefficient means stands in the result.

    Attributes
    ----------
    items
        The scale's items.
    alpha, standardized_alpha, ordinal_alpha
        Coefficient alpha of covariances, correlations and polychoric correlations.
    omega, ordinal_omega
        From one factor of the scale's items, for the sum of answers as numbers and as categories.
    omega_total, omega_hierarchical, explained_common_variance
        For the total alone; ``None`` for a subscale.
    omega_specific
        For a subscale alone; ``None`` for the total.
    split_half
        The greatest split-half reliability.
    sd
        Standard deviation of the sum score.
    standard_error_of_measurement
        In points of the sum score; ``None`` without omega.
    standard_error_of_measurement_interval
        ``None`` where omega has none.
    if_item_deleted
        Without each item in turn.
    clustering
        Where a cluster column is named.
    cautions
        Doubts a reader must know.
    """

    items: tuple[int, ...]
    alpha: AlphaEstimate
    standardized_alpha: Estimate
    ordinal_alpha: Estimate
    omega: Estimate
    ordinal_omega: Estimate
    omega_total: Estimate | None = None
    omega_hierarchical: Estimate | None = None
    explained_common_variance: Estimate | None = None
    omega_specific: Estimate | None = None
    split_half: Estimate
    sd: float | None
    standard_error_of_measurement: float | None
    standard_error_of_measurement_interval: Interval | None = None
    if_item_deleted: tuple[IfItemDeleted, ...]
    clustering: Clustering | None = None
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityResult:
    """A reliability analysis.

    Attributes
    ----------
    n_persons
        Persons with every scored item answered.
    scales
        The subscales in the definition's order, then ``total`` where the instrument has one.
    definitions
        What each coefficient means, by its name.
    clusters
        Where a cluster column is named.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    scales: Mapping[str, ScaleReliability]
    definitions: Mapping[str, str]
    clusters: Clusters | None
    cautions: tuple[str, ...]
