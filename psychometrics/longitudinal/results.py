"""What analyses of repeated measurements have in common, in the contract's names."""

from __future__ import annotations

from dataclasses import dataclass, field

from psychometrics.types import Interval


def described(description: str) -> dict[str, str]:
    """Return the metadata of a field."""
    return {"description": description}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An estimate with its precision."""

    estimate: float | None = field(
        metadata=described("The value; null where it cannot be estimated.")
    )
    standard_error: float | None = field(
        default=None, metadata=described("Its standard error, where there is one.")
    )
    interval: Interval | None = field(
        default=None, metadata=described("Its confidence interval, where there is one.")
    )
    reason: str | None = field(default=None, metadata=described("Why something is null."))
    caution: str | None = field(
        default=None, metadata=described("What is wrong with a value outside its range.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledStatistic:
    """A chi-square corrected for non-normality."""

    chi_square: float = field(metadata=described("The corrected statistic."))
    df: int = field(metadata=described("Degrees of freedom."))
    p_value: float | None = field(metadata=described("Probability of a larger one."))
    scaling_factor: float = field(metadata=described("What the statistic was divided by."))
    shift: float = field(metadata=described("What was added to it."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Indices:
    """Fit indices of one version of the statistic."""

    cfi: float | None = field(metadata=described("Comparative fit index."))
    tli: float | None = field(metadata=described("Tucker–Lewis index."))
    rmsea: float | None = field(metadata=described("Root mean square error of approximation."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFit:
    """How a structural equation model of scores fits."""

    model: str = field(metadata=described("Its name."))
    estimator: str = field(metadata=described("ML or MLR, with all values of incomplete rows."))
    converged: bool = field(metadata=described("Whether estimation ended well."))
    proper: bool = field(metadata=described("Whether the solution is admissible."))
    cautions: tuple[str, ...] = field(metadata=described("What is wrong with it or uncertain."))
    n_persons: int = field(metadata=described("Persons with at least one value."))
    n_parameters: int = field(metadata=described("Free parameters, means included."))
    chi_square: float | None = field(metadata=described("The uncorrected statistic."))
    df: int = field(metadata=described("Its degrees of freedom."))
    p_value: float | None = field(metadata=described("Probability of a larger one."))
    scaled: ScaledStatistic | None = field(metadata=described("Corrected; null for ML."))
    cfi: float | None = field(metadata=described("Comparative fit index."))
    tli: float | None = field(metadata=described("Tucker–Lewis index."))
    rmsea: float | None = field(metadata=described("Root mean square error of approximation."))
    rmsea_interval: Interval | None = field(metadata=described("Its 90% interval."))
    srmr: float | None = field(metadata=described("Standardized root mean square residual."))
    scaled_indices: Indices | None = field(metadata=described("From the corrected statistic."))
    robust_indices: Indices | None = field(
        metadata=described("Corrected to estimate what ML would under normality.")
    )
    log_likelihood: float | None = field(metadata=described("At the estimates."))
    aic: float | None = field(metadata=described("Akaike's information criterion."))
    bic: float | None = field(metadata=described("Bayesian information criterion."))
