"""Bounds of a latent difference: what they contain, and what they do with items that differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.options import Estimator, Structure
from psychometrics.invariance.bounds import FlaggedItems, bounds, disagreeing, robust_mean
from psychometrics.invariance.comparison import analyse
from psychometrics.invariance.options import ComparisonOptions
from psychometrics.invariance.results import ComparisonResult
from psychometrics.invariance.workflow import study
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.definition import Definition
from tests.invariance.making import two_groups

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
FACTORS = ("goal", "task", "bond")


def compared(responses: ResponseMatrix, **given: Any) -> ComparisonResult:
    options = {"group": "setting", "structure": Structure.CORRELATED_FACTORS} | given
    return analyse(responses, ComparisonOptions(**options))


@pytest.fixture(scope="module")
def against_lavaan(data: Path, wai_sr: Definition) -> tuple[ComparisonResult, dict[str, Any]]:
    table = np.genfromtxt(data / "wai_1000.csv", delimiter=",", skip_header=1)
    responses = ResponseMatrix(
        instrument=wai_sr.instrument,
        answers=table[:, 1:],
        columns={"setting": table[:, 0].astype(int).astype(str).astype(object)},
    )
    golden = json.loads((GOLDEN / "freed_items_lavaan.json").read_text())
    return compared(responses, estimator=Estimator.MLR), golden


def test_each_freed_item_moves_the_difference_as_in_lavaan(
    against_lavaan: tuple[ComparisonResult, dict[str, Any]], wai_sr: Definition
) -> None:
    """Estimates to 1e-4, as everywhere beside lavaan: both stop near the minimum."""
    found, golden = against_lavaan
    assert [one.factor for one in found.bounds] == list(FACTORS)
    for one in found.bounds:
        plain = golden["scalar"][one.factor]["estimate"]
        moved = {
            item: golden["freed"][str(item)][one.factor]["estimate"] - plain
            for item in wai_sr.instrument.subscales[one.factor].items
        }
        most = max(moved, key=lambda item: abs(moved[item]))
        assert one.moved_most_by is not None
        assert one.moved_most_by.item == most
        assert one.moved_most_by.by == pytest.approx(moved[most], abs=1e-4)


def test_the_bounds_contain_the_interval_with_any_one_item_freed(
    against_lavaan: tuple[ComparisonResult, dict[str, Any]], wai_sr: Definition
) -> None:
    found, golden = against_lavaan
    for one in found.bounds:
        items = wai_sr.instrument.subscales[one.factor].items
        fits = [golden["scalar"], *(golden["freed"][str(item)] for item in items)]
        for fit in fits:
            estimate, error = fit[one.factor]["estimate"], fit[one.factor]["standard_error"]
            assert one.with_bias.lower <= estimate - 1.959964 * error + 1e-4
            assert one.with_bias.upper >= estimate + 1.959964 * error - 1e-4


@pytest.mark.parametrize("estimator", list(Estimator))
@pytest.mark.parametrize("shifted", [{}, {4: 0.6}, {4: 0.6, 5: -0.6}])
def test_bounds_contain_what_they_say(estimator: Estimator, shifted: dict[int, float]) -> None:
    found = compared(two_groups(400, seed=7, shifted=shifted), estimator=estimator)
    assert found.status in {"permitted", "partial", "bounded"}
    assert [one.factor for one in found.bounds] == list(FACTORS)
    for one in found.bounds:
        assert one.interval is not None
        assert one.robust_estimate is not None
        assert one.with_bias.lower <= one.interval.lower <= one.estimate <= one.interval.upper
        assert one.interval.upper <= one.with_bias.upper
        assert one.with_bias.lower <= one.robust_estimate <= one.with_bias.upper


def test_150_persons_a_group_are_enough_for_bounds() -> None:
    found = compared(two_groups(300, seed=3))
    assert found.status in {"permitted", "bounded"}
    assert found.bounds
    assert not found.observed_means or found.status == "permitted"


def test_bounded_shows_no_mean_but_the_difference() -> None:
    found = compared(two_groups(300, seed=3))
    assert found.status == "bounded"
    assert found.latent_means == found.observed_means == found.freed == ()


def test_half_of_a_factors_items_that_differ_refuse_the_comparison() -> None:
    found = compared(two_groups(1200, seed=3, shifted={4: 0.8, 6: 0.8}))
    assert found.status == "refused"
    assert found.bounds == ()
    assert "goal" in found.reason


def test_an_item_that_differs_is_suspect_and_moves_the_difference_most() -> None:
    found = compared(two_groups(800, seed=5, shifted={4: 0.8}), estimator=Estimator.MLR)
    goal = next(one for one in found.bounds if one.factor == "goal")
    assert goal.suspect_items == (4,)
    assert goal.moved_most_by is not None
    assert goal.moved_most_by.item == 4


def test_items_that_other_tests_flag_widen_the_bounds_by_what_they_move() -> None:
    options = ComparisonOptions(
        group="setting", structure=Structure.CORRELATED_FACTORS, estimator=Estimator.MLR
    )
    found = study(two_groups(300, seed=3), options, progress=no_progress)
    without = bounds(found).results
    group = without[0].group
    flagged = {(group, "goal"): FlaggedItems(items=(4,), moved=-2.0)}
    with_flagged = bounds(found, flagged).results
    goal, *others = without
    moved, *same = with_flagged
    assert (goal.factor, others) == ("goal", same)
    assert (moved.flagged_items, moved.moved_by_flagged) == ((4,), -2.0)
    assert moved.estimate == goal.estimate
    assert moved.with_bias.lower == goal.with_bias.lower
    assert goal.interval is not None
    assert moved.with_bias.upper == pytest.approx(goal.interval.upper + 2.0)


def test_a_robust_mean_ignores_an_outlier() -> None:
    d, errors = np.array([0.2, 0.25, 0.3, 5.0]), np.full(4, 0.1)
    theta, weights = robust_mean(d, errors)
    assert theta == pytest.approx(robust_mean(d[:3], errors[:3])[0], abs=1e-9)
    assert weights[3] == 0.0


def test_a_robust_mean_of_items_that_agree_is_nearly_the_weighted_one() -> None:
    d, errors = np.array([0.29, 0.30, 0.31]), np.array([0.1, 0.2, 0.1])
    assert robust_mean(d, errors)[0] == pytest.approx(np.average(d, weights=errors**-2), abs=1e-4)


def test_a_robust_mean_does_not_depend_on_the_order_and_moves_with_the_items() -> None:
    rng = np.random.default_rng(3)
    d, errors = rng.normal(size=7), rng.uniform(0.1, 0.3, size=7)
    order = rng.permutation(7)
    theta = robust_mean(d, errors)[0]
    assert robust_mean(d[order], errors[order])[0] == pytest.approx(theta, abs=1e-8)
    assert robust_mean(d + 1.0, errors)[0] == pytest.approx(theta + 1.0, abs=1e-8)


def test_only_the_items_that_disagree_are_named() -> None:
    covariance = 0.01 * np.eye(5)
    assert disagreeing(np.array([0.0, 0.1, 1.5, 0.05, -0.05]), covariance) == (2,)
    assert disagreeing(np.zeros(5), covariance) == ()


def test_estimates_that_vary_together_do_not_disagree_for_that() -> None:
    """A shared error moves all alike: Q looks at contrasts alone."""
    shared = np.ones((4, 4)) + 0.01 * np.eye(4)
    assert disagreeing(np.full(4, 3.0), shared) == ()
