"""What analyses of repeated measurements have in common, in the contract's names."""

from __future__ import annotations

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Df,
    NotNegative,
    PersonsUsed,
    PValue,
    Share,
    StandardError,
    Things,
)
from psychometrics.types import Interval


@result
class Effect:
    """An estimate with its precision."""

    estimate: float | None = about("The value; null where it cannot be estimated.")
    standard_error: StandardError | None = about(
        "Its standard error, where there is one.", default=None
    )
    interval: Interval | None = about("Its confidence interval, where there is one.", default=None)
    reason: str | None = about("Why something is null.", default=None)
    caution: str | None = about("What is wrong with a value outside its range.", default=None)


@result
class ScaledStatistic:
    """A chi-square corrected for non-normality."""

    chi_square: float = about("The corrected statistic.")
    df: Df = about("Degrees of freedom.")
    p_value: PValue | None = about("Probability of a larger one.")
    scaling_factor: float = about("What the statistic was divided by.")
    shift: float = about("What was added to it.")


@result
class Indices:
    """Fit indices of one version of the statistic."""

    cfi: float | None = about("Comparative fit index.")
    tli: float | None = about("Tucker–Lewis index.")
    rmsea: Share | None = about("Root mean square error of approximation.")


@result
class ModelFit:
    """How a structural equation model of scores fits."""

    model: str = about("Its name.")
    estimator: str = about("ML or MLR, with all values of incomplete rows.")
    converged: bool = about("Whether estimation ended well.")
    proper: bool = about("Whether the solution is admissible.")
    cautions: tuple[str, ...] = about("What is wrong with it or uncertain.")
    n_persons: PersonsUsed = about("Persons with at least one value.")
    n_parameters: Things = about("Free parameters, means included.")
    chi_square: float | None = about("The uncorrected statistic.")
    df: Df = about("Its degrees of freedom.")
    p_value: PValue | None = about("Probability of a larger one.")
    scaled: ScaledStatistic | None = about("Corrected; null for ML.")
    cfi: float | None = about("Comparative fit index.")
    tli: float | None = about("Tucker–Lewis index.")
    rmsea: Share | None = about("Root mean square error of approximation.")
    rmsea_interval: Interval | None = about("Its 90% interval.")
    srmr: NotNegative | None = about("Standardized root mean square residual.")
    scaled_indices: Indices | None = about("From the corrected statistic.")
    robust_indices: Indices | None = about("Corrected to estimate what ML would under normality.")
    log_likelihood: float | None = about("At the estimates.")
    aic: float | None = about("Akaike's information criterion.")
    bic: float | None = about("Bayesian information criterion.")
