"""What a confirmatory factor analysis answers, in the contract's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from psychometrics.clusters import Clusters
from psychometrics.types import Estimate, FloatArray, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledTestResult:
    """A chi-square corrected for non-normal or ordered answers.

    Attributes
    ----------
    chi_square, df, p_value
        The corrected test.
    scaling_factor, shift
        It is the uncorrected one divided by ``scaling_factor``, plus ``shift``.
    """

    chi_square: float
    df: int
    p_value: float | None
    scaling_factor: float
    shift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitIndices:
    """Comparative fit index, Tucker–Lewis index and RMSEA of one version of the statistic.

    Attributes
    ----------
    cfi, tli, rmsea
        The indices.
    rmsea_interval
        The RMSEA's 90% interval.
    rmsea_close_fit_p
        Probability of the statistic or a larger one were the RMSEA 0.05.
    """

    cfi: float | None
    tli: float | None
    rmsea: float | None
    rmsea_interval: Interval | None
    rmsea_close_fit_p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """An item's loading on a factor.

    Attributes
    ----------
    factor, item
        Which factor and which item (its number on the form).
    estimate, standard_error
        In the metric of the answers, or of y* for ordered answers.
    standardized, standardized_standard_error
        With items and factors of unit variance.
    """

    factor: str
    item: int
    estimate: float
    standard_error: float | None
    standardized: float | None
    standardized_standard_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HigherOrderLoading:
    """A factor's loading on the second-order factor; attributes as in :class:`Loading`."""

    factor: str
    indicator: str
    estimate: float
    standard_error: float | None
    standardized: float | None
    standardized_standard_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorCorrelation:
    """The correlation of two factors that the model leaves free.

    Attributes
    ----------
    factors
        Their names.
    estimate, standard_error
        The correlation.
    interval
        95%, by Fisher's z of it and Student's t; ``None`` where the model is improper.
    """

    factors: tuple[str, str]
    estimate: float
    standard_error: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What the factors leave of an item.

    Attributes
    ----------
    item
        Its number.
    residual_variance, standard_error
        Its variance that the factors do not explain (of y* for ordered answers, where it follows
        from the loadings and has no error of its own).
    r_squared
        Share of its variance that they explain; ``None`` when the residual variance is negative.
    """

    item: int
    residual_variance: float
    standard_error: float | None
    r_squared: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModificationIndex:
    """What a parameter fixed at zero would change were it free.

    Attributes
    ----------
    parameter
        ``loading`` or ``residual covariance``.
    factor
        The loading's factor, else ``None``.
    items
        The loading's item, or the two items of the covariance.
    index
        Expected drop of chi-square.
    expected_change, standardized_change
        Expected value of the parameter, raw and with items and factors of unit variance.
    """

    parameter: str
    factor: str | None
    items: tuple[int, ...]
    index: float
    expected_change: float
    standardized_change: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResult:
    """One rival model.

    Attributes
    ----------
    model
        Its name.
    converged, proper, cautions
        Whether estimation ended well, whether the solution is admissible, and what is wrong with it
        or uncertain about it.
    n_persons, n_parameters
        Persons used; free parameters, counted as lavaan counts.
    chi_square, df, p_value
        The uncorrected test.
    scaled
        The corrected test; ``None`` for ML.
    baseline_chi_square, baseline_df
        The independence model's, which CFI and TLI compare with.
    indices
        From the uncorrected test.
    srmr
        Standardized root mean square residual.
    scaled_indices, robust_indices
        From the corrected test; and corrected so that they estimate what ML would under normality.
    log_likelihood, aic, bic
        ``None`` where there is no likelihood.
    loadings, higher_order_loadings, factor_correlations, items
        The estimates.
    average_variance_extracted
        By factor, of its items.
    residual_correlations
        Sample less implied correlations, rows and columns as ``items``.
    modification_indices
        The largest, in falling order.
    explained_common_variance, omega_hierarchical
        Of the general factor of a bifactor model.
    """

    model: str
    converged: bool
    proper: bool
    cautions: tuple[str, ...]
    n_persons: int
    n_parameters: int
    chi_square: float | None
    df: int
    p_value: float | None
    scaled: ScaledTestResult | None
    baseline_chi_square: float | None
    baseline_df: int
    indices: FitIndices
    srmr: float | None
    scaled_indices: FitIndices | None
    robust_indices: FitIndices | None
    log_likelihood: float | None
    aic: float | None
    bic: float | None
    loadings: tuple[Loading, ...] = ()
    higher_order_loadings: tuple[HigherOrderLoading, ...] = ()
    factor_correlations: tuple[FactorCorrelation, ...] = ()
    items: tuple[ItemResult, ...] = ()
    residual_correlations: FloatArray = field(default_factory=lambda: np.zeros((0, 0)))
    average_variance_extracted: Mapping[str, float | None] = field(default_factory=dict)
    modification_indices: tuple[ModificationIndex, ...] = ()
    explained_common_variance: float | None = None
    omega_hierarchical: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CfaResult:
    """Rival models of one instrument on one sample.

    Attributes
    ----------
    estimator
        The contract's name.
    missing
        How missing answers were treated.
    n_persons
        Persons used.
    models
        One for each rival asked for, in that order.
    best
        The name of the model to prefer, ``None`` where the answers cannot tell.
    best_rule
        How it was chosen.
    cautions
        What is uncertain about the sample.
    heterotrait_monotrait
        By pair of subscales.
    cluster
        How persons are clustered, where a column was named.
    """

    estimator: str
    missing: str
    n_persons: int
    models: tuple[ModelResult, ...]
    best: str | None
    best_rule: str
    cautions: tuple[str, ...] = ()
    heterotrait_monotrait: Mapping[tuple[str, str], Estimate] = field(default_factory=dict)
    cluster: Clusters | None = None
