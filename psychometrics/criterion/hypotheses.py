"""Whether stated hypotheses held.

Notes
-----
A hypothesis says which way a correlation goes and how large it is; it held when the estimate has
that direction and size (Terwee et al. 2007). Whether the whole interval does is said beside it: a
small sample can hit by luck. How many must hold for a verdict is not decided here.

References
----------
Terwee, C. B., Bot, S. D. M., de Boer, M. R., et al. (2007). Quality criteria were proposed for
measurement properties of health status questionnaires. Journal of Clinical Epidemiology, 60, 34–42.
doi:10.1016/j.jclinepi.2006.03.012
"""

from __future__ import annotations

from collections.abc import Sequence

from psychometrics.criterion.options import CoefficientName, Direction, Expectation, Outcome
from psychometrics.criterion.results import Association, Hypothesis
from psychometrics.errors import OptionError
from psychometrics.instrument import TOTAL, Instrument


def check_hypotheses(outcomes: Sequence[Outcome], instrument: Instrument) -> None:
    """Refuse hypotheses that contradict themselves or speak of a scale that does not exist.

    Raises
    ------
    OptionError
        Naming the hypothesis.
    """
    for place, outcome in enumerate(outcomes):
        if outcome.expected is not None:
            _check(outcome.expected, instrument, option=f"outcomes/{place}/expected")


def tested(outcome: Outcome, associations: Sequence[Association]) -> tuple[Hypothesis, ...]:
    """Hold an outcome's hypothesis against its correlations.

    Parameters
    ----------
    outcome
        With or without a hypothesis.
    associations
        All of the outcome's, one for each scale.
    """
    expected = outcome.expected
    if expected is None:
        return ()
    scales = expected.scales or _default_scales([one.scale for one in associations])
    return tuple(_tested(expected, one) for one in associations if one.scale in scales)


def _check(expected: Expectation, instrument: Instrument, *, option: str) -> None:
    scales = instrument.score_names
    for place, scale in enumerate(expected.scales):
        if scale not in scales:
            raise OptionError(f"{option}/scales/{place}", f"must be one of {', '.join(scales)}")
    lower, upper = expected.minimum or 0.0, 1.0 if expected.maximum is None else expected.maximum
    if not 0.0 <= lower <= upper <= 1.0:
        raise OptionError(option, "needs 0 ≤ minimum ≤ maximum ≤ 1, both without a sign")
    if expected.direction is Direction.ANY and expected.minimum is None is expected.maximum:
        raise OptionError(option, "must state a direction or a size")


def _default_scales(scales: Sequence[str]) -> tuple[str, ...]:
    return (TOTAL,) if TOTAL in scales else tuple(scales)


def _tested(expected: Expectation, association: Association) -> Hypothesis:
    pearson = expected.coefficient is CoefficientName.PEARSON
    found = association.pearson if pearson else association.spearman
    interval = found.interval
    return Hypothesis(
        outcome=association.outcome,
        scale=association.scale,
        direction=expected.direction,
        minimum=expected.minimum,
        maximum=expected.maximum,
        coefficient=expected.coefficient,
        timing=association.timing,
        estimate=found.estimate,
        interval=interval,
        held=None if found.estimate is None else _as_expected(expected, found.estimate),
        interval_within=None
        if interval is None
        else _interval_as_expected(expected, interval.lower, interval.upper),
    )


def _as_expected(expected: Expectation, correlation: float) -> bool:
    right_way = {
        Direction.POSITIVE: correlation > 0.0,
        Direction.NEGATIVE: correlation < 0.0,
        Direction.ANY: True,
    }[expected.direction]
    size = abs(correlation)
    large_enough = expected.minimum is None or size >= expected.minimum
    small_enough = expected.maximum is None or size <= expected.maximum
    return right_way and large_enough and small_enough


def _interval_as_expected(expected: Expectation, lower: float, upper: float) -> bool:
    """Both ends are as expected, and so is all between them.

    Between ends of different sign lies zero, which is the smallest size there is.
    """
    ends = _as_expected(expected, lower) and _as_expected(expected, upper)
    around_zero = lower < 0.0 < upper
    return ends and not (around_zero and bool(expected.minimum))
