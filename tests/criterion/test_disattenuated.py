"""Correlations freed of unreliability."""

from __future__ import annotations

import pytest

from psychometrics.criterion.disattenuated import disattenuated
from psychometrics.criterion.results import Coefficient
from psychometrics.types import Estimate, Interval


def _correlation(estimate: float, lower: float, upper: float) -> Coefficient:
    return Coefficient(
        estimate=estimate, interval=Interval(lower=lower, upper=upper), n_persons=100, method=""
    )


def _reliability(estimate: float, lower: float, upper: float) -> Estimate:
    return Estimate(estimate=estimate, interval=Interval(lower=lower, upper=upper))


def test_the_estimate_is_spearman_s_correction() -> None:
    found = disattenuated(
        _correlation(0.3, 0.1, 0.48),
        name="alpha",
        reliability=_reliability(0.81, 0.75, 0.86),
        outcome_reliability=0.64,
    )
    assert found.estimate == pytest.approx(0.3 / 0.9 / 0.8)


def test_a_reliability_that_is_known_divides_the_interval() -> None:
    found = disattenuated(
        _correlation(0.3, -0.1, 0.48), name="alpha", reliability=_reliability(0.81, 0.81, 0.81)
    )
    assert found.interval is not None
    assert found.interval.lower == pytest.approx(-0.1 / 0.9)
    assert found.interval.upper == pytest.approx(0.48 / 0.9)


@pytest.mark.parametrize("limits", [(0.1, 0.48), (-0.1, 0.48), (-0.5, 0.02), (-0.6, -0.2)])
def test_doubt_about_the_reliability_widens_and_keeps_the_sign(
    limits: tuple[float, float],
) -> None:
    middle = sum(limits) / 2
    sure = disattenuated(
        _correlation(middle, *limits), name="", reliability=_reliability(0.8, 0.8, 0.8)
    ).interval
    doubtful = disattenuated(
        _correlation(middle, *limits), name="", reliability=_reliability(0.8, 0.7, 0.87)
    ).interval
    assert sure is not None
    assert doubtful is not None
    assert doubtful.lower < sure.lower
    assert doubtful.upper > sure.upper
    assert doubtful.lower * limits[0] > 0
    assert doubtful.upper * limits[1] > 0


def test_turning_the_outcome_turns_the_interval() -> None:
    reliability = _reliability(0.8, 0.7, 0.87)
    one = disattenuated(_correlation(0.3, -0.1, 0.5), name="", reliability=reliability).interval
    other = disattenuated(_correlation(-0.3, -0.5, 0.1), name="", reliability=reliability).interval
    assert one is not None
    assert other is not None
    assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower))


@pytest.mark.parametrize(
    ("reliability", "words"),
    [
        (Estimate(estimate=None, reason="the scale has fewer than two items"), "fewer than two"),
        (Estimate(estimate=-0.1, interval=Interval(lower=-0.5, upper=0.2)), "not above zero"),
        (Estimate(estimate=0.0), "not above zero"),
    ],
)
def test_without_reliability_there_is_nothing_to_correct(reliability: Estimate, words: str) -> None:
    found = disattenuated(_correlation(0.3, 0.1, 0.48), name="alpha", reliability=reliability)
    assert found.estimate is None
    assert words in str(found.reason)


def test_a_reliability_that_may_be_zero_gives_an_estimate_without_interval() -> None:
    found = disattenuated(
        _correlation(0.3, 0.1, 0.48), name="alpha", reliability=_reliability(0.3, -0.1, 0.6)
    )
    assert found.estimate == pytest.approx(0.3 / 0.3**0.5)
    assert found.interval is None
    assert "reaches zero" in str(found.reason)
