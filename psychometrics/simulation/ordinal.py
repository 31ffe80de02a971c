"""Polychoric correlations and diagonally weighted least squares of many samples at once.

Thresholds that are free fit exactly (delta parameterization), so that a replicate is its polychoric
correlations r and their Γ, and the model its loadings and factor correlations::

    2f = Σ w (r − ρ(θ))²,   w = 1 / diag Γ

Test statistics follow ``cfa.wlsmv``: (N − 1) 2f, scaled and shifted.

References
----------
Asparouhov, T., & Muthén, B. (2010). Simple second order chi-square correction. Mplus technical
    appendix. https://www.statmodel.com/download/WLSMV_new_chi21.pdf
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from psychometrics.cfa.competing_models import with_lone_items
from psychometrics.cfa.fit import Statistic
from psychometrics.cfa.implied import covariance_jacobian, slopes_at, state_at
from psychometrics.cfa.model import Matrix, Model
from psychometrics.cfa.parameter_index import Layout, layout_of
from psychometrics.correlation.asymptotic_covariance import correlation_influence
from psychometrics.correlation.polychoric import estimate_pairs
from psychometrics.correlation.tables import (
    compact,
    count,
    item_pairs,
    perfectly_ordered,
    thresholds,
)
from psychometrics.positive_definite import pseudo_inverse
from psychometrics.simulation.minimise import Expansions, Minima, minimise_all
from psychometrics.types import BoolArray, FloatArray, IntArray

_CELLS = 4_000_000  # of the largest array that is held at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalReplicates:
    """Polychoric correlations of replicates, and their precision.

    Attributes
    ----------
    correlations
        Of the pairs (1, 2), (1, 3), … of items, shape (n_replicates, n_pairs).
    nacov
        N times their asymptotic covariance, shape (n_replicates, n_pairs, n_pairs).
    usable
        Replicates in which every item varies and every correlation has a maximum within its bounds;
        the others carry zeros and unit matrices, shape (n_replicates,).
    n_persons
        N, the same in every replicate.
    """

    correlations: FloatArray
    nacov: FloatArray
    usable: BoolArray
    n_persons: int

    @property
    def weights(self) -> FloatArray:
        """1 / diag Γ, shape (n_replicates, n_pairs)."""
        return np.asarray(1.0 / np.diagonal(self.nacov, axis1=1, axis2=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedDiscrepancies:
    """The least-squares discrepancy of every replicate.

    Attributes
    ----------
    layout
        From `correlation_layout`.
    correlations, weights
        Shape (n_replicates, n_pairs).
    """

    layout: Layout
    correlations: FloatArray
    weights: FloatArray

    def expand(self, theta: FloatArray, replicates: IntArray) -> Expansions:
        """Return values, gradients and Gauss and Newton's Hessians of chosen replicates."""
        residuals = self.correlations[replicates] - implied_correlations(self.layout, theta)
        weights = self.weights[replicates]
        slopes = correlation_slopes(self.layout, theta)
        weighted = weights * residuals
        return Expansions(
            values=0.5 * (weighted * residuals).sum(axis=1),
            gradients=-np.vecmat(weighted, slopes),
            hessians=slopes.mT @ (weights[:, :, None] * slopes),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledStatistics:
    """Scaled, shifted statistics of the replicates that converged.

    Attributes
    ----------
    model, baseline
        Of the model and of the model without any correlation, one for each replicate.
    """

    model: tuple[Statistic, ...]
    baseline: tuple[Statistic, ...]


def correlation_layout(model: Model) -> Layout:
    """Compile the part of a single-group model that correlations depend on under delta."""
    apart = (Matrix.RESIDUAL_COVARIANCES, Matrix.THRESHOLDS)
    kept = tuple(row for row in with_lone_items(model).table if row.matrix not in apart)
    return layout_of(replace(model, table=kept))


def implied_correlations(layout: Layout, theta: FloatArray) -> FloatArray:
    """Return ρ(θ) of all pairs, shape (n_replicates, n_pairs)."""
    first, second = item_pairs(layout.model.n_items)
    return state_at(layout.groups[0], theta).covariance[:, first, second]


def correlation_slopes(layout: Layout, theta: FloatArray) -> FloatArray:
    """Return the derivatives of ρ(θ), shape (n_replicates, n_pairs, n_free)."""
    first, second = item_pairs(layout.model.n_items)
    group = layout.groups[0]
    slopes = slopes_at(group, state_at(group, theta))
    return group.gather_jacobian(covariance_jacobian(slopes, second, first))


def ordinal_replicates(codes: IntArray, width: int) -> OrdinalReplicates:
    """Estimate the polychoric correlations of every replicate, with their Γ.

    Parameters
    ----------
    codes
        Complete answers as 0 … width − 1, shape (n_replicates, n_persons, n_items).
    width
        Number of categories.

    Returns
    -------
    OrdinalReplicates
        In the order of the replicates.
    """
    n_replicates, n_persons, n_items = codes.shape
    n_pairs = n_items * (n_items - 1) // 2
    correlations = np.zeros((n_replicates, n_pairs))
    nacov = np.tile(np.eye(n_pairs), (n_replicates, 1, 1))
    usable = ((codes != codes[:, :1]).any(axis=1)).all(axis=1)
    kept, tables = compact(codes[usable], count(codes[usable], width))
    cuts = thresholds(tables.single)
    associations, _ = estimate_pairs(tables, cuts)
    lost = (associations.at_bound | associations.unsettled).reshape(-1, n_pairs).any(axis=1)
    lost |= perfectly_ordered(tables, cuts).any(axis=1)
    influence = correlation_influence(kept, tables, cuts, associations)
    places = np.flatnonzero(usable)[~lost]
    correlations[places] = associations.correlations.reshape(-1, n_pairs)[~lost]
    nacov[places] = n_persons * (influence.mT @ influence)[~lost]
    usable[:] = False
    usable[places] = True
    return OrdinalReplicates(
        correlations=correlations, nacov=nacov, usable=usable, n_persons=n_persons
    )


def fit_ordinal_replicates(
    layout: Layout, replicates: OrdinalReplicates, start: FloatArray
) -> Minima:
    """Fit a model to every replicate by diagonally weighted least squares.

    Parameters
    ----------
    layout
        From `correlation_layout`.
    replicates
        From `ordinal_replicates`.
    start
        Where all replicates start, shape (n_free,).

    Returns
    -------
    Minima
        In the order of the replicates; those that are not usable have not converged.
    """
    discrepancies = WeightedDiscrepancies(
        layout=layout, correlations=replicates.correlations, weights=replicates.weights
    )
    starts = np.tile(start, (len(replicates.correlations), 1))
    minima = minimise_all(discrepancies, starts)
    return replace(minima, converged=minima.converged & replicates.usable)


def scaled_statistics(
    layout: Layout, replicates: OrdinalReplicates, minima: Minima
) -> ScaledStatistics:
    """Return the scaled, shifted statistics of the replicates that converged.

    With C = W^½ΓW^½ and X = W^½Δ as in ``cfa.wlsmv``: tr(UΓ) = tr C − tr(E⁻¹X′CX) and
    tr(UΓ)² = ‖C‖² − 2 tr(E⁻¹X′C²X) + tr(E⁻¹X′CX)².

    References
    ----------
    Asparouhov & Muthén (2010), equations 4 to 7.
    """
    used = minima.converged
    roots = np.sqrt(replicates.weights[used])
    C = roots[:, :, None] * replicates.nacov[used] * roots[:, None, :]
    X = roots[:, :, None] * correlation_slopes(layout, minima.theta[used])
    inverse = pseudo_inverse(X.mT @ X, symmetric=True)
    CX = C @ X
    projected = inverse @ (X.mT @ CX)
    n_pairs, n_free = X.shape[1:]
    squares = (C * C).sum(axis=(1, 2))
    trace = n_pairs - np.trace(projected, axis1=1, axis2=2)
    twice = (inverse * (CX.mT @ CX)).sum(axis=(1, 2))
    trace_of_square = squares - 2 * twice + (projected * projected.mT).sum(axis=(1, 2))
    persons = replicates.n_persons - 1
    null = persons * (replicates.weights[used] * replicates.correlations[used] ** 2).sum(axis=1)
    return ScaledStatistics(
        model=_scaled_shifted(
            2 * persons * minima.values[used], n_pairs - n_free, trace, trace_of_square
        ),
        baseline=_scaled_shifted(null, n_pairs, np.full(len(null), float(n_pairs)), squares),
    )


def _scaled_shifted(
    chi_squares: FloatArray, df: int, trace: FloatArray, trace_of_square: FloatArray
) -> tuple[Statistic, ...]:
    scale = np.sqrt(df / trace_of_square)
    scaled = scale * chi_squares + df - scale * trace
    return tuple(Statistic(chi_square=float(value), df=df) for value in scaled)


def in_chunks(
    draw: Callable[[int], IntArray], width: int, *, replicates: int, n_persons: int, n_items: int
) -> Iterator[OrdinalReplicates]:
    """Draw and estimate replicates a few at a time, so that memory stays bounded.

    Parameters
    ----------
    draw
        Returns the codes of a number of replicates, shape (number, n_persons, n_items).
    width
        Number of categories.
    replicates
        Number of replicates in all.
    n_persons, n_items
        Of each replicate.

    Returns
    -------
    Iterator[OrdinalReplicates]
        As many replicates as were asked for, in parts.
    """
    n_pairs = n_items * (n_items - 1) // 2
    step = max(1, _CELLS // max(n_persons * n_pairs, n_pairs * n_pairs))
    for done in range(0, replicates, step):
        yield ordinal_replicates(draw(min(step, replicates - done)), width)
