"""Pearson, Spearman and partial correlations, by their identities and by R."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from psychometrics.criterion.product_moment import (
    correlation,
    is_constant,
    partial,
    pearson,
    spearman,
)
from tests.criterion.against_r import golden, made

LEVEL = 0.95
VALUES = arrays(np.float64, (30, 3), elements=st.integers(0, 50).map(float))


@given(VALUES)
def test_direction_and_unit_of_either_variable_change_only_the_sign(values: np.ndarray) -> None:
    score, outcome, _ = values.T
    if is_constant(score) or is_constant(outcome):
        return
    assert correlation(5 - 3 * score, 2 * outcome + 7) == pytest.approx(
        -correlation(score, outcome), abs=1e-12
    )
    assert correlation(score, outcome) == pytest.approx(
        np.corrcoef(score, outcome)[0, 1], abs=1e-12
    )


@given(VALUES)
def test_no_coefficient_is_ever_not_a_number(values: np.ndarray) -> None:
    score, outcome, baseline = values.T
    for one in (
        pearson(score, outcome, level=LEVEL),
        spearman(score, outcome, level=LEVEL),
        partial(score, outcome, baseline, name="baseline", level=LEVEL),
    ):
        assert one.estimate is None or abs(one.estimate) <= 1.0
        assert (one.interval is None) == (one.reason is not None)
        if one.interval is not None and one.estimate is not None:
            assert -1 < one.interval.lower < one.estimate < one.interval.upper < 1


def test_spearman_sees_only_the_order(data: Path) -> None:
    values = made(data)
    assert spearman(values.score, values.number, level=LEVEL) == spearman(
        values.score**3, np.exp(values.number / 10), level=LEVEL
    )


def test_a_baseline_without_relation_changes_nothing() -> None:
    score = np.array([1.0, 2.0, 3.0, 1.0, 2.0, 3.0])
    outcome = np.array([1.0, 3.0, 4.0, 1.0, 3.0, 4.0])
    baseline = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0])
    found = partial(score, outcome, baseline, name="baseline", level=LEVEL)
    assert found.estimate == pytest.approx(correlation(score, outcome), abs=1e-12)


def test_pearson_is_that_of_r(data: Path) -> None:
    values, said = made(data), golden(data)["pearson"]
    found = pearson(values.score, values.number, level=LEVEL)
    _assert_same(found, said)


def test_spearman_is_that_of_r(data: Path) -> None:
    values, said = made(data), golden(data)["spearman"]
    _assert_same(spearman(values.score, values.number, level=LEVEL), said)


def test_the_partial_correlation_is_that_of_r(data: Path) -> None:
    values, said = made(data), golden(data)["partial"]
    _assert_same(partial(values.score, values.number, values.baseline, name="b", level=LEVEL), said)


def test_spearman_has_the_interval_of_its_author_s_published_example() -> None:
    # statpsych, documentation of ci.spear: estimate .8699639, interval [.5840951, .9638297]
    score = [67, 28, 30, 28, 52, 40, 25, 37, 44, 10, 14, 20, 28, 40, 51]
    outcome = [21, 4, 9, 12, 35, 18, 10, 22, 24, 1, 6, 8, 13, 16, 19]
    found = spearman(np.array(score, float), np.array(outcome, float), level=LEVEL)
    assert found.interval is not None
    assert found.estimate == pytest.approx(0.8699639, abs=5e-8)
    assert found.interval.lower == pytest.approx(0.5840951, abs=5e-8)
    assert found.interval.upper == pytest.approx(0.9638297, abs=5e-8)


@pytest.mark.parametrize(
    ("score", "outcome", "words"),
    [
        ([1, 2], [3, 4], "fewer than 4 persons"),
        ([], [], "fewer than 4 persons"),
        ([1, 1, 1, 1, 1], [1, 2, 3, 4, 5], "alliance score is the same"),
        ([1, 2, 3, 4, 5], [7.1] * 5, "outcome is the same"),
    ],
)
def test_what_cannot_be_correlated_says_why(
    score: list[float], outcome: list[float], words: str
) -> None:
    found = pearson(np.array(score, float), np.array(outcome, float), level=LEVEL)
    assert found.estimate is None
    assert found.interval is None
    assert words in str(found.reason)


def test_a_perfect_correlation_has_no_interval() -> None:
    score = np.arange(6.0)
    found = pearson(score, 3 - 2 * score, level=LEVEL)
    assert found.estimate == pytest.approx(-1.0)
    assert found.interval is None
    assert "perfect" in str(found.reason)


@pytest.mark.parametrize("copied", ["score", "outcome"])
def test_a_baseline_that_repeats_a_variable_has_no_partial_correlation(copied: str) -> None:
    rng = np.random.default_rng(1)
    variables = {"score": rng.standard_normal(20), "outcome": rng.standard_normal(20)}
    found = partial(**variables, baseline=2 * variables[copied] + 1, name="b", level=LEVEL)
    assert found.estimate is None
    assert "baseline" in str(found.reason)


def _assert_same(found: object, said: dict[str, object]) -> None:
    assert found.estimate == pytest.approx(said["estimate"], abs=1e-12)  # type: ignore[attr-defined]
    interval = found.interval  # type: ignore[attr-defined]
    assert [interval.lower, interval.upper] == pytest.approx(said["interval"], abs=1e-12)
