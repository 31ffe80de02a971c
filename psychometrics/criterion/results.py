"""What the kind ``criterion`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from psychometrics.criterion.options import CoefficientName, Direction, Reference
from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    Chosen,
    ClinicianCount,
    Correlation,
    Df,
    NotNegative,
    Persons,
    PersonsUsed,
    PValue,
    Reason,
    Responses,
    Share,
    StandardError,
    Things,
)
from psychometrics.types import Interval


class Timing(Enum):
    """When the alliance was rated, seen from the outcome."""

    PREDICTIVE = "predictive"
    CONCURRENT = "concurrent"
    RETROSPECTIVE = "retrospective"
    UNDETERMINED = "undetermined"

    @property
    def reading(self) -> str:
        """How a correlation of this timing may be read, as a sentence."""
        return _READINGS[self]


_READINGS = {
    Timing.PREDICTIVE: (
        "The alliance was rated before the outcome was measured; the correlation may be read as "
        "prediction, which is not yet cause."
    ),
    Timing.CONCURRENT: (
        "The alliance was rated at the time of the outcome; the correlation says that the two go "
        "together, and either may colour the other."
    ),
    Timing.RETROSPECTIVE: (
        "The alliance was rated after the outcome was measured; the result of care may have "
        "coloured the rating, and the correlation says nothing about what a rating foretells."
    ),
    Timing.UNDETERMINED: (
        "It is not known which came first, the rating or the outcome; the correlation says only "
        "that the two go together."
    ),
}


@result
class Coefficient:
    """A correlation with its precision."""

    estimate: Correlation | None = about("The correlation, or null where it cannot be estimated.")
    interval: Interval | None = about(default=None)
    standard_error: StandardError | None = about(default=None)
    n_persons: PersonsUsed = about("Persons it rests on.")
    method: str = about("How estimate and interval are made.")
    reason: Reason | None = about(default=None)


@result
class Disattenuated(Coefficient):
    """A correlation divided by the root of the reliabilities; it may exceed 1."""

    estimate: float | None = about("The correlation freed of unreliability; it may exceed 1.")
    reliability_name: str = about("The coefficient of the alliance score's reliability.")
    reliability: float | None = about(
        "Its value in the same persons (those with complete answers).", default=None
    )
    reliability_interval: Interval | None = about(default=None)
    outcome_reliability: float | None = about(
        "The outcome's reliability as given, or null where the outcome was taken as it is.",
        default=None,
    )


@result
class Partial(Coefficient):
    """A correlation with the outcome's baseline held constant."""

    baseline: str = about("The column that was held constant.")


@result
class Clustered(Coefficient):
    """A correlation whose interval allows for persons who share a clinician."""

    n_clinicians: ClinicianCount = about("Number of clinicians.")


@result
class Stratum:
    """One sample's or site's share in a pooled correlation."""

    name: str = about("The value of the strata column.")
    correlation: Coefficient = about("Pearson's correlation within it.")
    weight: Share | None = about(
        "Its share of the random-effects weights, 0 to 1; null where it could not be used."
    )


@result
class Pooled(Coefficient):
    """Correlations of several samples or sites, pooled by random effects."""

    column: str = about("The column that tells the strata apart.")
    strata: tuple[Stratum, ...] = about("Each of them, in sorted order.")
    n_strata: Things = about("How many of them were used.")
    prediction_interval: Interval | None = about(
        "Where the correlation of a further stratum is expected (from three strata on).",
        default=None,
    )
    tau_squared: NotNegative | None = about(
        "Variance between strata on Fisher's z scale.", default=None
    )
    q: NotNegative | None = about("Cochran's test of homogeneity.", default=None)
    df: Df | None = about(default=None)
    p_value: PValue | None = about(default=None)
    i_squared: Share | None = about(
        "Share of the total variance that lies between strata, 0 to 1.", default=None
    )


@result
class Association:
    """One alliance score and one outcome."""

    outcome: str = about("The outcome's column.")
    scale: str = about("The score.")
    timing: Timing = about("The timing of every person used.")
    reading: str = about("How a correlation of this timing may be read.")
    n_persons: PersonsUsed = about("Persons with this timing who have both values.")
    pearson: Coefficient = about("Always tried.")
    spearman: Coefficient = about("Always tried.")
    polyserial: Coefficient | None = about("For an ordinal outcome, else null.")
    disattenuated: Disattenuated = about(
        "Pearson's correlation freed of the unreliability of the score."
    )
    partial: Partial | None = about("Where the outcome has a baseline, else null.")
    clustered: Clustered | None = about("Where there is a column `clinician`, else null.")
    pooled: Pooled | None = about("Where there are at least two strata, else null.")


@result
class MeasuredOutcome:
    """One outcome: who has it and when it was measured."""

    name: str = about("Its column.")
    timing: Timing = about(
        "The timing most persons have; only they are used (a tie goes to the less favourable)."
    )
    reason: str | None = about("What is doubtful about the timing.")
    timing_counts: Mapping[Timing, Persons] = about(
        "Persons by timing, among those who have the outcome."
    )
    n_set_aside: Persons = about("Persons who have the outcome but another timing.")
    n_missing: Persons = about("Persons with a rating but no outcome.")
    n_contradictory: Persons = about(
        "Persons set aside because their rows give different values for what is one measurement."
    )
    ordinal: bool = about("Whether it was taken as ordered categories.")
    categories: Things | None = about("Number of different values.")


@result
class Hypothesis:
    """What became of a hypothesis."""

    outcome: str = about("The outcome's column.")
    scale: str = about("The score.")
    direction: Direction = about("The direction that was stated.")
    minimum: Chosen | None = about("The smallest size that was stated.")
    maximum: Chosen | None = about("The largest size that was stated.")
    coefficient: CoefficientName = about("Which coefficient was to be looked at.")
    timing: Timing = about("The timing of the persons it was held against.")
    estimate: Correlation | None = about("The correlation.")
    interval: Interval | None
    held: bool | None = about(
        "True: the whole interval has the stated direction and size; false: none of it has; null: "
        "that is open, or there is no interval."
    )


@result
class Occasions:
    """Which rating speaks for a person."""

    rule: str = about("The rule, as a sentence.")
    n_responses: Responses = about("Responses in the sample.")
    n_set_aside: Responses = about(
        "Responses that do not speak for a person: later ratings, other sessions, no answers."
    )


@result
class CriterionResult:
    """How alliance and outcomes go together, and whether the rating came first."""

    n_persons: PersonsUsed = about("Persons with a rating; each counts once.")
    occasions: Occasions = about("Which rating speaks for a person.")
    outcomes: tuple[MeasuredOutcome, ...] = about("Each outcome and its timing.")
    associations: tuple[Association, ...] = about("Every score with every outcome.")
    hypotheses: tuple[Hypothesis, ...] = about("Each hypothesis, held or not.")
    n_hypotheses: Things = about("Hypotheses stated.")
    n_tested: Things = about("Those that have an interval.")
    n_held: Things = about("Those that held.")
    n_failed: Things = about("Those that failed; the rest of the tested ones is open.")
    context: tuple[Reference, ...] = about("Published correlations, as given: context, not norms.")
    definitions: Mapping[str, str] = about("What each coefficient is, by name.")
    cautions: Cautions
