"""Which scales stand lower within one form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.scoring.profile import Comparison, Profile, profile, profile_of_answers
from psychometrics.scoring.prorate import score
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
        (means(1.0, None, 5.0), Comparison.LOWER, ("goal",), ("bond",)),
        (means(1.0, None, None), Comparison.UNSCORABLE, (), ()),
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


def of_answers(answers: list[float | None], form: str = "wai-sr-client") -> Profile:
    instrument = shipped_definitions()[form].instrument
    row = np.array([np.nan if one is None else one for one in answers])
    scored = score(instrument, row[None, :])
    found = dict(zip(scored.scales, scored.means[0].tolist(), strict=True))
    means = {name: None if np.isnan(mean) else mean for name, mean in found.items()}
    return profile_of_answers(instrument, row, means)


def tasks(*given: float | None) -> list[float | None]:
    """Answer 4 to goals, 5 to the bond, and as given to tasks."""
    answers: list[float | None] = [5.0] * 12
    for scale, values in (("goal", (4.0,) * 4), ("task", given)):
        for item, value in zip(FORM.subscales[scale].items, values, strict=True):
            answers[item - 1] = value
    return answers


def test_a_single_answer_is_named_by_its_item_and_not_its_scale() -> None:
    one, two = of_answers(tasks(5, 5, 5, 1)), of_answers(tasks(2, 2, 2, 1))
    last = FORM.subscales["task"].items[-1]
    assert (one.items, "task" in one.lower) == ((last,), False)
    assert (two.comparison, two.lower, two.items) == (Comparison.LOWER, ("task",), ())


def test_one_high_answer_among_equal_ones_names_that_item_alone() -> None:
    answers: list[float | None] = [3.0] * 12
    answers[2] = 4.0
    assert of_answers(answers).comparison is Comparison.HARDLY_APART
    answers[2] = 5.0
    found = of_answers(answers)
    assert (found.comparison, found.lower, found.items) == (Comparison.SINGLE_ITEM, (), (3,))


@pytest.mark.parametrize(
    ("answer", "comparison"), [(5, Comparison.ALL_HIGHEST), (1, Comparison.ALL_LOWEST)]
)
def test_answers_at_one_end_are_said_first(answer: float, comparison: Comparison) -> None:
    assert of_answers([answer] * 12) == Profile(comparison=comparison)
    assert of_answers([answer] * 11 + [None]) == Profile(comparison=comparison)
    assert of_answers([3] * 12).comparison is Comparison.LEVEL


def test_the_same_answer_to_reversed_items_contradicts_itself() -> None:
    form = shipped_definitions()["wai-s-client"].instrument
    assert of_answers([7] * 12, form.id).comparison is Comparison.SAME_ANSWER
    best = [1 if item in form.reversed_items else 7 for item in range(1, 13)]
    assert of_answers(list(best), form.id).comparison is Comparison.ALL_HIGHEST


def test_too_few_answers_in_one_scale_leave_the_others() -> None:
    found = of_answers(tasks(None, None, 1, 1))
    assert (found.lower, found.higher, found.left_out) == (("goal",), ("bond",), ("task",))


@given(st.lists(st.integers(1, 5), min_size=12, max_size=12))
def test_a_named_scale_stays_lower_without_any_one_answer(answers: list[int]) -> None:
    found = of_answers([float(one) for one in answers])
    given_means = {scale.name: [float(answers[item - 1]) for item in scale.items] for scale in FORM}
    for name in found.lower:
        for place in range(4):
            rest = {s: list(values) for s, values in given_means.items()}
            rest[name].pop(place)
            assert np.mean(rest[name]) < max(np.mean(values) for values in rest.values())
