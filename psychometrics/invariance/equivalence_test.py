"""Whether a single item's departure of concern is excluded by the answers.

A test that rejects nothing shows little, and one item alone may move a scale. So a step stands only
if, for every item and group, a departure as large as the one of concern would have shown:

==========  ====================================================================
thresholds  every second threshold of the item .5 standard deviations higher
metric      .35 in the standardized loading, the item's variance unchanged
scalar      .5 standard deviations of the answer (or of y*)
strict      as much residual variance again
==========  ====================================================================

Were it so, the item's modification index (``item_modification_indices``, of one group) would be
noncentral chi-square with λ = N (A′JA d)′ (A′BA)⁺ (A′JA d). The departure is excluded where an
index as small as the one found has a probability of 5% or less. With one parameter that is the test
of equivalence by one bound: the interval of 90% around the item's expected change does not reach d.
Each item is tested at 5% without correction, for all of them must pass (intersection and union).

References
----------
Berger, R. L. (1982). Multiparameter hypothesis testing and acceptance sampling.
    doi:10.2307/1267823: all parts at the level of the whole.
Yuan, K.-H., & Chan, W. (2016). Measurement invariance via multigroup SEM: issues and solutions with
    chi-square-difference tests. doi:10.1037/met0000080: equivalence in place of no rejection.
Saris, W. E., Satorra, A., & van der Veld, W. M. (2009). Testing structural equation models or
    detection of misspecifications? doi:10.1080/10705510903203433: index and power of one parameter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import GroupState
from psychometrics.cfa.model import Parameter
from psychometrics.invariance.identification import Design
from psychometrics.invariance.item_modification_indices import regular_part
from psychometrics.invariance.options import Step
from psychometrics.invariance.power import has_variances
from psychometrics.invariance.score_test import Extension
from psychometrics.margin import below

EXCLUSION_RATE = 0.05
LOADING, INTERCEPT, THRESHOLD, RESIDUAL = 0.35, 0.5, 0.5, 1.0

CONCERNS = {
    Step.THRESHOLDS: (
        f"every second threshold of a single item {THRESHOLD:g} standard deviations higher"
    ),
    Step.METRIC: (
        f"a single item's standardized loading {LOADING:g} weaker at the same variance of the item"
    ),
    Step.SCALAR: f"a single item {INTERCEPT:g} standard deviations higher at the same alliance",
    Step.STRICT: "a single item with as much residual variance again",
}
"""The departure of concern at each step, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """How far a departure of concern is excluded for one item.

    Attributes
    ----------
    item
        Its number.
    p_value
        Probability of so small an index had the item departed, in the group where it is largest.
    """

    item: int
    p_value: float

    @property
    def excluded(self) -> bool:
        """Whether the departure would have shown."""
        return below(self.p_value, EXCLUSION_RATE) is True


def exclusions(
    extension: Extension,
    rows: Collection[int],
    *,
    fitted: Fitted,
    larger: Fitted,
    design: Design,
    step: Step,
) -> tuple[Exclusion, ...]:
    """Ask for items one by one whether a departure of concern is excluded.

    Parameters
    ----------
    extension
        A step's model with these items' restrictions lifted.
    rows
        Rows of the items.
    fitted, larger
        The step's model, and the one it lies in.
    design, step
        The ladder and the step.

    Returns
    -------
    tuple of Exclusion
        Of every item, with probability one where its parameters have no information.
    """
    scales = [
        _Scales(
            here=design.placement.state(fitted, group), free=design.placement.state(larger, group)
        )
        for group in range(design.n_groups)
    ]
    return tuple(
        Exclusion(
            item=design.base.items[row],
            p_value=max(
                _p_values(extension, row, scales=scales, step=step, n_persons=fitted.n_persons),
                default=1.0,
            ),
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scales:
    """A group's units: at the step itself, and at the larger one, which it has not bent."""

    here: GroupState
    free: GroupState


def _p_values(
    extension: Extension, row: int, *, scales: Sequence[_Scales], step: Step, n_persons: int
) -> Iterator[float]:
    """Yield the probability of so small an index, group by group, had the item departed."""
    for group in range(1, len(scales)):
        if not (has_variances(scales[group].here) and has_variances(scales[group].free)):
            yield 1.0
            continue
        own = extension.of(row, group=group)
        parameters = [extension.parameters[k] for k in own]
        departure = np.array([_concern(one, scales[0], scales[group], step) for one in parameters])
        block = np.ix_(own, own)
        values, vectors = regular_part(extension.scores[block])
        if not values.size:
            yield 1.0
            continue
        found = vectors.T @ extension.gradient[own]
        expected = vectors.T @ (extension.information[block] @ departure)
        index = n_persons * float((found**2 / values).sum())
        noncentrality = n_persons * float((expected**2 / values).sum())
        yield float(np.clip(special.chndtr(index, values.size, noncentrality), 0.0, 1.0))


def _concern(one: Parameter, reference: _Scales, scales: _Scales, step: Step) -> float:
    """Return how far a parameter of a group would depart, in its own unit."""
    here = scales.here
    deviation = float(np.sqrt(here.covariance[one.row, one.row]))
    if step is Step.THRESHOLDS:
        return THRESHOLD * deviation * (one.column % 2)
    if step is Step.SCALAR:
        return INTERCEPT * deviation
    if step is Step.STRICT:
        return RESIDUAL * float(here.residual_covariance[one.row, one.row])
    return _weaker_loading(one, reference.free, scales)


def _weaker_loading(one: Parameter, reference: GroupState, scales: _Scales) -> float:
    """Return what the stated change of a standardized loading is in the loading's own unit.

    A loading that is forced to be equal bends the item's variance and the factor's, so the item's
    is taken from the larger step, and the factor's from how much the factor's other items load
    there, as against the reference.
    """
    others = reference.loadings[:, one.column] != 0.0
    others[one.row] = False
    ours, theirs = (
        float(np.abs(state.loadings[others, one.column]).sum())
        for state in (scales.free, reference)
    )
    factor = float(np.sqrt(scales.here.factor_covariance[one.column, one.column]))
    if ours > 0.0 and theirs > 0.0:
        factor = ours / theirs
    return LOADING * float(np.sqrt(scales.free.covariance[one.row, one.row])) / factor
