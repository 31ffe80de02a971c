"""How differently an item works in two groups, given the same alliance.

With E_g(η) the expected answer in group g and f the density of the factor in the group that is not
the reference,

    dMACS        = [∫ (E_2 − E_1)² f dη]^½ / SD
    signed dMACS = ∫ (E_2 − E_1) f dη / SD
    difference   = ∫ (E_2 − E_1) f dη            in raw points

where SD is the item's pooled within-group standard deviation. For continuous answers E = ν + λη;
for ordered ones E = x_1 + Σ_k (x_{k+1} − x_k) Φ((ν + λη − τ_k)/√θ) with the categories' values x.
Integrals are Gauss–Hermite sums. Both parameters come from a model in which the other items are
held equal; for items whose thresholds are released the metric of y* is its own in each group, but
expected answers are still on the form's scale.

References
----------
Nye, C. D., & Drasgow, F. (2011). Effect size indices for analyses of measurement equivalence.
    doi:10.1037/a0022955, equation 3.
Nye, C. D., Bradburn, J., Olenick, J., Bialko, C., & Drasgow, F. (2019). How big are my effects?
    doi:10.1177/1094428118761122, equation 5.
Meade, A. W. (2010). A taxonomy of effect size measures for the differential functioning of items
    and scales. doi:10.1037/a0018966, for expected score differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import GroupState
from psychometrics.cfa.model import Matrix
from psychometrics.invariance.identification import Design
from psychometrics.invariance.prepared_data import Evidence
from psychometrics.invariance.results import ItemCurve, ItemEffect
from psychometrics.types import FloatArray

_CURVE = np.linspace(-3.0, 3.0, 25)
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(61)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """Where an item's parameters stand in a group's state.

    Attributes
    ----------
    row, factor
        Of the loadings.
    cuts
        Its thresholds.
    values
        The answers that its categories stand for; ``None`` for continuous answers.
    """

    row: int
    factor: int
    cuts: slice
    values: FloatArray | None


def effects(
    fitted: Fitted, design: Design, evidence: Evidence, items: Sequence[int]
) -> Iterator[ItemEffect]:
    """Yield the effects of items in every group beyond the reference.

    Parameters
    ----------
    fitted
        A model in which these items are not held equal.
    design, evidence
        The ladder and the answers.
    items
        Numbers of the items.
    """
    factor = {row.row: row.column for row in design.base.rows(Matrix.LOADINGS)}
    counts = design.n_thresholds or (0,) * design.base.n_items
    states = [design.placement.state(fitted, group) for group in range(design.n_groups)]
    for number in items:
        row = design.base.items.index(number)
        first = sum(counts[:row])
        item = _Item(
            row=row,
            factor=factor[row],
            cuts=slice(first, first + counts[row]),
            values=_category_values(evidence, row),
        )
        for group in range(1, evidence.n_groups):
            yield _effect(evidence, item, group, (states[0], states[group]))


def _effect(
    evidence: Evidence, item: _Item, group: int, states: tuple[GroupState, GroupState]
) -> ItemEffect:
    """Compare a group's state, the second, with the reference's."""
    reference, state = states
    spread = np.sqrt(max(float(state.factor_covariance[item.factor, item.factor]), 0.0))
    eta = float(state.factor_mean[item.factor]) + spread * _NODES
    weights = _WEIGHTS / _WEIGHTS.sum()
    gap = _expected(state, item, eta) - _expected(reference, item, eta)
    mean, square = float(weights @ gap), float(weights @ gap**2)
    deviation = _pooled_deviation(evidence, group, item.row)
    return ItemEffect(
        item=evidence.items[item.row],
        group=evidence.names[group],
        dmacs=None if deviation is None else float(np.sqrt(square)) / deviation,
        signed_dmacs=None if deviation is None else mean / deviation,
        expected_score_difference=mean,
        curve=_curve(item, reference, state),
    )


def _curve(item: _Item, reference: GroupState, state: GroupState) -> ItemCurve:
    """Return expected answers at factor values in the reference group's standard deviations."""
    spread = np.sqrt(max(float(reference.factor_covariance[item.factor, item.factor]), 0.0))
    eta = float(reference.factor_mean[item.factor]) + spread * _CURVE
    return ItemCurve(
        factor=tuple(_CURVE.tolist()),
        reference=tuple(_expected(reference, item, eta).tolist()),
        group=tuple(_expected(state, item, eta).tolist()),
    )


def _expected(state: GroupState, item: _Item, eta: FloatArray) -> FloatArray:
    """Return expected answers at factor values of shape (n_nodes,)."""
    propensity = state.intercepts[item.row] + state.loadings[item.row, item.factor] * eta
    if item.values is None:
        return np.asarray(propensity)
    unit = np.sqrt(state.residual_covariance[item.row, item.row])
    above = ndtr((propensity[:, None] - state.thresholds[item.cuts]) / unit)
    return np.asarray(item.values[0] + above @ np.diff(item.values))


def _category_values(evidence: Evidence, row: int) -> FloatArray | None:
    """Return the answers that an item's categories stand for; ``None`` for continuous ones."""
    if evidence.n_thresholds is None:
        return None
    columns = np.concatenate([answers[:, row] for answers in evidence.answers])
    return np.unique(columns[np.isfinite(columns)])


def _pooled_deviation(evidence: Evidence, group: int, row: int) -> float | None:
    """Return the item's standard deviation, pooled within the reference and a group."""
    squares, degrees = 0.0, 0
    for answers in (evidence.answers[0][:, row], evidence.answers[group][:, row]):
        given = answers[np.isfinite(answers)]
        squares += float(((given - given.mean()) ** 2).sum()) if given.size else 0.0
        degrees += given.size - 1
    return float(np.sqrt(squares / degrees)) if degrees > 0 and squares > 0.0 else None
