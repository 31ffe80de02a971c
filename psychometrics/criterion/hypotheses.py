"""Whether stated hypotheses held.

Notes
-----
A hypothesis names a region of correlations: a direction, a size, or both (Terwee et al. 2007 ask
that both are stated beforehand). It held when the whole interval of the correlation lies in that
region, failed when the interval lies outside, and is open otherwise: an estimate alone hits half of
all directions by luck. A direction without a size is the region above (or below) zero. How many
must hold for a verdict is not decided here.

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
from psychometrics.types import Interval


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
        held=None if interval is None else _held(_regions(expected), interval),
    )


def _regions(expected: Expectation) -> tuple[tuple[float, float], ...]:
    """Return the expected correlations as intervals; 0 as an end does not belong to them."""
    low = expected.minimum or 0.0
    high = 1.0 if expected.maximum is None else expected.maximum
    positive, negative = (low, high), (-high, -low)
    match expected.direction:
        case Direction.POSITIVE:
            return (positive,)
        case Direction.NEGATIVE:
            return (negative,)
        case Direction.ANY:
            return (positive, negative) if low > 0.0 else ((-high, high),)


def _held(regions: Sequence[tuple[float, float]], interval: Interval) -> bool | None:
    """Whether the interval lies in one region (or, ``False``, outside all of them)."""
    if any(_lies_in(interval, low, high) for low, high in regions):
        return True
    return False if all(_lies_outside(interval, low, high) for low, high in regions) else None


def _lies_outside(interval: Interval, low: float, high: float) -> bool:
    below = interval.upper <= low if low == 0.0 else interval.upper < low
    above = interval.lower >= high if high == 0.0 else interval.lower > high
    return below or above


def _lies_in(interval: Interval, low: float, high: float) -> bool:
    above = interval.lower > low if low == 0.0 else interval.lower >= low
    below = interval.upper < high if high == 0.0 else interval.upper <= high
    return above and below
