"""What the kind ``lagged`` finds."""

from __future__ import annotations

from dataclasses import dataclass, field

from psychometrics.longitudinal.results import ModelFit, described
from psychometrics.types import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedPath:
    """The effect of one variable on the other, or on itself, at the next occasion."""

    source: str = field(
        metadata={"description": "alliance or outcome, at the earlier occasion.", "name": "from"}
    )
    to: str = field(metadata=described("alliance or outcome, at the later occasion."))
    from_occasion: float = field(metadata=described("Session number."))
    to_occasion: float = field(metadata=described("Session number."))
    estimate: float = field(metadata=described("In points of the later variable."))
    standard_error: float | None = field(metadata=described("Of the estimate."))
    interval: Interval | None = field(metadata=described("Wald."))
    standardized: float | None = field(metadata=described("In standard deviations."))
    p_value: float | None = field(metadata=described("Two-sided."))


@dataclass(frozen=True, slots=True, kw_only=True)
class BetweenPersons:
    """How persons' stable levels of both variables go together."""

    correlation: float | None = field(metadata=described("Of the random intercepts."))
    standard_error: float | None = field(metadata=described("Delta method."))
    interval: Interval | None = field(metadata=described("Wald."))
    reason: str | None = field(default=None, metadata=described("Why it is null."))
    caution: str | None = field(
        default=None, metadata=described("What is wrong with a value outside its range.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinCorrelation:
    """How both variables go together on the occasions of a person."""

    r: float | None = field(metadata=described("Repeated measures correlation."))
    interval: Interval | None = field(metadata=described("Fisher's z, n = dof + 2."))
    dof: int | None = field(metadata=described("Degrees of freedom."))
    p_value: float | None = field(metadata=described("Two-sided."))
    method: str = field(metadata=described("How it is computed."))
    reason: str | None = field(default=None, metadata=described("Why it is null."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """Whether lagged paths are equal over time."""

    chi_square: float | None = field(metadata=described("Difference to the free model."))
    df: int = field(metadata=described("Its degrees of freedom."))
    p_value: float | None = field(metadata=described("Probability of a larger one."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What the study can see of a lagged effect in one direction."""

    to: str = field(metadata=described("alliance or outcome."))
    standard_error: float | None = field(metadata=described("Of the standardized path."))
    detectable: float | None = field(
        metadata=described("Standardized effect found with a probability of 80%.")
    )
    power: float | None = field(metadata=described("Probability to find 'smallest_effect'."))
    persons_needed: int | None = field(
        metadata=described("Persons for 80% at the same number of occasions.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Persons and occasions that would decide."""

    n_occasions: int = field(metadata=described("Occasions."))
    n_persons: int = field(metadata=described("Persons with all of them."))
    power: float = field(metadata=described("Share of simulated studies that find both effects."))
    replicates: int = field(metadata=described("Simulated studies."))


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedPath:
    """A lagged effect with measurement error taken out."""

    source: str = field(
        metadata={"description": "alliance or outcome, at the earlier occasion.", "name": "from"}
    )
    to: str = field(metadata=described("alliance or outcome, at the later occasion."))
    estimate: float = field(metadata=described("In points of the later variable."))
    standard_error: float | None = field(metadata=described("Of the estimate."))
    interval: Interval | None = field(metadata=described("Wald."))
    standardized: float | None = field(metadata=described("Mean over occasions."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The constrained model corrected for measurement error."""

    reliability: float = field(metadata=described("Of the alliance within persons."))
    reliability_source: str = field(metadata=described("Where it comes from."))
    outcome_reliability: float = field(metadata=described("Of the outcome within persons."))
    proper: bool = field(metadata=described("Whether the solution is admissible."))
    paths: tuple[CorrectedPath, ...] = field(metadata=described("One for each direction."))


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedResult:
    """Which comes first, the alliance or the outcome."""

    n_persons: int = field(metadata=described("Persons with at least one value."))
    n_occasions: int = field(metadata=described("Occasions used."))
    occasions: tuple[float, ...] = field(metadata=described("Session numbers."))
    scale: str = field(metadata=described("The alliance's scale."))
    outcome: str = field(metadata=described("The outcome's column."))
    constrained: bool = field(metadata=described("Whether paths are equal over time."))
    model: ModelFit | None = field(metadata=described("How the model fits."))
    paths: tuple[LaggedPath, ...] = field(metadata=described("By path and pair of sessions."))
    between: BetweenPersons | None = field(metadata=described("Null for the CLPM."))
    within_correlation: WithinCorrelation = field(
        metadata=described("On the occasions of a person.")
    )
    equal_over_time: Constraint | None = field(
        metadata=described("Null where the free model has no solution to compare with.")
    )
    answer: str = field(
        metadata=described("alliance-first, outcome-first, both, neither or cannot-say.")
    )
    because: tuple[str, ...] = field(metadata=described("Why this is the answer."))
    smallest_effect: float = field(
        metadata=described("The standardized effect that a study should not miss.")
    )
    power: tuple[Power, ...] = field(metadata=described("By direction."))
    would_decide: tuple[Deciding, ...] = field(
        metadata=described("Studies that would decide; simulated.")
    )
    corrected: Corrected | None = field(metadata=described("Without measurement error."))
    confounding: tuple[str, ...] = field(metadata=described("What the design cannot exclude."))
    cautions: tuple[str, ...] = field(default=(), metadata=described("What to heed."))
