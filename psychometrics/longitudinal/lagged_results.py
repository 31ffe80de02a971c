"""What the kind ``lagged`` finds."""

from __future__ import annotations

from typing import Literal

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    Chosen,
    ChosenWhole,
    Correlation,
    Df,
    NotNegative,
    Persons,
    PersonsUsed,
    PValue,
    Share,
    StandardError,
    Things,
)
from psychometrics.longitudinal.results import ModelFit
from psychometrics.types import Interval

Variable = Literal["alliance", "outcome"]
Precedence = Literal["alliance-first", "outcome-first", "both", "neither", "cannot-say"]


@result
class LaggedPath:
    """The effect of one variable on the other, or on itself, at the next occasion."""

    from_: Variable = about("alliance or outcome, at the earlier occasion.")
    to: Variable = about("alliance or outcome, at the later occasion.")
    from_occasion: Chosen = about("Session number.")
    to_occasion: Chosen = about("Session number.")
    estimate: float = about("In points of the later variable.")
    standard_error: StandardError | None = about("Of the estimate.")
    interval: Interval | None = about("Wald.")
    standardized: float | None = about("In standard deviations.")
    p_value: PValue | None = about("Two-sided.")


@result
class BetweenPersons:
    """How persons' stable levels of both variables go together."""

    correlation: float | None = about("Of the random intercepts.")
    standard_error: StandardError | None = about("Delta method.")
    interval: Interval | None = about("Wald.")
    reason: str | None = about("Why it is null.", default=None)
    caution: str | None = about("What is wrong with a value outside its range.", default=None)


@result
class WithinCorrelation:
    """How both variables go together on the occasions of a person."""

    r: Correlation | None = about("Repeated measures correlation.")
    interval: Interval | None = about("Fisher's z, n = dof + 2.")
    dof: Persons | None = about("Degrees of freedom.")
    p_value: PValue | None = about("Two-sided.")
    method: str = about("How it is computed.")
    reason: str | None = about("Why it is null.", default=None)


@result
class Constraint:
    """Whether lagged paths are equal over time."""

    chi_square: float | None = about("Difference to the free model.")
    df: Df = about("Its degrees of freedom.")
    p_value: PValue | None = about("Probability of a larger one.")


@result
class Power:
    """What the study can see of a lagged effect in one direction."""

    to: Variable = about("alliance or outcome.")
    standard_error: StandardError | None = about("Of the standardized path.")
    detectable: NotNegative | None = about("Standardized effect found with a probability of 80%.")
    power: Share | None = about("Probability to find 'smallest_effect'.")
    persons_needed: Things | None = about("Persons for 80% at the same number of occasions.")


@result
class Deciding:
    """Persons and occasions that would decide."""

    n_occasions: Things = about("Occasions.")
    n_persons: PersonsUsed = about("Persons with all of them.")
    power: Share = about("Share of simulated studies that find both effects.")
    replicates: ChosenWhole = about("Simulated studies.")
    assumed: bool = about(
        "Whether the process is a conventional one, because this study does not estimate it."
    )


@result
class CorrectedPath:
    """A lagged effect with measurement error taken out."""

    from_: Variable = about("alliance or outcome, at the earlier occasion.")
    to: Variable = about("alliance or outcome, at the later occasion.")
    estimate: float = about("In points of the later variable.")
    standard_error: StandardError | None = about("Of the estimate.")
    interval: Interval | None = about("Wald.")
    standardized: float | None = about("Mean over occasions.")


@result
class Corrected:
    """The constrained model corrected for measurement error."""

    reliability: Share = about("Of the alliance within persons.")
    reliability_source: str = about("Where it comes from.")
    outcome_reliability: Share = about("Of the outcome within persons.")
    proper: bool = about("Whether the solution is admissible.")
    paths: tuple[CorrectedPath, ...] = about("One for each direction.")


@result
class LaggedResult:
    """Which comes first, the alliance or the outcome."""

    n_persons: PersonsUsed = about("Persons with at least one value.")
    n_occasions: Things = about("Occasions used.")
    occasions: tuple[float, ...] = about("Session numbers.")
    scale: str = about("The alliance's scale.")
    outcome: str = about("The outcome's column.")
    constrained: bool = about("Whether paths are equal over time.")
    model: ModelFit | None = about("How the model fits.")
    paths: tuple[LaggedPath, ...] = about("By path and pair of sessions.")
    between: BetweenPersons | None = about("Null for the CLPM.")
    within_correlation: WithinCorrelation = about("On the occasions of a person.")
    equal_over_time: Constraint | None = about(
        "Null where the free model has no solution to compare with."
    )
    answer: Precedence = about("alliance-first, outcome-first, both, neither or cannot-say.")
    because: tuple[str, ...] = about("Why this is the answer.")
    smallest_effect: Chosen = about("The standardized effect that a study should not miss.")
    power: tuple[Power, ...] = about("By direction.")
    would_decide: tuple[Deciding, ...] = about("Studies that would decide; simulated.")
    corrected: Corrected | None = about("Without measurement error.")
    confounding: tuple[str, ...] = about("What the design cannot exclude.")
    cautions: Cautions = about("What to heed.", default=())
