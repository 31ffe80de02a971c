"""Growth is said to be a change of the alliance only where the longitudinal ladder carries it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from psychometrics.longitudinal import trajectory
from psychometrics.longitudinal.occasion_invariance import gates
from psychometrics.longitudinal.options import Shape, TrajectoryOptions
from psychometrics.longitudinal.panel import panel_of
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray
from tests.longitudinal.making import session_in, sessions, simulated

GROWTH = TrajectoryOptions(shape=Shape.LINEAR, replicates=10, auxiliary=())
GOAL = (4, 6, 8, 11)


def drifting(responses: ResponseMatrix, *items: int) -> ResponseMatrix:
    """Make items of later sessions easier, whatever the alliance."""
    answers: FloatArray = responses.answers.copy()
    later = ~session_in(responses, 1.0, 2.0)
    for item in items:
        answers[later, item - 1] = np.minimum(answers[later, item - 1] + 1.0, 5.0)
    return replace(responses, answers=answers)


def test_growth_of_items_that_work_alike_is_growth_of_the_alliance() -> None:
    found = trajectory.analyse(simulated(n_persons=1000, complete=True), GROWTH)
    assert all(one.invariance.carried for one in found.scales.values())
    assert found.scales["total"].invariance.occasions == (1.0, 3.0, 5.0)
    assert any("is a change of the alliance" in caution for caution in found.cautions)


def test_growth_that_one_item_makes_is_named_and_so_is_the_totals() -> None:
    sample = drifting(simulated(n_persons=400, complete=True), 4)
    found = trajectory.analyse(sample, replace(GROWTH, scales=("goal", "total")))
    goal, total = (found.scales[name].invariance for name in ("goal", "total"))
    assert goal.status in {"partial", "bounded"}
    assert not goal.carried
    assert not total.carried
    assert "goal" in total.reason
    assert any("goal, total" in one and "may work differently" in one for one in found.cautions)


def test_growth_that_half_of_the_items_make_is_not_carried() -> None:
    sample = drifting(simulated(n_persons=400, complete=True), *GOAL[:2])
    found = gates(sample, panel_of(sample), ("goal",))
    assert found["goal"].status in {"refused", "bounded"}
    assert not found["goal"].carried


def test_too_few_persons_carry_nothing() -> None:
    sample = simulated(n_persons=60)
    found = gates(sample, panel_of(sample), ("goal",))
    assert found["goal"].status == "inconclusive"


def test_two_occasions_climb_the_ladder_too() -> None:
    sample = sessions(simulated(n_persons=400, complete=True), 1.0, 2.0)
    found = gates(sample, panel_of(sample), ("goal",))
    assert found["goal"].occasions == (1.0, 2.0)
    assert found["goal"].carried


def test_a_ladder_that_nobody_asked_for_carries_nothing() -> None:
    options = replace(GROWTH, scales=("goal",), invariance=False)
    found = trajectory.analyse(simulated(), options)
    assert found.scales["goal"].invariance.status == "not-assessed"
    assert any("may work differently" in caution for caution in found.cautions)


def test_an_interval_of_a_variance_that_reaches_below_zero_says_so() -> None:
    options = replace(GROWTH, scales=("goal",), invariance=False)
    seen = 0
    for seed in range(6):
        growth = trajectory.analyse(simulated(n_persons=60, seed=seed), options).scales["goal"]
        assert growth.growth is not None
        slope = growth.growth.variances.slope
        if slope.interval is not None and slope.interval.lower < 0.0:
            assert slope.caution is not None
            seen += 1
    assert seen
