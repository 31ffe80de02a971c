"""Each person's pull on thresholds and polychoric correlations.

The two-step estimator solves Σ s_τ(y) = 0 for the thresholds of each item and Σ s_ρ(y) = 0 for each
pair at those thresholds. To first order a person moves the estimates by his influence value

    u = B⁻¹ s(y),   B = [[A₁₁, 0], [A₂₁, A₂₂]]

with A₁₁ block-diagonal by item, A₂₂ diagonal, and A₂₁ = Σ s_ρ ∂log π/∂τ; all three are sums of
products of scores, as in lavaan. Influence on a threshold depends only on the person's category,
influence on a correlation only on the cell of the pair, so everything is computed per cell and
looked up per person. At the observed proportions the influence on threshold t is exactly
(1[y ≤ t] − P_t) / (n φ(τ_t)). Who answered one item of a pair still moves their correlation,
through the thresholds. Influence on ρ is influence on z times 1 − ρ².

The asymptotic covariance of the estimates is Σ u uᵀ; N times that is lavaan's NACOV (Γ).

References
----------
Muthén, B. (1984). A general structural equation model with dichotomous, ordered categorical, and
continuous latent variable indicators. Psychometrika, 49, 115–132. doi:10.1007/BF02294210
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from psychometrics.correlation.polychoric_ml import FLOOR, Associations
from psychometrics.correlation.tables import BEYOND, Tables, item_pairs
from psychometrics.sandwich import cross_products_by_rows
from psychometrics.types import BoolArray, FloatArray, IntArray

MOST_HELD = 0.9
"""Share of the information about a correlation that one person counts for at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """How far each person moves each threshold and each polychoric correlation.

    Moments are existing thresholds item by item, then the correlations of pairs (1, 2), (1, 3), ….
    What is kept is small: the persons' categories, and what a category or a cell does.

    Attributes
    ----------
    codes
        Shape (n_persons, n_items), values 0 … width − 1; ``width`` is missing.
    by_category
        Shape (n_items, width + 1, width − 1).
    by_cell
        Shape (n_pairs, width + 1, width + 1).
    existing
        Which thresholds exist, shape (n_items, width − 1).
    """

    codes: IntArray
    by_category: FloatArray
    by_cell: FloatArray
    existing: BoolArray

    @property
    def n_persons(self) -> int:
        """Number of persons."""
        return len(self.codes)

    @property
    def n_moments(self) -> int:
        """Number of thresholds and correlations."""
        return int(self.existing.sum()) + len(self.by_cell)

    def values(self, rows: slice = slice(None)) -> FloatArray:
        """Look up some persons' values, shape (n_rows, n_moments); over all each sums to zero."""
        codes = self.codes[rows]
        n_items, n_cuts = self.existing.shape
        on_thresholds = self.by_category[np.arange(n_items), codes]
        chosen = on_thresholds.reshape(len(codes), n_items * n_cuts)[:, self.existing.ravel()]
        return np.hstack((chosen, _looked_up(codes, self.by_cell)))

    def along(self, slope: FloatArray, *, left_out: bool = False) -> FloatArray:
        """Return each person's influence on a function of the moments, shape (n_persons,).

        Parameters
        ----------
        slope
            The function's derivatives by the moments, shape (n_moments,).
        left_out
            Whether to allow for the information about a correlation that is lost with a person:
            influences v on a correlation are then v / (1 − v² / Σ v²), as the information is a sum
            of squared scores. In sparse tables a single person holds much of it.
        """
        n_thresholds = int(self.existing.sum())
        on_thresholds = np.zeros(self.existing.shape)
        on_thresholds[self.existing] = slope[:n_thresholds]
        on_correlations = slope[n_thresholds:]
        first, second = item_pairs(len(self.existing))
        moved = np.zeros(self.n_persons)
        for item in np.flatnonzero(on_thresholds.any(axis=1)):
            by_category = self.by_category[item] @ on_thresholds[item]
            moved += by_category.take(self.codes[:, item])
        for pair in np.flatnonzero(on_correlations):
            by_cell = self.by_cell[pair] * on_correlations[pair]
            cells = self.codes[:, first[pair]] * len(by_cell) + self.codes[:, second[pair]]
            own = by_cell.ravel().take(cells)
            moved += _without(own) if left_out else own
        return moved

    def cross_products(self, clusters: IntArray | None = None) -> FloatArray:
        """Return Σ uu′ over persons or clusters, shape (n_moments, n_moments).

        Parameters
        ----------
        clusters
            Number of each person's cluster, from 0, shape (n_persons,).
        """
        return cross_products_by_rows(self.values, self.n_persons, clusters)


def _without(influence: FloatArray) -> FloatArray:
    """Give each person's influence with the information that goes with the person."""
    squares = influence**2
    held = squares / max(float(squares.sum()), np.finfo(float).tiny)
    return np.asarray(influence / (1.0 - np.minimum(held, MOST_HELD)))


def influence_values(
    codes: IntArray, tables: Tables, cuts: FloatArray, associations: Associations
) -> Influence:
    """Return how far each person moves each threshold and each polychoric correlation.

    Parameters
    ----------
    codes
        Shape (n_persons, n_items), values 0 … width − 1; ``width`` is missing.
    tables
        Counts of the same codes.
    cuts
        Thresholds, shape (n_items, width − 1), `BEYOND` where an item has fewer.
    associations
        Estimates of all pairs.

    References
    ----------
    Muthén (1984), see the module.
    """
    return Influence(
        codes=codes,
        by_category=threshold_influence(tables.single, cuts),
        by_cell=_cell_influence(tables, cuts, associations),
        existing=np.abs(cuts) < BEYOND,
    )


def correlation_influence(
    codes: IntArray, tables: Tables, cuts: FloatArray, associations: Associations
) -> FloatArray:
    """Return how far each person moves each polychoric correlation, of one sample or of a batch.

    Parameters
    ----------
    codes
        Shape (…, n_persons, n_items), values 0 … width − 1; ``width`` is missing.
    tables
        Counts of the same codes.
    cuts
        Thresholds, shape (…, n_items, width − 1).
    associations
        Estimates of all pairs of all samples.

    Returns
    -------
    FloatArray
        Shape (…, n_persons, n_pairs).
    """
    return _looked_up(codes, _cell_influence(tables, cuts, associations))


def _looked_up(codes: IntArray, cells: FloatArray) -> FloatArray:
    """Look up the cells of persons' pairs, shape (…, n_persons, n_pairs)."""
    *batch, n_pairs, width, _ = cells.shape
    first, second = item_pairs(codes.shape[-1])
    samples = np.arange(math.prod(batch)).reshape(*batch, 1, 1)
    tables_before = samples * n_pairs + np.arange(n_pairs)
    place = (tables_before * width + codes[..., first]) * width + codes[..., second]
    return np.asarray(cells.ravel().take(place))


def threshold_influence(single: FloatArray, cuts: FloatArray) -> FloatArray:
    """Return how far a person of each category moves the thresholds of the item.

    Parameters
    ----------
    single
        Counts, shape (…, n_items, width).
    cuts
        Thresholds, shape (…, n_items, width − 1).

    Returns
    -------
    FloatArray
        Shape (…, n_items, width + 1, width − 1); the last category is missing and moves nothing,
        and nothing moves a threshold at infinity.
    """
    n_cuts = cuts.shape[-1]
    below = np.arange(n_cuts + 1)[:, None] <= np.arange(n_cuts)
    exists = np.abs(cuts) < BEYOND
    weight = np.zeros_like(cuts)
    weight[exists] = np.sqrt(2 * np.pi) * np.exp(cuts[exists] ** 2 / 2)
    weight /= single.sum(axis=-1)[..., None]
    pull = np.zeros((*cuts.shape[:-1], n_cuts + 2, n_cuts))
    pull[..., :-1, :] = (below - ndtr(cuts)[..., None, :]) * weight[..., None, :]
    return pull


def _cell_influence(tables: Tables, cuts: FloatArray, associations: Associations) -> FloatArray:
    """Return how far a person of each cell moves the correlation of the pair.

    Returns
    -------
    FloatArray
        Shape (…, n_pairs, width + 1, width + 1), the last row and column for a missing answer.
    """
    n_cuts = cuts.shape[-1]
    first, second = item_pairs(cuts.shape[-2])
    rows, columns = (cuts[..., item, :].reshape(-1, n_cuts) for item in (first, second))
    counts = tables.pairs.reshape(associations.slopes.shape)
    likely = associations.probabilities > FLOOR
    safe = np.where(likely, associations.probabilities, 1.0)
    score = np.where(likely, associations.slopes / safe, 0.0)
    information = np.einsum("pab,pab->p", counts, score * score)
    ratio = counts * score * likely / safe
    rho = associations.correlations
    by_row = _threshold_sensitivity(rows, columns, rho, ratio)
    by_column = _threshold_sensitivity(columns, rows, rho, ratio.mT)
    pull = threshold_influence(tables.single, cuts)
    shape = (-1, n_cuts + 2, n_cuts)
    through_rows = np.einsum("pt,pat->pa", by_row, pull[..., first, :, :].reshape(shape))
    through_columns = np.einsum("pt,pat->pa", by_column, pull[..., second, :, :].reshape(shape))
    influence = np.pad(score, ((0, 0), (0, 1), (0, 1)))
    influence -= through_rows[:, :, None] + through_columns[:, None, :]
    influence *= ((1 - rho * rho) / information)[:, None, None]
    return influence.reshape(*tables.pairs.shape[:-2], n_cuts + 2, n_cuts + 2)


def _threshold_sensitivity(
    own: FloatArray, other: FloatArray, rho: FloatArray, ratio: FloatArray
) -> FloatArray:
    """Return Σ s_ρ ∂log π/∂τ for the thresholds of one item of each pair.

    Raising threshold t moves probability φ(τ_t) P(other's category | τ_t) from category t + 1 to t.

    Parameters
    ----------
    own, other
        Thresholds of the item and of its partner, shape (n_pairs, width − 1).
    rho
        Shape (n_pairs,).
    ratio
        n_ab s_ab / π_ab with the item's own categories along axis 1.

    Returns
    -------
    FloatArray
        Shape (n_pairs, width − 1).
    """
    spread = np.sqrt(1 - rho * rho)[:, None, None]
    conditional = ndtr((other[:, None, :] - rho[:, None, None] * own[:, :, None]) / spread)
    moved = np.diff(conditional, axis=2, prepend=0.0, append=1.0)
    density = np.exp(-own * own / 2) / np.sqrt(2 * np.pi)
    return np.asarray(density * np.einsum("ptb,ptb->pt", moved, ratio[:, :-1] - ratio[:, 1:]))
