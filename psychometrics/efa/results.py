"""What the kinds ``dimensionality`` and ``efa`` find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psychometrics.types import FloatArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Bartlett:
    """Bartlett's test that all correlations are zero.

    Attributes
    ----------
    chi_square, df, p_value
        The statistic, its degrees of freedom and its upper tail.
    """

    chi_square: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Eigenvalues beside references, and how many exceed them.

    Attributes
    ----------
    n_factors
        Leading eigenvalues above their references.
    eigenvalues, quantile_eigenvalues
        Shape (n_items,), descending.
    """

    n_factors: int
    eigenvalues: FloatArray
    quantile_eigenvalues: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Parallel:
    """Parallel analysis of components, and of principal axes beside it.

    Attributes
    ----------
    n_factors
        Components to keep.
    eigenvalues, quantile_eigenvalues
        Observed, and the quantile over random samples; shape (n_items,).
    principal_axis
        The same with squared multiple correlations in the diagonal.
    quantile, seed, replicates
        How it was done.
    used
        Random samples that had positive definite correlations; the others are left out.
    random_data
        What the random samples were.
    """

    n_factors: int
    eigenvalues: FloatArray
    quantile_eigenvalues: FloatArray
    principal_axis: Retention
    quantile: float
    seed: int
    replicates: int
    used: int
    random_data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """Velicer's minimum average partial.

    Attributes
    ----------
    n_factors
        Where the average is lowest.
    average_squared_partials
        After 0, 1, 2 … components, shape (at most n_items − 1,).
    """

    n_factors: int
    average_squared_partials: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class EmpiricalKaiser:
    """The empirical Kaiser criterion.

    Attributes
    ----------
    n_factors
        Leading eigenvalues above their references.
    reference_eigenvalues
        Shape (n_items,).
    """

    n_factors: int
    reference_eigenvalues: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSummary:
    """What the criteria say together.

    Attributes
    ----------
    n_factors
        Number of factors by criterion.
    agree
        Whether they all say the same.
    lowest, highest
        The range of their answers.
    """

    n_factors: Mapping[str, int]
    agree: bool
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionalityResult:
    """A dimensionality analysis.

    Attributes
    ----------
    n_persons
        Persons with every scored item answered.
    order
        Item numbers of the rows of ``correlations``.
    correlation
        Which correlations, ``pearson`` or ``polychoric``.
    correlations
        Shape (n_items, n_items).
    kmo
        Kaiser–Meyer–Olkin measure of all items.
    kmo_items
        The same of each item, shape (n_items,).
    bartlett
        Test that all correlations are zero.
    eigenvalues
        Of the correlations, descending, shape (n_items,).
    parallel, map, empirical_kaiser
        How many factors each keeps.
    summary
        Whether they agree.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    order: tuple[int, ...]
    correlation: str
    correlations: FloatArray
    kmo: float
    kmo_items: FloatArray
    bartlett: Bartlett
    eigenvalues: FloatArray
    parallel: Parallel
    map: Map
    empirical_kaiser: EmpiricalKaiser
    summary: RetentionSummary
    cautions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EfaFit:
    """How well the factors reproduce the correlations.

    Attributes
    ----------
    df
        Degrees of freedom.
    chi_square, p_value
        Bartlett-corrected likelihood ratio; ``None`` without degrees of freedom.
    rmsea, rmsea_interval
        Root mean square error of approximation, 90%.
    tli
        Tucker–Lewis index.
    rmsr
        Root mean square residual correlation.
    """

    df: int
    chi_square: float | None
    p_value: float | None
    rmsea: float | None
    rmsea_interval: Interval | None
    tli: float | None
    rmsr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Congruence:
    """How well a factor matches a subscale's key.

    Attributes
    ----------
    subscale
        The subscale.
    factor
        The factor matched with it, by name.
    congruence
        Tucker's coefficient with the key (1 for the subscale's items, 0 otherwise).
    """

    subscale: str
    factor: str
    congruence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SchmidLeiman:
    """A general factor and group factors made from correlated factors.

    Attributes
    ----------
    general
        Loadings on the general factor, shape (n_items,).
    group
        Loadings on the group factors, in the order of the factors, shape (n_items, n_factors).
    reason
        Why there are none.
    """

    general: FloatArray | None
    group: FloatArray | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapErrors:
    """Standard errors by resampling persons.

    Attributes
    ----------
    replicates, used
        Resamples drawn, and those that gave a solution.
    seed
        Start of their random numbers.
    loadings, factor_correlations
        Standard errors, in the shape of what they belong to.
    reason
        Why there are none.
    """

    replicates: int
    used: int
    seed: int
    loadings: FloatArray | None
    factor_correlations: FloatArray | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EfaResult:
    """An exploratory factor analysis.

    Attributes
    ----------
    n_persons
        Persons with every scored item answered.
    n_factors, extraction, rotation, correlation
        What was done, in the words of the options.
    normalize
        Whether rows had unit length while they were rotated (Kaiser normalization).
    order
        Item numbers of the rows.
    factors
        Names of the columns: the subscales' under target rotation, else ``F1``, ``F2`` … in the
        order of the variance they explain.
    loadings
        Pattern, shape (n_items, n_factors).
    factor_correlations
        Shape (n_factors, n_factors), in the order and with the signs of the loadings.
    structure
        Correlations of items with factors, ΛΦ.
    uniquenesses, communalities
        Shape (n_items,).
    explained_variance
        Of each factor, as a share of all items' variance, shape (n_factors,).
    correlations
        What was factored, shape (n_items, n_items).
    fit
        How well they are reproduced.
    congruence
        With the key, where there are as many factors as subscales; ``None`` otherwise.
    schmid_leiman
        Where factors are correlated; ``None`` otherwise.
    standard_errors
        Where resamples are asked for; ``None`` otherwise.
    converged, proper
        Whether the minimum was reached, and whether it is no Heywood case.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    n_factors: int
    extraction: str
    rotation: str
    normalize: bool
    correlation: str
    order: tuple[int, ...]
    factors: tuple[str, ...]
    loadings: FloatArray
    factor_correlations: FloatArray
    structure: FloatArray
    uniquenesses: FloatArray
    communalities: FloatArray
    explained_variance: FloatArray
    correlations: FloatArray
    fit: EfaFit
    congruence: tuple[Congruence, ...] | None
    schmid_leiman: SchmidLeiman | None
    standard_errors: BootstrapErrors | None
    converged: bool
    proper: bool
    cautions: tuple[str, ...]
