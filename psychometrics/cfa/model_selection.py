"""Which of the rival models to prefer: a stated rule, and silence where the answers cannot tell.

Nested models are compared by a (scaled) difference test, from the most restricted model upwards;
models that remain are compared by BIC where there is a likelihood.

References
----------
Raftery, A. E. (1995). Bayesian model selection in social research. doi:10.2307/271063, table 6.
Yung, Y.-F., Thissen, D., & McLeod, L. D. (1999). doi:10.1007/BF02294531: the second-order model
    lies within the bifactor model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.reporting import information_criteria
from psychometrics.margin import above, below

LEVEL = 0.05
CLEAR_BIC = 2.0

RULE = (
    "Improper solutions are set aside, and models with more parameters than persons or than "
    "clusters less one. A bifactor model is set aside where the BIC of its robust maximum "
    "likelihood fit is above that of one factor for each subscale. Of two nested models the "
    "larger is kept when the (scaled) difference test rejects the smaller one at the 5% level, "
    "else the smaller. Models with the same fit and degrees of freedom count as one, named by "
    "the one without a higher order. Of models that are still left, the lowest BIC wins where "
    "there is a likelihood and the next is higher by 2 at least; otherwise the answers cannot "
    "tell and none is named."
)

DifferenceP = Callable[[Fitted, Fitted], float | None]
"""Called with the smaller and the larger model; the p-value of their difference."""

_WITHIN: dict[Structure, frozenset[Structure]] = {
    Structure.ONE_FACTOR: frozenset(
        {
            Structure.TWO_FACTOR,
            Structure.CORRELATED_FACTORS,
            Structure.SECOND_ORDER,
            Structure.BIFACTOR,
        }
    ),
    Structure.TWO_FACTOR: frozenset({Structure.CORRELATED_FACTORS}),
    Structure.CORRELATED_FACTORS: frozenset(),
    Structure.SECOND_ORDER: frozenset({Structure.CORRELATED_FACTORS, Structure.BIFACTOR}),
    Structure.BIFACTOR: frozenset(),
}


def best_rival(candidates: Sequence[tuple[Rival, Fitted]], difference_p: DifferenceP) -> str | None:
    """Choose among proper solutions by :data:`RULE`.

    Parameters
    ----------
    candidates
        Proper solutions of one sample.
    difference_p
        The estimator's difference test.

    Returns
    -------
    str or None
        The rival's name, or ``None`` when the rule names none.
    """
    left = _without_equivalents(candidates)
    for small, large in _nested_pairs(left):
        if small not in left or large not in left:
            continue
        p_value = difference_p(small[1], large[1])
        rejected = None if p_value is None else below(p_value, LEVEL)
        if rejected is not None:
            left.remove(small if rejected else large)
    if len(left) == 1:
        return left[0][0].name
    return _clearly_lowest(left)


def _without_equivalents(
    candidates: Sequence[tuple[Rival, Fitted]],
) -> list[tuple[Rival, Fitted]]:
    """Keep one of several models that fit alike with the same degrees of freedom."""
    kept: list[tuple[Rival, Fitted]] = []
    ordered = sorted(candidates, key=lambda pair: pair[0].structure is Structure.SECOND_ORDER)
    for candidate in ordered:
        if not any(_equivalent(candidate[1], other[1]) for other in kept):
            kept.append(candidate)
    return kept


def _equivalent(one: Fitted, other: Fitted) -> bool:
    first, second = one.tests.model, other.tests.model
    return first.df == second.df and abs(first.chi_square - second.chi_square) < 1e-5


def _nested_pairs(
    left: Sequence[tuple[Rival, Fitted]],
) -> list[tuple[tuple[Rival, Fitted], tuple[Rival, Fitted]]]:
    """Pairs of a smaller and a larger model, the most restricted first."""
    pairs = [
        (small, large)
        for small in left
        for large in left
        if small[1].tests.model.df > large[1].tests.model.df and _nested(small, large)
    ]
    return sorted(pairs, key=lambda p: (-p[0][1].tests.model.df, -p[1][1].tests.model.df))


def _nested(small: tuple[Rival, Fitted], large: tuple[Rival, Fitted]) -> bool:
    (inner, _), (outer, fitted) = small, large
    if inner.method and not outer.method:
        return False
    if inner.structure is outer.structure or outer.structure in _WITHIN[inner.structure]:
        return True
    n_scales = len(fitted.layout.model.factors) - 1 - outer.method
    return (
        inner.structure in {Structure.TWO_FACTOR, Structure.CORRELATED_FACTORS}
        and outer.structure is Structure.BIFACTOR
        and n_scales <= 3
    )


def _clearly_lowest(left: Sequence[tuple[Rival, Fitted]]) -> str | None:
    ranked = sorted(
        (bic, rival.name)
        for rival, fitted in left
        if (bic := information_criteria(fitted)[1]) is not None
    )
    if len(ranked) < 2 or len(ranked) < len(left):
        return None
    return ranked[0][1] if above(ranked[1][0] - ranked[0][0], CLEAR_BIC) else None
