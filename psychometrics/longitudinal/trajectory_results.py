"""What the kind ``trajectory`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    Chosen,
    Correlation,
    NotNegative,
    Persons,
    PersonsUsed,
    Share,
    StandardError,
    Things,
)
from psychometrics.longitudinal.results import Effect, ModelFit
from psychometrics.types import Interval


@result
class Variances:
    """Variances of the growth factors between persons."""

    level: Effect = about("Of the level at the first occasion.")
    slope: Effect = about("Of the slope.")


@result
class BasisLoading:
    """Share of the whole change that is reached at an occasion."""

    occasion: Chosen = about("Session number.")
    estimate: float = about("0 at the first occasion, 1 at the last.")
    standard_error: StandardError | None = about("Null where it is fixed.")


@result
class Growth:
    """The parameters of a growth model."""

    level: Effect = about("Mean at the first occasion.")
    slope: Effect = about("Mean change per unit of the shape's time.")
    slope_after: Effect | None = about("Mean change per session after the knot; piecewise only.")
    knot: float | None = about("Session of the knot; piecewise only.")
    variances: Variances = about("Between persons.")
    correlation: Effect = about("Of level and slope between persons.")
    basis: tuple[BasisLoading, ...] = about("Latent basis only.")


@result
class OccasionMean:
    """The mean of the scores that an occasion has."""

    occasion: Chosen = about("Session number.")
    n: PersonsUsed = about("Persons with a score.")
    mean: float | None = about("Their mean, in points.")
    interval: Interval | None = about("By Student's t.")


@result
class WithinPerson:
    """What of the scores' variance is of persons, and how reliably change is measured."""

    icc: Correlation | None = about("ICC(1), one-way analysis of variance.")
    reliability_of_change: float | None = about("Cranford's R_C.")
    n_complete: Persons = about("Persons with every answer, for R_C.")
    reason: str | None = about("Why something is null.", default=None)


@result
class Plateau:
    """Where the mean course levels off."""

    from_occasion: float = about("The session after which the mean no longer rises.")
    interval: Interval = about("Percentiles of bootstrap samples.")
    still_rising: Share = about("Share of bootstrap samples in which the mean rises to the end.")


@result
class ShapeComparison:
    """A shape that was tried."""

    shape: str = about("Its name.")
    knot: float | None = about("Session of the knot; piecewise only.")
    proper: bool = about("Whether its solution is admissible.")
    bic: float | None = about("A searched knot counts as a parameter.")


@result
class Sensitivity:
    """The growth model with the outcomes on which dropout may depend."""

    auxiliary: tuple[str, ...] = about("Outcomes that entered.")
    means: tuple[float, ...] = about("Model-implied, by occasion.")
    level: Effect = about("Mean at the first occasion.")
    slope: Effect = about("Mean change per unit of the shape's time.")
    largest_shift: NotNegative = about("Largest change of an implied mean, in points.")


@result
class OccasionInvariance:
    """Whether the items of a scale work alike on all occasions."""

    status: Literal[
        "permitted", "partial", "bounded", "refused", "inconclusive", "not-assessed"
    ] = about("The gate's answer for these occasions.")
    carried: bool = about("Whether a change of the mean is a change of the alliance.")
    occasions: tuple[float, ...] = about("Sessions that were compared.")
    reason: str = about("Why.")


@result
class CourseDensity:
    """Where persons' scores lie on each occasion."""

    edges: tuple[Chosen, ...] = about("Ends of the classes in points, one more than classes.")
    shares: tuple[tuple[Share | None, ...], ...] = about(
        "By occasion and class; null where 10 or fewer lie, or nobody."
    )


@result
class ScaleTrajectory:
    """Growth of one scale."""

    n_persons: PersonsUsed = about("Persons with at least one score.")
    shape: str | None = about("The shape of the growth model.")
    shape_rule: str = about("How the shape was chosen.")
    shapes: tuple[ShapeComparison, ...] = about("The shapes tried.")
    model: ModelFit | None = about("How the growth model fits.")
    means: tuple[float, ...] = about("Model-implied, by occasion.")
    growth: Growth | None = about("The growth model's parameters.")
    invariance: OccasionInvariance = about(
        "Whether change of the scores is change of the alliance."
    )
    occasion_means: tuple[OccasionMean, ...] = about("By occasion.")
    density: CourseDensity | None = about("Where persons' scores lie.")
    within_person: WithinPerson = about("Persons against occasions.")
    plateau: Plateau | None = about("Where the course levels off; null while it still rises.")
    sensitivity: Sensitivity | None = about("With outcomes on which dropout may depend.")
    cautions: Cautions = about("What to heed.", default=())


@result
class Departure:
    """How those who leave after an occasion differ from those who stay."""

    variable: str = about("A scale or an outcome.")
    difference: float | None = about(
        "Leavers minus stayers at the last occasion seen, in SD, pooled."
    )
    interval: Interval | None = about("Normal.")
    n_leavers: Persons = about("Persons who left before the last occasion.")


@result
class Dropout:
    """Who is seen until when."""

    by_occasion: tuple[Persons | None, ...] = about("Persons on each occasion.")
    leavers: tuple[Departure, ...] = about("By variable.")


@result
class TrajectoryResult:
    """How scores change over time."""

    n_persons: PersonsUsed = about("Persons with at least one score.")
    n_occasions: Things = about("Occasions used.")
    occasions: tuple[float, ...] = about("Session numbers.")
    time: str = about("The column of time.")
    times: tuple[float, ...] = about("Time since the first occasion.")
    scales: Mapping[str, ScaleTrajectory] = about("By scale.")
    dropout: Dropout = about("Who is seen until when.")
    cautions: Cautions = about("What to heed.", default=())
