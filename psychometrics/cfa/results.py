"""What a confirmatory factor analysis answers, in the contract's words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from psychometrics.clusters import Clusters
from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    ChiSquare,
    Df,
    Item,
    Matrix,
    ModelDf,
    NotNegative,
    PersonsUsed,
    Probability,
    PValue,
    Reason,
    Share,
    StandardError,
    Things,
)
from psychometrics.types import Estimate, Interval


@result
class ScaledTestResult:
    """A chi-square corrected for non-normal or ordered answers."""

    chi_square: ChiSquare
    df: Df
    p_value: PValue | None
    scaling_factor: float = about("What the uncorrected statistic is divided by.")
    shift: float = about("What is added to it then.")


@result
class FitIndices:
    """Fit indices of one version of the statistic."""

    cfi: Share | None = about("Comparative fit index.")
    tli: float | None = about("Tucker–Lewis index.")
    rmsea: Share | None = about("Root mean square error of approximation.")
    rmsea_interval: Interval | None = about("Its 90% interval.")
    rmsea_close_fit_p: Probability | None = about(
        "Probability of the statistic or a larger one were the RMSEA 0.05."
    )


@result
class Loading:
    """An item's loading on a factor."""

    factor: str = about("The factor.")
    item: Item
    estimate: float = about("In the metric of the answers, or of y* for ordered answers.")
    standard_error: StandardError | None
    standardized: float | None = about("With items and factors of unit variance.")
    standardized_standard_error: StandardError | None


@result
class HigherOrderLoading:
    """A factor's loading on the second-order factor."""

    factor: str = about("The second-order factor.")
    indicator: str = about("The factor that loads on it.")
    estimate: float = about("In the metric of the first-order factor's disturbance.")
    standard_error: StandardError | None
    standardized: float | None = about("With factors of unit variance.")
    standardized_standard_error: StandardError | None


@result
class FactorCorrelation:
    """The correlation of two factors that the model leaves free."""

    factors: tuple[str, str] = about("Their names.")
    estimate: float = about("The correlation; beyond 1 the solution is improper.")
    standard_error: StandardError | None
    interval: Interval | None = about(
        "95%, by Fisher's z and Student's t; null where the solution is improper.", default=None
    )


@result
class ItemResult:
    """What the factors leave of an item."""

    item: Item
    residual_variance: float = about(
        "Its variance that the factors do not explain (of y* for ordered answers, where it "
        "follows from the loadings and has no error of its own)."
    )
    standard_error: StandardError | None
    r_squared: Share | None = about(
        "Share of its variance that they explain; null when the residual variance is negative."
    )


@result
class ModificationIndex:
    """What a parameter fixed at zero would change were it free."""

    parameter: str = about("`loading` or `residual covariance`.")
    factor: str | None = about("The loading's factor.")
    items: tuple[Item, ...] = about("The loading's item, or the two items of the covariance.")
    index: NotNegative = about("Expected drop of chi-square.")
    expected_change: float = about("Expected value of the parameter.")
    standardized_change: float | None = about("The same with items and factors of unit variance.")


@result
class ModelFit:
    """How well a model fits."""

    model: str = about("Its name.")
    converged: bool = about("Whether estimation ended well.")
    proper: bool = about("Whether the solution is admissible.")
    cautions: Cautions
    n_persons: PersonsUsed = about("Persons used.")
    n_parameters: Things = about("Free parameters, counted as lavaan counts.")
    chi_square: ChiSquare | None = about("The uncorrected test.")
    df: ModelDf
    p_value: PValue | None
    scaled: ScaledTestResult | None = about("The corrected test; null for ML.")
    baseline_chi_square: ChiSquare | None = about(
        "The independence model's, which CFI and TLI compare with."
    )
    baseline_df: Df
    indices: FitIndices = about("From the uncorrected test.", inline=True)
    srmr: NotNegative | None = about("Standardized root mean square residual.")
    scaled_indices: FitIndices | None = about("From the corrected test.")
    robust_indices: FitIndices | None = about(
        "Corrected so that they estimate what ML would under normality."
    )
    log_likelihood: float | None = about("Null where there is no likelihood.")
    aic: float | None = about("Akaike's information criterion.")
    bic: float | None = about("Bayesian information criterion.")


@result
class ModelResult(ModelFit):
    """One competing model with its estimates."""

    loadings: tuple[Loading, ...] = about("Of items on factors.", default=())
    higher_order_loadings: tuple[HigherOrderLoading, ...] = about(
        "Of factors on the second-order factor.", default=()
    )
    factor_correlations: tuple[FactorCorrelation, ...] = about(
        "Those that the model leaves free.", default=()
    )
    items: tuple[ItemResult, ...] = about("What the factors leave of each item.", default=())
    residual_correlations: Matrix = about(
        "Sample less implied correlations, rows and columns as `items`.",
        default_factory=lambda: np.zeros((0, 0)),
    )
    average_variance_extracted: Mapping[str, float | None] = about(
        "By factor, of its items.", default_factory=dict
    )
    modification_indices: tuple[ModificationIndex, ...] = about(
        "The largest, in falling order.", default=()
    )
    explained_common_variance: Share | None = about(
        "Of the general factor of a bifactor model.", default=None
    )
    omega_hierarchical: Share | None = about(
        "Of the general factor of a bifactor model.", default=None
    )
    general_omega: Estimate | None = about(
        "Hierarchical omega that the correlations of the factors imply; null in other models.",
        default=None,
    )
    omegas: Mapping[str, Estimate] | None = about(
        "By subscale and `total`: omega of the sum score, from this model and all answers it was "
        "fitted to; of correlated factors for continuous answers, null in other models.",
        default=None,
    )


@result
class HeterotraitMonotrait:
    """The HTMT ratio of two subscales."""

    factors: tuple[str, str] = about("Their names.")
    ratio: float | None = about(
        "Mean correlation of items between them, relative to that within them."
    )
    standard_error: StandardError | None = about(default=None)
    interval: Interval | None = about(
        "95%, distribution-free, symmetric for the ratio's logarithm.", default=None
    )
    reason: Reason | None = about(default=None)


@result
class CfaResult:
    """Competing models of one instrument on one sample."""

    estimator: str = about("`ML`, `MLR` or `WLSMV`.")
    missing: str = about("How missing answers were treated.")
    n_persons: PersonsUsed = about("Persons used.")
    models: tuple[ModelResult, ...] = about("One for each asked for, in that order.")
    best: str | None = about("The model to prefer; null where the answers cannot tell.")
    best_rule: str = about("How it was chosen.")
    cautions: Cautions = about(default=())
    heterotrait_monotrait: tuple[HeterotraitMonotrait, ...] = about(
        "By pair of subscales.", default=()
    )
    cluster: Clusters | None = about(default=None)
