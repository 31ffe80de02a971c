"""What may be asked of an analysis of repeated measurements."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from psychometrics.cfa.options import Estimator

SESSION = "session_number"
"""The column that orders the occasions of a person unless another is named."""


class Shape(Enum):
    """How scores grow over time; the value is the contract's name."""

    LINEAR = "linear"
    LATENT_BASIS = "latent-basis"
    PIECEWISE = "piecewise"
    LOG = "log"


class PanelModel(Enum):
    """A model of two variables that are measured together; the value is the contract's name."""

    RI_CLPM = "ri-clpm"
    CLPM = "clpm"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrajectoryOptions:
    """Options of an analysis of growth.

    Attributes
    ----------
    time
        The column of time: session numbers, or days.
    occasions
        The session numbers to use; empty for all of them.
    scales
        Subscales or ``total``; empty for all of them.
    shape
        ``None`` for the best of the shapes.
    knot
        The session after which the piecewise slope changes; ``None`` for a search.
    estimator
        ML or MLR.
    auxiliary
        Outcomes that enter beside the scores because dropout may depend on them; ``None`` for all
        outcomes of the sample, empty for none.
    replicates, seed
        Of the bootstrap of the plateau.
    invariance
        Whether the longitudinal ladder is climbed; without it nothing is said to be a change of
        the alliance.
    """

    time: str = SESSION
    occasions: tuple[float, ...] = ()
    scales: tuple[str, ...] = ()
    shape: Shape | None = None
    knot: float | None = None
    estimator: Estimator = Estimator.MLR
    auxiliary: tuple[str, ...] | None = None
    replicates: int = 500
    seed: int = 1
    invariance: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LaggedOptions:
    """Options of an analysis of what precedes what.

    Attributes
    ----------
    outcome
        The column of the outcome, measured on the same occasions.
    scale
        A subscale or ``total``; ``None`` for the total, or for the first subscale where there is
        no total.
    time, occasions, estimator
        As in :class:`TrajectoryOptions`.
    model
        With or without random intercepts.
    constrained
        Whether the lagged paths are equal over time.
    reliability
        Of the scale's score within persons, for the variant that is corrected for measurement
        error; ``None`` for the reliability of change in the sample.
    outcome_reliability
        Of the outcome within persons; ``None`` takes the outcome as measured without error.
    smallest_effect
        The standardized lagged effect that a study should not miss.
    """

    outcome: str
    scale: str | None = None
    time: str = SESSION
    occasions: tuple[float, ...] = ()
    model: PanelModel = PanelModel.RI_CLPM
    constrained: bool = True
    estimator: Estimator = Estimator.MLR
    reliability: float | None = None
    outcome_reliability: float | None = None
    smallest_effect: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """An expected correlation between change scores.

    Attributes
    ----------
    outcome
        The column whose change is correlated with the scale's change.
    scales
        Subscales or ``total``; empty for all that are analysed.
    minimum, maximum
        The region in which the correlation is expected.
    """

    outcome: str
    scales: tuple[str, ...] = ()
    minimum: float = -1.0
    maximum: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsivenessOptions:
    """Options of an analysis of change against an anchor.

    Attributes
    ----------
    anchor
        The column of rated change, at the second occasion: improved from 1, unchanged at 0.
    first, second
        The two session numbers; ``None`` where the sample has no others.
    scales
        As in :class:`TrajectoryOptions`.
    anchor_reliability
        Reliability of the rated change; ``None`` where it is not known.
    hypotheses
        Expected correlations of change scores.
    replicates, seed
        Of the bootstrap of the minimal important change.
    """

    anchor: str
    first: float | None = None
    second: float | None = None
    scales: tuple[str, ...] = ()
    anchor_reliability: float | None = None
    hypotheses: tuple[Hypothesis, ...] = ()
    replicates: int = 1000
    seed: int = 1
