"""What the kind ``trajectory`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from psychometrics.longitudinal.results import Effect, ModelFit, described
from psychometrics.types import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Variances:
    """Variances of the growth factors between persons."""

    level: Effect = field(metadata=described("Of the level at the first occasion."))
    slope: Effect = field(metadata=described("Of the slope."))


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisLoading:
    """Share of the whole change that is reached at an occasion."""

    occasion: float = field(metadata=described("Session number."))
    estimate: float = field(metadata=described("0 at the first occasion, 1 at the last."))
    standard_error: float | None = field(metadata=described("Null where it is fixed."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """The parameters of a growth model."""

    level: Effect = field(metadata=described("Mean at the first occasion."))
    slope: Effect = field(metadata=described("Mean change per unit of the shape's time."))
    slope_after: Effect | None = field(
        metadata=described("Mean change per session after the knot; piecewise only.")
    )
    knot: float | None = field(metadata=described("Session of the knot; piecewise only."))
    variances: Variances = field(metadata=described("Between persons."))
    correlation: Effect = field(metadata=described("Of level and slope between persons."))
    basis: tuple[BasisLoading, ...] = field(metadata=described("Latent basis only."))


@dataclass(frozen=True, slots=True, kw_only=True)
class OccasionMean:
    """The mean of the scores that an occasion has."""

    occasion: float = field(metadata=described("Session number."))
    n: int = field(metadata=described("Persons with a score."))
    mean: float | None = field(metadata=described("Their mean, in points."))
    interval: Interval | None = field(metadata=described("By Student's t."))


@dataclass(frozen=True, slots=True, kw_only=True)
class WithinPerson:
    """What of the scores' variance is of persons, and how reliably change is measured."""

    icc: float | None = field(metadata=described("ICC(1), one-way analysis of variance."))
    reliability_of_change: float | None = field(metadata=described("Cranford's R_C."))
    n_complete: int = field(metadata=described("Persons with every answer, for R_C."))
    reason: str | None = field(default=None, metadata=described("Why something is null."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plateau:
    """Where the mean course levels off."""

    from_occasion: float = field(
        metadata=described("The session after which the mean no longer rises.")
    )
    interval: Interval = field(metadata=described("Percentiles of bootstrap samples."))
    still_rising: float = field(
        metadata=described("Share of bootstrap samples in which the mean rises to the end.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeComparison:
    """A shape that was tried."""

    shape: str = field(metadata=described("Its name."))
    knot: float | None = field(metadata=described("Session of the knot; piecewise only."))
    proper: bool = field(metadata=described("Whether its solution is admissible."))
    bic: float | None = field(metadata=described("A searched knot counts as a parameter."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The growth model with the outcomes on which dropout may depend."""

    auxiliary: tuple[str, ...] = field(metadata=described("Outcomes that entered."))
    means: tuple[float, ...] = field(metadata=described("Model-implied, by occasion."))
    level: Effect = field(metadata=described("Mean at the first occasion."))
    slope: Effect = field(metadata=described("Mean change per unit of the shape's time."))
    largest_shift: float = field(
        metadata=described("Largest change of an implied mean, in points.")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleTrajectory:
    """Growth of one scale."""

    n_persons: int = field(metadata=described("Persons with at least one score."))
    shape: str | None = field(metadata=described("The shape of the growth model."))
    shape_rule: str = field(metadata=described("How the shape was chosen."))
    shapes: tuple[ShapeComparison, ...] = field(metadata=described("The shapes tried."))
    model: ModelFit | None = field(metadata=described("How the growth model fits."))
    means: tuple[float, ...] = field(metadata=described("Model-implied, by occasion."))
    growth: Growth | None = field(metadata=described("The growth model's parameters."))
    occasion_means: tuple[OccasionMean, ...] = field(metadata=described("By occasion."))
    within_person: WithinPerson = field(metadata=described("Persons against occasions."))
    plateau: Plateau | None = field(
        metadata=described("Where the course levels off; null while it still rises.")
    )
    sensitivity: Sensitivity | None = field(
        metadata=described("With outcomes on which dropout may depend.")
    )
    cautions: tuple[str, ...] = field(default=(), metadata=described("What to heed."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """How those who leave after an occasion differ from those who stay."""

    variable: str = field(metadata=described("A scale or an outcome."))
    difference: float | None = field(
        metadata=described("Leavers minus stayers at the last occasion seen, in SD, pooled.")
    )
    interval: Interval | None = field(metadata=described("Normal."))
    n_leavers: int = field(metadata=described("Persons who left before the last occasion."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropout:
    """Who is seen until when."""

    by_occasion: tuple[int, ...] = field(metadata=described("Persons on each occasion."))
    leavers: tuple[Departure, ...] = field(metadata=described("By variable."))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrajectoryResult:
    """How scores change over time."""

    n_persons: int = field(metadata=described("Persons with at least one score."))
    n_occasions: int = field(metadata=described("Occasions used."))
    occasions: tuple[float, ...] = field(metadata=described("Session numbers."))
    time: str = field(metadata=described("The column of time."))
    times: tuple[float, ...] = field(metadata=described("Time since the first occasion."))
    scales: Mapping[str, ScaleTrajectory] = field(metadata=described("By scale."))
    dropout: Dropout = field(metadata=described("Who is seen until when."))
    cautions: tuple[str, ...] = field(default=(), metadata=described("What to heed."))
