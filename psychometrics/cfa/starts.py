"""Where estimation starts: closed-form guesses, the same for the same answers.

A factor's loadings start at the centroid of its items' correlations, λ_i = Σ_j r_ij / √(Σ_jk r_jk)
over distinct items, factor correlations at the disattenuated mean correlation between the factors'
items (Thurstone's centroid method). Models with several minima get several starts that differ in
how variance is first divided between the factors.

References
----------
Harman, H. H. (1976). Modern factor analysis (3rd ed.), chapter 8. University of Chicago Press.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychometrics.cfa.layout import Layout
from psychometrics.cfa.model import Matrix, Model, Parameter
from psychometrics.types import FloatArray

_SHARES: tuple[tuple[float, ...], ...] = ((0.75,), (0.35,), (0.9, 0.5), (0.5, 0.9))
_PLENTY, _SCARCE = 0.95, 0.2


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
    layout: Layout, covariances: Sequence[FloatArray], shares: tuple[float, ...]
) -> FloatArray:
    model = layout.model
    position = {label: number for number, label in enumerate(model.labels)}
    theta = np.zeros(model.n_free)
    guesses = [_Guess(model, group, S, shares) for group, S in enumerate(covariances)]
    for row in reversed(model.table):
        if row.label is not None:
            known = np.isfinite(row.value)
            theta[position[row.label]] = row.value if known else guesses[row.group].of(row)
    return theta


class _Guess:
    """First guesses for one group."""

    def __init__(
        self, model: Model, group: int, covariance: FloatArray, shares: tuple[float, ...]
    ) -> None:
        self._covariance = covariance
        self._scale = np.sqrt(np.diagonal(covariance))
        self._correlation = covariance / np.outer(self._scale, self._scale)
        self._members = _members(model, group)
        self._upper = {row.row for row in model.rows(Matrix.REGRESSIONS, group=group)}
        self._loadings = {
            factor: _centroid(self._correlation[np.ix_(rows, rows)])
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
        between = float(self._correlation[np.ix_(rows, columns)].sum())
        within = float(self._loadings[late].sum() * self._loadings[early].sum())
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


def _centroid(correlation: FloatArray) -> FloatArray:
    """Return centroid loadings of a factor's items, shape (n_items of the factor,)."""
    sums = correlation.sum(axis=1) - 1.0
    total = sums.sum()
    if correlation.shape[0] == 1:
        return np.ones(1)
    if total <= 0.0:
        return np.full(sums.size, 0.5)
    return np.asarray(np.clip(sums / np.sqrt(total), 0.1, _PLENTY))
