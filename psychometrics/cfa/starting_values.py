"""Where estimation starts: closed-form guesses, the same for the same answers.

A factor's loadings start at the centroid of its items' correlations, λ_i = Σ_j r_ij / √(Σ_jk r_jk)
over distinct items, factor correlations at the disattenuated mean correlation between the factors'
items (Thurstone's centroid method). Items that the first principal component opposes are reflected
first. Models with several minima get several starts that differ in how variance is first divided
between the factors.

One factor over weakly related subscales has a minimum for each subscale that it may follow. Where
a solution neglects or opposes some of a factor's items, :func:`further_starts` goes along the
signed first principal component and each of the varimax-rotated ones.

References
----------
Harman, H. H. (1976). Modern factor analysis (3rd ed.), chapter 8. University of Chicago Press.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from psychometrics.cfa.implied import state_at
from psychometrics.cfa.model import Matrix, Model, Parameter
from psychometrics.cfa.parameter_index import Layout
from psychometrics.types import FloatArray

_SHARES: tuple[tuple[float, ...], ...] = ((0.75,), (0.35,), (0.9, 0.5), (0.5, 0.9))
_PLENTY, _SCARCE = 0.95, 0.2

NEGLECTED = 0.4
"""A solution has rivals when a factor's least loading is below this share of its greatest.

Standardized, with the sign of their sum. The margin needs no third answer: further starts cost
time alone, the lowest minimum counts either way.
"""

_OPPOSED = 0.25
_SWEEPS = 30

MOST_DIRECTIONS = 6
"""Rotated components that are tried for one factor."""


def starting_vectors(
    layout: Layout, covariances: Sequence[FloatArray], means: Sequence[FloatArray] = ()
) -> list[FloatArray]:
    """Return parameter vectors to start from, the most promising first.

    Parameters
    ----------
    layout
        The model. Thresholds and factor means start at zero unless the table says otherwise: the
        caller knows better ones.
    covariances
        Each group's sample covariances (or correlations of y*), shape (n_items, n_items).
    means
        Each group's sample means, shape (n_items,), where free intercepts start; without them they
        start as thresholds do.

    Returns
    -------
    list of FloatArray
        Each of shape (n_free,); one for models with a single minimum, several for models in which
        items load on several factors or factors on a factor.
    """
    shares = _SHARES if _needs_several(layout.model) else _SHARES[:1]
    starts = [_vector(layout, covariances, share) for share in shares]
    return _with_means(layout, starts, means)


def further_starts(
    layout: Layout,
    covariances: Sequence[FloatArray],
    solution: FloatArray,
    means: Sequence[FloatArray] = (),
) -> list[FloatArray]:
    """Return parameter vectors that may lead below a solution; none for a well-behaved one.

    Parameters
    ----------
    layout, covariances, means
        As :func:`starting_vectors`.
    solution
        Where the first starts ended, shape (n_free,).

    Returns
    -------
    list of FloatArray
        Each of shape (n_free,). None for models in which items load on several factors or factors
        on a factor: those have several starts from the outset.
    """
    if _needs_several(layout.model):
        return []
    correlation = np.mean([_correlation(covariance) for covariance in covariances], axis=0)
    starts = [
        _vector(layout, covariances, _SHARES[0], {factor: direction})
        for factor in _neglectful(layout, solution)
        for direction in _directions(correlation, _members(layout.model, 0)[factor])
    ]
    return _with_means(layout, starts, means)


def _neglectful(layout: Layout, solution: FloatArray) -> list[int]:
    """Return the factors of four free loadings or more that neglect or oppose some of them."""
    loading_cells = layout.groups[0].cells[Matrix.LOADINGS]
    state = state_at(layout.groups[0], solution)
    found = []
    for factor in np.unique(loading_cells.columns):
        items = loading_cells.rows[loading_cells.columns == factor]
        loadings, spread = state.loadings[items, factor], np.diagonal(state.covariance)[items]
        scale = np.sqrt(np.maximum(spread, 0.0))
        loadings = np.divide(loadings, scale, out=np.zeros(items.size), where=scale > 0.0)
        signed = loadings * np.where(loadings.sum() < 0.0, -1.0, 1.0)
        if items.size >= 4 and signed.min() < NEGLECTED * signed.max():
            found.append(int(factor))
    return found


def _directions(correlation: FloatArray, items: list[int]) -> list[FloatArray]:
    """Return loadings along the first component and the rotated ones with eigenvalues over one."""
    values, vectors = np.linalg.eigh(correlation[np.ix_(items, items)])
    count = int(np.clip((values > 1.0).sum(), 2, MOST_DIRECTIONS))
    components = vectors[:, ::-1][:, :count] * np.sqrt(np.maximum(values[::-1][:count], 0.0))
    rotated = _varimax(components)
    signed = np.column_stack([components[:, 0], rotated])
    signed *= np.where(signed.sum(axis=0) < 0.0, -1.0, 1.0)
    return list(np.clip(signed, -_PLENTY, _PLENTY).T)


def _with_means(
    layout: Layout, starts: list[FloatArray], means: Sequence[FloatArray]
) -> list[FloatArray]:
    if means:
        for group, mean in zip(layout.groups, means, strict=True):
            cells = group.cells[Matrix.INTERCEPTS]
            for start in starts:
                start[cells.positions] = mean[cells.rows]
    return starts


def _needs_several(model: Model) -> bool:
    rows = [row.row for row in model.rows(Matrix.LOADINGS)]
    return len(set(rows)) < len(rows) or any(model.rows(Matrix.REGRESSIONS))


def _vector(
    layout: Layout,
    covariances: Sequence[FloatArray],
    shares: tuple[float, ...],
    chosen: Mapping[int, FloatArray] | None = None,
) -> FloatArray:
    """Guess every parameter; the loadings of some factors may be chosen already."""
    model = layout.model
    position = {label: number for number, label in enumerate(model.labels)}
    theta = np.zeros(model.n_free)
    guesses = [_Guess(model, group, S, shares, chosen or {}) for group, S in enumerate(covariances)]
    for row in reversed(model.table):
        if row.label is not None:
            known = np.isfinite(row.value)
            theta[position[row.label]] = row.value if known else guesses[row.group].of(row)
    return theta


class _Guess:
    """First guesses for one group."""

    def __init__(
        self,
        model: Model,
        group: int,
        covariance: FloatArray,
        shares: tuple[float, ...],
        chosen: Mapping[int, FloatArray],
    ) -> None:
        self._covariance = covariance
        self._scale = np.sqrt(np.diagonal(covariance))
        self._correlation = _correlation(covariance)
        self._members = _members(model, group)
        self._upper = {row.row for row in model.rows(Matrix.REGRESSIONS, group=group)}
        self._loadings = {
            factor: chosen.get(factor, _centroid(self._correlation[np.ix_(rows, rows)]))
            for factor, rows in self._members.items()
        }
        self._shares = self._divided(shares)

    def _divided(self, shares: tuple[float, ...]) -> dict[tuple[int, int], float]:
        """Divide each item's common variance between the factors it loads on."""
        divided: dict[tuple[int, int], float] = {}
        sizes = {factor: len(rows) for factor, rows in self._members.items()}
        for item in {row for rows in self._members.values() for row in rows}:
            holders = [factor for factor, rows in self._members.items() if item in rows]
            widest = max(holders, key=lambda factor: sizes[factor])
            for factor in holders:
                share = shares[item % len(shares)]
                rest = (1.0 - share) / max(len(holders) - 1, 1)
                divided[item, factor] = share if factor == widest else rest
            if len(holders) == 1:
                divided[item, widest] = 1.0
        return divided

    def of(self, row: Parameter) -> float:
        """Return a first guess of one element."""
        if row.matrix is Matrix.LOADINGS:
            return self._loading(row.row, row.column)
        if row.matrix is Matrix.REGRESSIONS:
            return 1.5
        if row.matrix is Matrix.FACTOR_COVARIANCES:
            return self._factor_covariance(row.row, row.column)
        if row.matrix is Matrix.RESIDUAL_COVARIANCES:
            return self._residual(row.row) if row.row == row.column else 0.0
        return 0.0

    def _loading(self, item: int, factor: int) -> float:
        whole = self._loadings[factor][self._members[factor].index(item)]
        part = whole * np.sqrt(self._shares[item, factor]) * self._scale[item]
        return float(part / np.sqrt(1.0 + 1.5**2) if factor in self._upper else part)

    def _factor_covariance(self, late: int, early: int) -> float:
        if late == early:
            return 1.0
        rows, columns = self._members.get(late), self._members.get(early)
        if not rows or not columns:
            return 0.0
        block = self._correlation[np.ix_(rows, columns)]
        ours, theirs = self._loadings[late], self._loadings[early]
        between = float(np.sign(ours) @ block @ np.sign(theirs))
        within = float(np.abs(ours).sum() * np.abs(theirs).sum())
        return float(np.clip(between / within, -0.9, 0.9)) if abs(within) > 1e-6 else 0.0

    def _residual(self, item: int) -> float:
        common = sum(
            self._loadings[factor][rows.index(item)] ** 2 * self._shares[item, factor]
            for factor, rows in self._members.items()
            if item in rows
        )
        return float(self._covariance[item, item] * np.clip(1.0 - common, _SCARCE, 1.0))


def _members(model: Model, group: int) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for row in model.rows(Matrix.LOADINGS, group=group):
        members.setdefault(row.column, []).append(row.row)
    return members


def _correlation(covariance: FloatArray) -> FloatArray:
    scale = np.sqrt(np.diagonal(covariance))
    return np.asarray(covariance / np.outer(scale, scale))


def _centroid(correlation: FloatArray) -> FloatArray:
    """Return centroid loadings of a factor's items, shape (n_items of the factor,)."""
    if correlation.shape[0] == 1:
        return np.ones(1)
    signs = _signs(correlation)
    sums = signs * (correlation @ signs) - 1.0
    total = sums.sum()
    if total <= 0.0:
        return 0.5 * signs
    return np.asarray(signs * np.clip(sums / np.sqrt(total), 0.1, _PLENTY))


def _signs(correlation: FloatArray) -> FloatArray:
    """Return −1 for the items that the first principal component clearly opposes, else 1."""
    first = np.linalg.eigh(correlation)[1][:, -1]
    first = first * np.where(first.sum() < 0.0, -1.0, 1.0)
    return np.where(first < -_OPPOSED * np.abs(first).max(), -1.0, 1.0)


def _varimax(components: FloatArray) -> FloatArray:
    """Turn components towards simple structure; a start needs few digits, so few sweeps do.

    Kaiser, H. F. (1958). doi:10.1007/BF02289233.
    """
    n_items, count = components.shape
    turn = np.eye(count)
    for _ in range(_SWEEPS):
        turned = components @ turn
        steepest = components.T @ (turned**3 - turned * (turned**2).sum(axis=0) / n_items)
        left, _, right = np.linalg.svd(steepest)
        turn = left @ right
    return np.asarray(components @ turn)
