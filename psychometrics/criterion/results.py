"""What the kind ``criterion`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from psychometrics.criterion.options import CoefficientName, Direction, Reference
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """A correlation with its precision.

    Attributes
    ----------
    estimate
        The correlation, or ``None`` where it cannot be estimated.
    interval
        Its confidence interval, where one exists.
    standard_error
        Its standard error, where the method has one.
    n_persons
        Persons it rests on.
    method
        How estimate and interval are made.
    reason
        Why estimate or interval is missing.
    """

    estimate: float | None
    interval: Interval | None = None
    standard_error: float | None = None
    n_persons: int
    method: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disattenuated(Coefficient):
    """A correlation divided by the root of the reliabilities; it may exceed 1.

    Attributes
    ----------
    reliability_name
        The coefficient of the alliance score's reliability.
    reliability, reliability_interval
        Its value in the same persons (those with complete answers).
    outcome_reliability
        The outcome's reliability as given, or ``None`` where the outcome was taken as it is.
    """

    reliability_name: str
    reliability: float | None = None
    reliability_interval: Interval | None = None
    outcome_reliability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Partial(Coefficient):
    """A correlation with the outcome's baseline held constant.

    Attributes
    ----------
    baseline
        The column that was held constant.
    """

    baseline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered(Coefficient):
    """A correlation whose interval allows for persons who share a clinician.

    Attributes
    ----------
    n_clinicians
        Number of clinicians.
    """

    n_clinicians: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """One sample's or site's share in a pooled correlation.

    Attributes
    ----------
    name
        The value of the strata column.
    correlation
        Pearson's correlation within it.
    weight
        Its share of the random-effects weights, 0 to 1; ``None`` where it could not be used.
    """

    name: str
    correlation: Coefficient
    weight: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled(Coefficient):
    """Correlations of several samples or sites, pooled by random effects.

    Attributes
    ----------
    column
        The column that tells the strata apart.
    strata
        Each of them, in sorted order.
    n_strata
        How many of them were used.
    prediction_interval
        Where the correlation of a further stratum is expected (from three strata on).
    tau_squared
        Variance between strata on Fisher's z scale.
    q, df, p_value
        Cochran's test of homogeneity.
    i_squared
        Share of the total variance that lies between strata, 0 to 1.
    """

    column: str
    strata: tuple[Stratum, ...]
    n_strata: int
    prediction_interval: Interval | None = None
    tau_squared: float | None = None
    q: float | None = None
    df: int | None = None
    p_value: float | None = None
    i_squared: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """One alliance score and one outcome.

    Attributes
    ----------
    outcome, scale
        What is correlated.
    timing
        The timing of every person used.
    reading
        How a correlation of this timing may be read.
    n_persons
        Persons with this timing who have both values.
    pearson, spearman
        Always tried.
    polyserial
        For an ordinal outcome, else ``None``.
    disattenuated
        Pearson's correlation freed of the unreliability of the score.
    partial
        Where the outcome has a baseline, else ``None``.
    clustered
        Where there is a column ``clinician``, else ``None``.
    pooled
        Where there are at least two strata, else ``None``.
    """

    outcome: str
    scale: str
    timing: Timing
    reading: str
    n_persons: int
    pearson: Coefficient
    spearman: Coefficient
    polyserial: Coefficient | None
    disattenuated: Disattenuated
    partial: Partial | None
    clustered: Clustered | None
    pooled: Pooled | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredOutcome:
    """One outcome: who has it and when it was measured.

    Attributes
    ----------
    name
        Its column.
    timing
        The timing most persons have; only they are used (a tie goes to the less favourable).
    reason
        Why the timing is undetermined.
    timing_counts
        Persons by timing, among those who have the outcome.
    n_set_aside
        Persons who have the outcome but another timing.
    n_missing
        Persons with a rating but no outcome.
    n_contradictory
        Persons set aside because their rows give different values for what is one measurement.
    ordinal
        Whether it was taken as ordered categories.
    categories
        Number of different values.
    """

    name: str
    timing: Timing
    reason: str | None
    timing_counts: Mapping[Timing, int]
    n_set_aside: int
    n_missing: int
    n_contradictory: int
    ordinal: bool
    categories: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """What became of a hypothesis.

    Attributes
    ----------
    outcome, scale, direction, minimum, maximum, coefficient
        The hypothesis as stated.
    timing
        The timing of the persons it was held against.
    estimate, interval
        The correlation.
    held
        ``True`` where the whole interval has the stated direction and size, ``False`` where none of
        it has, ``None`` where that is open or there is no interval.
    """

    outcome: str
    scale: str
    direction: Direction
    minimum: float | None
    maximum: float | None
    coefficient: CoefficientName
    timing: Timing
    estimate: float | None
    interval: Interval | None
    held: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasions:
    """Which rating speaks for a person.

    Attributes
    ----------
    rule
        The rule, as a sentence.
    n_responses
        Responses in the sample.
    n_set_aside
        Responses that do not speak for a person: later ratings, other sessions, no answers.
    """

    rule: str
    n_responses: int
    n_set_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    """Alliance against outcomes.

    Attributes
    ----------
    n_persons
        Persons with a rating; each counts once.
    occasions
        Which rating speaks for a person.
    outcomes
        Each outcome and its timing.
    associations
        Every score with every outcome.
    hypotheses
        Each hypothesis, held or not.
    n_hypotheses, n_tested, n_held, n_failed
        How many were stated, have an interval, held, and failed; the rest is open.
    context
        Published correlations, as given: context, not norms.
    definitions
        What each coefficient is, by name.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    occasions: Occasions
    outcomes: tuple[MeasuredOutcome, ...]
    associations: tuple[Association, ...]
    hypotheses: tuple[Hypothesis, ...]
    n_hypotheses: int
    n_tested: int
    n_held: int
    n_failed: int
    context: tuple[Reference, ...]
    definitions: Mapping[str, str]
    cautions: tuple[str, ...]
