"""The maximum-likelihood polychoric correlation of each table, for all tables at once.

Two standard normals with correlation ρ are cut at given thresholds; cell (a, b) has probability
π_ab(ρ), and ρ maximises Σ n_ab log π_ab (Olsson's two-step estimator: the thresholds come from the
margins and stay fixed). The search runs over Fisher's z = artanh ρ, on which the log-likelihood is
nearly a parabola: Newton's method with exact second derivatives, kept inside the bracket that the
sign of the score gives, needs three or four steps from the first-order moment estimate.

Cell probabilities are carried along instead of computed anew: they are those of independence plus
the differences of what Φ₂ has risen since z = 0 (see `binormal`).

References
----------
Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation coefficient.
Psychometrika, 44, 443–460. doi:10.1007/BF02296207
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from psychometrics.correlation.bivariate_normal import (
    SHORT_STEP,
    curvature,
    quadratic_forms,
    rise,
    slope,
)
from psychometrics.types import BoolArray, FloatArray

BOUND = 0.999
"""Largest absolute correlation that is searched, as in lavaan."""

FLOOR = float(np.sqrt(np.finfo(np.float64).eps))
"""Smallest cell probability, as in lavaan; only cells that no one should be in lie below it."""

_Z_BOUND = float(np.arctanh(BOUND))
_ENOUGH = 1e-6  # Newton's steps shrink quadratically: the one after this would be about 1e-12
_STEPS = 60
_CHUNK = 400  # tables worked on together, so that temporaries stay in the cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Associations:
    """Tables' correlations and the cells they imply.

    Attributes
    ----------
    z
        Fisher's z of the estimates, shape (n_tables,).
    at_bound
        Where the likelihood still rises at |ρ| = `BOUND`, shape (n_tables,).
    unsettled
        Where the search ended at its step limit, shape (n_tables,).
    probabilities
        Of the cells, at the estimate, shape (n_tables, width, width).
    slopes
        Their derivatives by z, same shape.
    """

    z: FloatArray
    at_bound: BoolArray
    unsettled: BoolArray
    probabilities: FloatArray
    slopes: FloatArray

    @property
    def correlations(self) -> FloatArray:
        """The polychoric correlations, shape (n_tables,)."""
        return np.asarray(np.tanh(self.z))


def associate(rows: FloatArray, columns: FloatArray, counts: FloatArray) -> Associations:
    """Estimate the correlation that underlies each contingency table.

    Parameters
    ----------
    rows, columns
        Thresholds of the two items of each table, shape (n_tables, width − 1); `BEYOND` where an
        item has fewer.
    counts
        Shape (n_tables, width, width); need not be whole numbers.

    Returns
    -------
    Associations
        Estimates, in the order of the tables.

    References
    ----------
    Olsson (1979), see the module.
    """
    starts = range(0, max(len(counts), 1), _CHUNK)
    parts = [
        _associate(*(array[start : start + _CHUNK] for array in (rows, columns, counts)))
        for start in starts
    ]
    return Associations(
        z=np.concatenate([part.z for part in parts]),
        at_bound=np.concatenate([part.at_bound for part in parts]),
        unsettled=np.concatenate([part.unsettled for part in parts]),
        probabilities=np.concatenate([part.probabilities for part in parts]),
        slopes=np.concatenate([part.slopes for part in parts]),
    )


def _associate(rows: FloatArray, columns: FloatArray, counts: FloatArray) -> Associations:
    """Do the work of `associate` for one chunk of tables."""
    n_tables, n_cuts = rows.shape
    forms = quadratic_forms(np.repeat(rows, n_cuts, axis=1), np.tile(columns, (1, n_cuts)))
    independent = _independence(rows, columns)
    z = _first_guess(rows, columns, counts)
    risen = rise(forms, np.zeros(n_tables), z)
    lower, upper = np.full(n_tables, -_Z_BOUND), np.full(n_tables, _Z_BOUND)
    active = np.arange(n_tables)
    for _ in range(_STEPS):
        at, shape = z[active], forms[active]
        slopes = slope(shape, at)
        score, information = _score_and_information(
            counts[active],
            independent[active] + _cells(risen[active]),
            _cells(slopes),
            _cells(curvature(shape, at, slopes)),
        )
        lower[active] = np.where(score > 0, at, lower[active])
        upper[active] = np.where(score < 0, at, upper[active])
        after = _newton(at, score, information, lower[active], upper[active])
        risen[active] += rise(shape, at, after)
        z[active] = after
        active = active[np.abs(after - at) > _ENOUGH]
        if not len(active):
            break
    unsettled = np.zeros(n_tables, dtype=np.bool_)
    unsettled[active] = True
    return Associations(
        z=z,
        at_bound=np.abs(z) > _Z_BOUND - 2 * _ENOUGH,
        unsettled=unsettled,
        probabilities=independent + _cells(risen),
        slopes=_cells(slope(forms, z)),
    )


def _newton(
    z: FloatArray, score: FloatArray, information: FloatArray, lower: FloatArray, upper: FloatArray
) -> FloatArray:
    """Take a Newton step of at most `SHORT_STEP`, or halve the bracket where it would leave it."""
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(information > 0, score / information, np.sign(score) * SHORT_STEP)
    target = z + np.clip(step, -SHORT_STEP, SHORT_STEP)
    outside = (target <= lower) | (target >= upper)
    middle = z + np.clip((lower + upper) / 2 - z, -SHORT_STEP, SHORT_STEP)
    return np.asarray(np.where(outside & (score != 0), middle, target))


def _score_and_information(
    counts: FloatArray, probabilities: FloatArray, slopes: FloatArray, curvatures: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return first and negative second derivative of the log-likelihood by z, per table."""
    safe = np.maximum(probabilities, FLOOR)
    relative = slopes / safe
    score = np.einsum("tab,tab->t", counts, relative)
    information = np.einsum("tab,tab->t", counts, relative * relative - curvatures / safe)
    return score, information


def _independence(rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Return the cells' probabilities at ρ = 0, products of those of the categories."""
    return np.asarray(_probabilities(rows)[:, :, None] * _probabilities(columns)[:, None, :])


def _probabilities(cuts: FloatArray) -> FloatArray:
    """Return the probabilities of the categories between thresholds, shape (n_tables, width)."""
    return np.asarray(np.diff(ndtr(cuts), axis=1, prepend=0.0, append=1.0))


def _cells(grid: FloatArray) -> FloatArray:
    """Turn a function of the cuts, zero at infinity, into what each cell gets of it.

    Parameters
    ----------
    grid
        Shape (n_tables, (width − 1)²).

    Returns
    -------
    FloatArray
        Double differences, shape (n_tables, width, width).
    """
    n_tables, n_points = grid.shape
    n_cuts = math.isqrt(n_points)
    bordered = np.zeros((n_tables, n_cuts + 2, n_cuts + 2))
    bordered[:, 1:-1, 1:-1] = grid.reshape(n_tables, n_cuts, n_cuts)
    return bordered[:, 1:, 1:] - bordered[:, :-1, 1:] - bordered[:, 1:, :-1] + bordered[:, :-1, :-1]


def _first_guess(rows: FloatArray, columns: FloatArray, counts: FloatArray) -> FloatArray:
    """Return Fisher's z of the correlation that explains the codes' covariance to first order.

    For small ρ two cut normals, scored 0, 1, …, covary by ρ Σφ(rows) Σφ(columns).
    """
    n = counts.sum(axis=(1, 2))
    scores = np.arange(counts.shape[1])
    mean_row = counts.sum(axis=2) @ scores / n
    mean_column = counts.sum(axis=1) @ scores / n
    covariance = (counts @ scores) @ scores / n - mean_row * mean_column
    scale = _densities(rows).sum(axis=1) * _densities(columns).sum(axis=1)
    return np.asarray(np.arctanh(np.clip(covariance / scale, -0.9, 0.9)))


def _densities(cuts: FloatArray) -> FloatArray:
    """Return the standard normal density."""
    return np.asarray(np.exp(-cuts * cuts / 2) / np.sqrt(2 * np.pi))
