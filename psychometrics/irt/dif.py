"""Differential item functioning: likelihood ratios with purified anchors, and Wald-2.

Likelihood ratio: an item is tested against anchors A (items equal between the groups, all others
free) by 2 [log L(A) − log L(A and the item)]. Anchors are purified one item at a time: with all
others as anchors, the item that differs most leaves the anchors if its adjusted p value is below
.05; the rest is tested again with that item free, items that left return when they no longer
differ, until nothing changes. At least two items stay anchors.

Wald-2: with all items equal the focal groups' means and variances are estimated; with these fixed,
all items are free, and the Wald statistic tests that an item's parameters are equal. It has no
anchors to purify, and its level is not kept where the means are contaminated by many items that
differ.

References
----------
Thissen, D., Steinberg, L., & Wainer, H. (1993). Detection of differential item functioning using
the parameters of item response models. In P. W. Holland & H. Wainer (Eds.), Differential item
functioning (pp. 67–113). Erlbaum.

Kopf, J., Zeileis, A., & Strobl, C. (2015). Anchor selection strategies for DIF analysis.
Educational and Psychological Measurement, 75, 22–56. doi:10.1177/0013164414529792

Langer, M. M. (2008). A reexamination of Lord's Wald test for differential item functioning using
item response theory and modern error estimation (Doctoral dissertation). University of North
Carolina at Chapel Hill.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from psychometrics.errors import EstimationError
from psychometrics.irt.estimation import Estimates, estimate
from psychometrics.irt.group_models import GroupModels
from psychometrics.irt.multiplicity import holm
from psychometrics.positive_definite import required, solve_definite
from psychometrics.types import FloatArray

LEVEL = 0.05
_FEWEST_ANCHORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DifTest:
    """One item's test.

    Attributes
    ----------
    anchors
        Positions of the items equal between the groups, without the tested one.
    chi_square, df, p_value
        The test.
    """

    anchors: frozenset[int]
    chi_square: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DifTests:
    """The tests of all items.

    Attributes
    ----------
    tests
        In the order of the items.
    adjusted
        Holm's p values, shape (n_items,).
    anchors
        The anchors at the end.
    exhausted
        Whether purification stopped because two anchors were left and more items differ.
    """

    tests: tuple[DifTest, ...]
    adjusted: FloatArray
    anchors: frozenset[int]
    exhausted: bool


def likelihood_ratio(models: GroupModels, item: int, anchors: frozenset[int]) -> DifTest:
    """Test whether an item is equal between the groups, given other items that are."""
    others = anchors - {item}
    free, equal = models.anchored(others), models.anchored(others | {item})
    for fitted in (free, equal):
        _check(fitted)
    chi_square = max(0.0, 2.0 * (free.log_likelihood - equal.log_likelihood))
    df = free.problem.layout.n_free - equal.problem.layout.n_free
    return DifTest(
        anchors=others, chi_square=chi_square, df=df, p_value=float(chdtrc(df, chi_square))
    )


def purified(models: GroupModels) -> DifTests:
    """Test every item, with anchors purified one item at a time."""
    everything = frozenset(range(models.n_items))
    anchors, seen = everything, set[frozenset[int]]()
    fewest = min(_FEWEST_ANCHORS, models.n_items - 1)
    while True:
        models.anchored(anchors)
        tests = tuple(likelihood_ratio(models, item, anchors) for item in sorted(everything))
        adjusted = holm(np.array([test.p_value for test in tests]))
        differing = frozenset(np.flatnonzero(adjusted < LEVEL).tolist())
        following = _next_anchors(tests, anchors, differing)
        exhausted = len(following) < fewest
        if following == anchors or following in seen or exhausted:
            return DifTests(tests=tests, adjusted=adjusted, anchors=anchors, exhausted=exhausted)
        seen.add(anchors)
        anchors = following


def _next_anchors(
    tests: tuple[DifTest, ...], anchors: frozenset[int], differing: frozenset[int]
) -> frozenset[int]:
    """Let the worst anchor go, or, when none differs, take back what no longer differs."""
    worst = sorted(anchors & differing, key=lambda item: (tests[item].p_value, item))
    if worst:
        return anchors - {worst[0]}
    everything = frozenset(range(len(tests)))
    return anchors | (everything - anchors - differing)


def wald_two_stage(models: GroupModels) -> DifTests:
    """Test every item by Wald-2."""
    everything = frozenset(range(models.n_items))
    equal = models.anchored(everything)
    _check(equal)
    layout = equal.problem.layout
    _, _, densities = layout.items(layout.full(equal.free))
    problem = models.problem(frozenset(), densities)
    free = estimate(problem, problem.layout.free(layout.full(equal.free)))
    _check(free)
    covariance = free.covariance()
    if covariance is None:
        raise EstimationError("Wald-2", "the information of the free model is not definite")
    tests = tuple(_wald(free, covariance, item) for item in range(models.n_items))
    adjusted = holm(np.array([test.p_value for test in tests]))
    return DifTests(tests=tests, adjusted=adjusted, anchors=everything, exhausted=False)


def _wald(free: Estimates, covariance: FloatArray, item: int) -> DifTest:
    layout = free.problem.layout
    own = layout.index[:, item * layout.width : (item + 1) * layout.width]
    used = (own >= 0).all(axis=0) & (own != own[0]).any(axis=0)
    reference = own[0, used]
    contrast = np.zeros((reference.size * (own.shape[0] - 1), free.free.size))
    row = 0
    for group in own[1:, used]:
        for one, other in zip(reference, group, strict=True):
            contrast[row, other], contrast[row, one] = 1.0, -1.0
            row += 1
    difference = contrast @ free.free
    spread = contrast @ covariance @ contrast.T
    chi_square = float(difference @ required(solve_definite(spread, difference), "Wald-2"))
    return DifTest(
        anchors=frozenset(),
        chi_square=chi_square,
        df=row,
        p_value=float(chdtrc(row, chi_square)),
    )


def _check(fitted: Estimates) -> None:
    if not fitted.convergence.converged:
        raise EstimationError(
            "differential functioning",
            "a model in which an item differs between the groups did not converge; "
            "the groups are too small or an item nearly determines another",
        )
