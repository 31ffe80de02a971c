"""The power of a step's difference test to see a stated departure.

The departure: in one group beyond the reference, a quarter of each factor's items (rounded up, the
ones with middling loadings) differ by

==========  ========================================================================
thresholds  0.3 standard deviations of y*, every second threshold of the item
metric      0.2 in the standardized loading (weaker), residual variances unchanged
scalar      0.3 standard deviations of the answer (or of y*)
strict      half as much residual variance again
==========  ========================================================================

Were it so, the restricted model's statistic would be noncentral by λ = N d′(A′JA)d (``score_test``;
Satorra & Saris, 1985, with the discrepancy's second-order expansion in place of a second fit), and
its scaled version by λ/c with c the mean eigenvalue that the test divides by. Power is the
probability that a noncentral chi-square exceeds the critical value; for several groups, in the
group where it is smallest. A simulation (``tests/invariance/test_simulation.py``) checks it.

References
----------
Satorra, A., & Saris, W. E. (1985). Power of the likelihood ratio test in covariance structure
    analysis. doi:10.1007/BF02294150, section 3.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from scipy import special

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import GroupState
from psychometrics.cfa.model import Matrix, Parameter
from psychometrics.invariance.identification import Design
from psychometrics.invariance.item_modification_indices import regular_part
from psychometrics.invariance.options import Step
from psychometrics.invariance.prepared_data import Evidence
from psychometrics.invariance.score_test import Extension
from psychometrics.types import FloatArray

LOADING_DEPARTURE = 0.2
INTERCEPT_DEPARTURE = 0.3
THRESHOLD_DEPARTURE = 0.3
RESIDUAL_DEPARTURE = 0.5
SHARE_OF_ITEMS = 0.25

DEPARTURES = {
    Step.THRESHOLDS: (
        f"every second threshold of a quarter of each factor's items {THRESHOLD_DEPARTURE:g} "
        "standard deviations higher"
    ),
    Step.METRIC: (
        f"a quarter of each factor's items with standardized loadings {LOADING_DEPARTURE:g} weaker "
        "at the same residual variance"
    ),
    Step.SCALAR: (
        f"a quarter of each factor's items {INTERCEPT_DEPARTURE:g} standard deviations higher at "
        "the same alliance"
    ),
    Step.STRICT: ("a quarter of each factor's items with half as much residual variance again"),
}
"""The stated departure of each step, in words."""


def departing_rows(fitted: Fitted, design: Design, step: Step) -> tuple[int, ...]:
    """Choose the items that depart: a quarter of each factor's, those with middling loadings."""
    state = design.placement.state(fitted, 0)
    chosen: list[int] = []
    for column in range(design.base.n_factors):
        held = [
            row.row
            for row in design.base.rows(Matrix.LOADINGS)
            if row.column == column and design.restricts(step, row.row)
        ]
        ordered = sorted(held, key=lambda row: abs(float(state.loadings[row, column])))
        count = ceil(SHARE_OF_ITEMS * len(held))
        first = (len(held) - count) // 2
        chosen += ordered[first : first + count]
    return tuple(chosen)


def power(
    extension: Extension,
    *,
    fitted: Fitted,
    design: Design,
    step: Step,
    evidence: Evidence,
    df: int,
    level: float,
) -> float | None:
    """Return the power of a step's difference test.

    Parameters
    ----------
    extension
        The step's model with the restrictions of its items lifted.
    fitted, design, step, evidence
        The step's model, the ladder, the step, the answers.
    df
        Degrees of freedom of the difference.
    level
        Error rate of the test.

    Returns
    -------
    float or None
        ``None`` where the departure cannot be stated.
    """
    d = least_departure(extension, fitted=fitted, design=design, step=step)
    if d is None or df <= 0:
        return None
    scale = _mean_eigenvalue(extension) if evidence.scaled else 1.0
    critical = float(special.chdtri(df, level))
    noncentrality = evidence.total * float(d @ extension.information @ d) / scale
    return float(np.clip(1.0 - special.chndtr(critical, df, noncentrality), 0.0, 1.0))


def least_departure(
    extension: Extension, *, fitted: Fitted, design: Design, step: Step
) -> FloatArray | None:
    """Return the stated departure, shape (m,), in the group where it is hardest to see.

    ``None`` where it cannot be stated.
    """
    departing = departing_rows(fitted, design, step)
    states = [design.placement.state(fitted, group) for group in range(1, design.n_groups)]
    if not departing or not all(map(has_variances, states)):
        return None
    departures = [
        np.array(
            [
                _departure(one, state, step) if one.group == group and one.row in departing else 0.0
                for one in extension.parameters
            ]
        )
        for group, state in enumerate(states, start=1)
    ]
    return min(departures, key=lambda d: float(d @ extension.information @ d))


def has_variances(state: GroupState) -> bool:
    """Whether every factor and residual has one: a departure is stated in their units."""
    parts = (state.factor_covariance, state.residual_covariance)
    return all(bool((np.diagonal(part) > 0.0).all()) for part in parts)


def _mean_eigenvalue(extension: Extension) -> float:
    """Return the mean of the test's eigenvalues: tr((A′JA)⁺ A′BA) over its rank."""
    values, vectors = regular_part(extension.information, least=1e-9)
    projected = vectors.T @ extension.scores @ vectors
    return float((np.diagonal(projected) / values).mean())


def _departure(one: Parameter, state: GroupState, step: Step) -> float:
    """Return how far a parameter of a group departs, in its own unit."""
    deviation = float(np.sqrt(state.covariance[one.row, one.row]))
    if step is Step.THRESHOLDS:
        return THRESHOLD_DEPARTURE * deviation * (one.column % 2)
    if step is Step.SCALAR:
        return INTERCEPT_DEPARTURE * deviation
    if step is Step.STRICT:
        return RESIDUAL_DEPARTURE * float(state.residual_covariance[one.row, one.row])
    return _weaker_loading(one, state)


def _weaker_loading(one: Parameter, state: GroupState) -> float:
    """Return the change of a loading that lowers its standardized size, residuals unchanged."""
    factor = float(np.sqrt(state.factor_covariance[one.column, one.column]))
    residual = float(np.sqrt(state.residual_covariance[one.row, one.row]))
    loading = float(state.loadings[one.row, one.column])
    ratio = loading * factor / residual
    standardized = ratio / np.sqrt(1.0 + ratio**2)
    target = np.sign(standardized) * max(abs(standardized) - LOADING_DEPARTURE, 0.0)
    return float(target / np.sqrt(1.0 - target**2) * residual / factor - loading)
