"""Hypotheses with direction and size."""

from __future__ import annotations

from typing import Any

import pytest

from psychometrics.criterion.hypotheses import (
    _held,
    _regions,
    check_hypotheses,
)
from psychometrics.criterion.options import Direction, Expectation, Outcome
from psychometrics.errors import OptionError
from psychometrics.types import Interval
from schemas.definition import Definition

POSITIVE, NEGATIVE, ANY = Direction.POSITIVE, Direction.NEGATIVE, Direction.ANY


@pytest.mark.parametrize(
    ("expected", "interval", "held"),
    [
        (Expectation(), (-0.09, 0.11), None),
        (Expectation(), (0.01, 0.4), True),
        (Expectation(), (0.0, 0.4), None),
        (Expectation(), (-0.4, 0.0), False),
        (Expectation(minimum=0.2), (0.2, 0.4), True),
        (Expectation(minimum=0.2), (0.19, 0.4), None),
        (Expectation(minimum=0.2), (0.01, 0.19), False),
        (Expectation(minimum=0.2), (-0.4, -0.3), False),
        (Expectation(direction=NEGATIVE), (-0.3, -0.1), True),
        (Expectation(direction=NEGATIVE, minimum=0.2), (-0.5, -0.3), True),
        (Expectation(direction=NEGATIVE, minimum=0.2), (-0.15, 0.3), False),
        (Expectation(minimum=0.2, maximum=0.5), (0.55, 0.7), False),
        (Expectation(minimum=0.2, maximum=0.5), (0.3, 0.7), None),
        (Expectation(direction=ANY, maximum=0.3), (-0.2, 0.2), True),
        (Expectation(direction=ANY, maximum=0.3), (-0.5, -0.31), False),
        (Expectation(direction=ANY, minimum=0.1), (-0.2, 0.2), None),
        (Expectation(direction=ANY, minimum=0.3), (-0.2, 0.2), False),
        (Expectation(direction=ANY, minimum=0.1), (-0.5, -0.2), True),
    ],
)
def test_the_interval_decides_and_not_the_estimate(
    expected: Expectation, interval: tuple[float, float], held: bool | None
) -> None:
    lower, upper = interval
    assert _held(_regions(expected), Interval(lower=lower, upper=upper)) is held


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
