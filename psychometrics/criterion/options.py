"""What may be chosen for the kind ``criterion``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    ChosenWhole,
    Correlation,
)
from psychometrics.types import Interval

Moment = float | str
"""A point in time: a number, or the name of the column that holds it for each response."""


class Direction(Enum):
    """Which way an outcome is expected to go with the alliance."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    ANY = "any"


class Reliability(Enum):
    """The reliability by which a correlation is disattenuated."""

    ALPHA = "alpha"
    OMEGA = "omega"


class Heterogeneity(Enum):
    """How the variance between samples or sites is estimated."""

    REML = "REML"
    DERSIMONIAN_LAIRD = "DL"


class CoefficientName(Enum):
    """The coefficient a hypothesis speaks of."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """A hypothesis about one outcome, stated before the correlation was seen.

    Attributes
    ----------
    direction
        The sign of the correlation.
    minimum, maximum
        Its expected size, both between 0 and 1 and both compared with the correlation's absolute
        value; ``None`` leaves that side open.
    scales
        The scores it speaks of; empty stands for the total, or for every subscale where the
        instrument has no total.
    coefficient
        The coefficient it speaks of.
    """

    direction: Direction = Direction.POSITIVE
    minimum: float | None = None
    maximum: float | None = None
    scales: tuple[str, ...] = ()
    coefficient: CoefficientName = CoefficientName.PEARSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One outcome: its column, when it was measured, and what is expected of it.

    Attributes
    ----------
    name
        Its column, of numbers.
    session_number, days_since_first_visit, days_since_delivery
        When it was measured, on the same clocks as the ratings; any of them may be ``None``.
    baseline
        The column that holds the outcome before care began, or ``None``.
    reliability
        The outcome's own reliability, above 0 and at most 1, or ``None``: then the correlation is
        disattenuated for the alliance score alone.
    ordinal
        Whether its values are ordered categories; ``None`` leaves it to the rule of
        :func:`psychometrics.criterion.polyserial.is_ordinal`.
    expected
        A hypothesis about it.
    """

    name: str
    session_number: Moment | None = None
    days_since_first_visit: Moment | None = None
    days_since_delivery: Moment | None = None
    baseline: str | None = None
    reliability: float | None = None
    ordinal: bool | None = None
    expected: Expectation | None = None


@result
class Reference:
    """A published correlation, to stand beside the result as context; never a norm."""

    name: str = about("Author and year.")
    estimate: Correlation = about("The published correlation.")
    interval: Interval | None = about(default=None)
    setting: str | None = about("Where it was found, for example `psychotherapy`.", default=None)
    n_studies: ChosenWhole | None = about(
        "Studies that stand behind it, where known.", default=None
    )
    n_persons: ChosenWhole | None = about(
        "Persons that stand behind it, where known.", default=None
    )
    doi: str | None = about("Its source.", default=None)
    status: str = about(
        "`verified`, `secondary` or `recalled`: how well the value is known.", default="recalled"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionOptions:
    """Options of a criterion analysis.

    Attributes
    ----------
    outcomes
        What to correlate with the alliance; empty stands for every column of numbers that does not
        describe the response itself.
    session_number
        Use the ratings of this session; ``None`` uses each person's first rating.
    strata
        The column that tells samples or sites apart, to be pooled by random effects; ``None``
        stands for the first of ``sample`` and ``site`` that has at least two values.
    heterogeneity
        How the variance between strata is estimated.
    reliability
        The coefficient by which correlations are disattenuated.
    references
        Published correlations to show beside the result.
    level
        Coverage of the intervals.
    """

    outcomes: tuple[Outcome, ...] = ()
    session_number: int | None = None
    strata: str | None = None
    heterogeneity: Heterogeneity = Heterogeneity.REML
    reliability: Reliability = Reliability.ALPHA
    references: tuple[Reference, ...] = ()
    level: float = 0.95
