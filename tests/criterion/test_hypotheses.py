"""Hypotheses with direction and size."""

from __future__ import annotations

from typing import Any

import pytest

from psychometrics.criterion.hypotheses import (
    _as_expected,
    _interval_as_expected,
    check_hypotheses,
)
from psychometrics.criterion.options import Direction, Expectation, Outcome
from psychometrics.errors import OptionError
from schemas.definition import Definition

POSITIVE, NEGATIVE, ANY = Direction.POSITIVE, Direction.NEGATIVE, Direction.ANY


@pytest.mark.parametrize(
    ("expected", "correlation", "held"),
    [
        (Expectation(), 0.01, True),
        (Expectation(), -0.4, False),
        (Expectation(minimum=0.2), 0.2, True),
        (Expectation(minimum=0.2), 0.19, False),
        (Expectation(direction=NEGATIVE, minimum=0.2), -0.3, True),
        (Expectation(direction=NEGATIVE, minimum=0.2), 0.3, False),
        (Expectation(minimum=0.2, maximum=0.5), 0.6, False),
        (Expectation(direction=ANY, maximum=0.3), -0.2, True),
        (Expectation(direction=ANY, maximum=0.3), -0.4, False),
    ],
)
def test_direction_and_size_decide(expected: Expectation, correlation: float, held: bool) -> None:
    assert _as_expected(expected, correlation) is held


@pytest.mark.parametrize(
    ("expected", "interval", "within"),
    [
        (Expectation(minimum=0.2), (0.21, 0.4), True),
        (Expectation(minimum=0.2), (0.19, 0.4), False),
        (Expectation(direction=ANY, maximum=0.3), (-0.2, 0.2), True),
        (Expectation(direction=ANY, minimum=0.1), (-0.2, 0.2), False),
    ],
)
def test_the_interval_answers_the_stricter_question(
    expected: Expectation, interval: tuple[float, float], within: bool
) -> None:
    assert _interval_as_expected(expected, *interval) is within


@pytest.mark.parametrize(
    ("fields", "option"),
    [
        ({"minimum": 0.5, "maximum": 0.2}, "outcomes/0/expected"),
        ({"minimum": -0.2}, "outcomes/0/expected"),
        ({"maximum": 1.2}, "outcomes/0/expected"),
        ({"direction": ANY}, "outcomes/0/expected"),
        ({"scales": ("goal", "warmth")}, "outcomes/0/expected/scales/1"),
    ],
)
def test_a_hypothesis_that_contradicts_itself_is_refused(
    fields: dict[str, Any], option: str, wai_sr: Definition
) -> None:
    outcome = Outcome(name="plus_m", expected=Expectation(**fields))
    with pytest.raises(OptionError) as refusal:
        check_hypotheses([outcome], wai_sr.instrument)
    assert refusal.value.option == option
