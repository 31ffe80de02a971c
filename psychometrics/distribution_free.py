"""Distribution-free intervals from each person's influence on an estimate.

Notes
-----
With influences u of m independent units (persons, or the sums of clusters) and κ their kurtosis,

    SE² = Σ u² m / (m − 1),    df = (m − 1) (2 / (κ − 1))^(4/3) for κ > 3,    else m − 1,

and the interval is Student's on a scale where the estimate has its whole range. Few answers below a
ceiling make the influences heavy-tailed and their sum of squares uncertain: exponent 1 would be
Satterthwaite's degrees of freedom of a variance; 4/3 was chosen by simulation
(``docs/simulations.md``), because κ is underestimated where it is large.

References
----------
Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components.
Biometrics Bulletin, 2, 110–114. doi:10.2307/3002019

Raykov, T. (2012). Scale construction and development using structural equation modeling. In R. H.
Hoyle (Ed.), Handbook of structural equation modeling (pp. 472–492). Guilford (logit scale).

Bonett, D. G. (2002). Sample size requirements for testing and estimating coefficient alpha. Journal
of Educational and Behavioral Statistics, 27, 335–340. doi:10.3102/10769986027004335
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from psychometrics.types import FloatArray, IntArray, Interval

FEWEST_PERSONS = 10
"""Influences of fewer say too little of their own spread."""

KURTOSIS_EXPONENT = 4.0 / 3.0
FEWEST_DF = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transformation:
    """A scale on which an estimate is unbounded.

    Attributes
    ----------
    forward, inverse
        To that scale, and back.
    slope
        Derivative of ``forward``.
    """

    forward: Callable[[float], float]
    slope: Callable[[float], float]
    inverse: Callable[[FloatArray], FloatArray]


IDENTITY = Transformation(
    forward=lambda value: value, slope=lambda _: 1.0, inverse=lambda scaled: scaled
)
LOG = Transformation(
    forward=lambda value: float(np.log(value)), slope=lambda value: 1.0 / value, inverse=np.exp
)
LOGIT = Transformation(
    forward=lambda value: float(np.log(value / (1.0 - value))),
    slope=lambda value: 1.0 / (value * (1.0 - value)),
    inverse=lambda scaled: np.asarray(0.5 + 0.5 * np.tanh(scaled / 2.0)),
)
LOG_COMPLEMENT = Transformation(
    forward=lambda value: float(-np.log1p(-value)),
    slope=lambda value: 1.0 / (1.0 - value),
    inverse=lambda scaled: np.asarray(-np.expm1(-scaled)),
)
FISHER = Transformation(
    forward=lambda value: float(np.arctanh(value)),
    slope=lambda value: 1.0 / (1.0 - value**2),
    inverse=np.tanh,
)


def standard_error(influence: FloatArray, clusters: IntArray | None = None) -> float:
    """Compute the standard error from influences.

    Parameters
    ----------
    influence
        Shape (n_persons,).
    clusters
        Number of each person's cluster, from 0, shape (n_persons,); ``None`` if persons are
        independent.
    """
    units = _units(influence, clusters)
    corrected = 1.0 if clusters is None else units.size / (units.size - 1)
    return float(np.sqrt((units**2).sum() * corrected))


def interval_by_influence(
    value: float,
    influence: FloatArray,
    transformation: Transformation,
    *,
    level: float,
    clusters: IntArray | None = None,
) -> Interval:
    """Compute the interval of an estimate.

    Parameters
    ----------
    value
        The estimate, inside the range that the transformation opens.
    influence
        Each person's influence on it, finite, shape (n_persons,), at least two persons.
    transformation
        The scale on which the interval is symmetric.
    level
        Coverage, between 0 and 1.
    clusters
        As for :func:`standard_error`.
    """
    units = _units(influence, clusters)
    error = float(np.sqrt((units**2).sum() * units.size / (units.size - 1)))
    return interval_by_error(
        value, error, transformation, df=degrees_of_freedom(units), level=level
    )


def interval_by_error(
    value: float,
    error: float,
    transformation: Transformation,
    *,
    df: float,
    level: float = 0.95,
) -> Interval:
    """Compute Student's interval on the scale of a transformation.

    Parameters
    ----------
    value, error
        The estimate, inside the range that the transformation opens, and its standard error.
    transformation
        The scale on which the interval is symmetric.
    df
        Student's degrees of freedom.
    level
        Coverage, between 0 and 1.
    """
    reach = float(stdtrit(df, (1.0 + level) / 2.0)) * error
    centre, width = transformation.forward(value), reach * transformation.slope(value)
    lower, upper = transformation.inverse(np.array([centre - width, centre + width]))
    return Interval(lower=float(lower), upper=float(upper), level=level)


def degrees_of_freedom(units: FloatArray) -> float:
    """Compute Student's degrees of freedom for the sum of squares of independent influences."""
    squares = units**2
    most = float(units.size - 1)
    if squares.sum() <= 0.0:
        return most
    kurtosis = float((squares**2).mean() / squares.mean() ** 2)
    if kurtosis <= 3.0:
        return most
    return max(FEWEST_DF, most * float((2.0 / (kurtosis - 1.0)) ** KURTOSIS_EXPONENT))


def _units(influence: FloatArray, clusters: IntArray | None) -> FloatArray:
    if clusters is None:
        return influence
    return np.asarray(np.bincount(clusters, weights=influence), dtype=np.float64)
