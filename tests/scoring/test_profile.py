"""Which scales stand lower within one form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.scoring.profile import Comparison, profile
from service.catalog.catalog import shipped_definitions

FORM = shipped_definitions()["wai-sr-client"].instrument
NAMES = tuple(scale.name for scale in FORM)


def means(goal: float | None, task: float | None, bond: float | None) -> dict[str, float | None]:
    return {"goal": goal, "task": task, "bond": bond, "total": None}


@pytest.mark.parametrize(
    ("given_means", "comparison", "lower", "higher"),
    [
        (means(4.25, 3.75, 4.5), Comparison.LOWER, ("task",), ("goal", "bond")),
        (means(4.0, 4.25, 5.0), Comparison.LOWER, ("goal", "task"), ("bond",)),
        (means(4.0, 4.25, 4.5), Comparison.LOWER, ("goal",), ("bond",)),
        (means(5.0, 5.0, 3.0), Comparison.LOWER, ("bond",), ("goal", "task")),
        (means(4.0, 4.25, 4.0), Comparison.HARDLY_APART, (), ()),
        (means(13 / 3, 4 + 1 / 12, 13 / 3), Comparison.HARDLY_APART, (), ()),
        (means(5.0, 5.0, 5.0), Comparison.LEVEL, (), ()),
        (means(1.0, None, 5.0), Comparison.UNSCORABLE, (), ()),
    ],
)
def test_a_scale_stands_lower_only_when_one_answer_could_not_undo_it(
    given_means: dict[str, float | None],
    comparison: Comparison,
    lower: tuple[str, ...],
    higher: tuple[str, ...],
) -> None:
    found = profile(FORM, given_means)
    assert found.comparison is comparison
    assert set(found.lower) == set(lower)
    assert set(found.higher) == set(higher)


@given(st.tuples(*[st.integers(4, 20)] * 3), st.integers(-8, 8))
def test_moving_all_scales_alike_changes_nothing(scores: tuple[int, ...], shift: int) -> None:
    here = {name: score / 4 for name, score in zip(NAMES, scores, strict=True)}
    there = {name: mean + shift / 4 for name, mean in here.items()}
    assert profile(FORM, here) == profile(FORM, there)


@given(st.tuples(*[st.integers(4, 20)] * 3))
def test_what_stands_lower_is_below_what_stands_higher(scores: tuple[int, ...]) -> None:
    here = {name: score / 4 for name, score in zip(NAMES, scores, strict=True)}
    found = profile(FORM, here)
    assert all(here[low] < here[high] for low in found.lower for high in found.higher)
    assert bool(found.lower) == bool(found.higher) == (found.comparison is Comparison.LOWER)
    assert not found.lower or min(here, key=lambda name: here[name]) in found.lower
