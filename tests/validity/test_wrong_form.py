"""Answers that contradict the form are named, and nothing else is judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psychometrics.instrument import Instrument
from psychometrics.items.contradiction import contradictions
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray
from schemas.definition import Definition
from service.catalog.catalog import shipped_definitions
from tests.validity.making import study, validity

QUICK: dict[str, Any] = {"replicates": 10, "outcomes": None}


def turned(instrument: Instrument, answers: FloatArray, *items: int) -> FloatArray:
    """Answer some items as if they were worded the other way."""
    changed = answers.copy()
    columns = np.asarray(items) - 1
    changed[:, columns] = instrument.minimum + instrument.maximum - changed[:, columns]
    return changed


def found(instrument: Instrument, answers: FloatArray) -> list[tuple[str, tuple[int, ...]]]:
    responses = ResponseMatrix(instrument=instrument, answers=answers)
    return [(one.code, one.items) for one in contradictions(responses)]


@pytest.mark.parametrize("form", ["wai-sr-client", "wai-s-client", "wai-36-client"])
@pytest.mark.parametrize("n_persons", [30, 100, 300])
def test_answers_under_the_right_form_contradict_nothing(form: str, n_persons: int) -> None:
    instrument = shipped_definitions()[form].instrument
    for seed in range(20):
        answers, _ = study(instrument, "holds-up", n_persons=n_persons, seed=seed)
        assert found(instrument, answers) == []


def test_one_item_that_is_turned_is_named(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=150, seed=2)
    assert found(wai_sr.instrument, turned(wai_sr.instrument, answers, 7)) == [("key", (7,))]


def test_items_are_named_although_answers_are_missing(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=200, seed=2)
    answers = turned(wai_sr.instrument, answers, 7)
    answers[np.random.default_rng(5).random(answers.shape) < 0.3] = np.nan
    assert found(wai_sr.instrument, answers) == [("key", (7,))]


def test_half_of_a_subscale_names_both_halves(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=150, seed=2)
    answers = turned(wai_sr.instrument, answers, 3, 5)
    assert found(wai_sr.instrument, answers) == [("key", (3, 5, 7, 9))]


def test_a_whole_subscale_that_is_turned_is_found_beside_the_others(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=200, seed=2)
    goal = wai_sr.instrument.subscales["goal"].items
    assert found(wai_sr.instrument, turned(wai_sr.instrument, answers, *goal)) == [("key", goal)]


def test_answers_that_were_reversed_before_they_came_are_found(wai_36: Definition) -> None:
    answers, _ = study(wai_36.instrument, "holds-up", n_persons=100, seed=2)
    seen = contradictions(
        ResponseMatrix(instrument=wai_36.instrument, answers=wai_36.instrument.recode(answers))
    )
    assert {one.subscale for one in seen} == {"goal", "task", "bond"}
    assert all("reversed before they came" in one.detail for one in seen)


def test_answers_of_a_shorter_range_are_found(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=100, seed=2)
    seven = shipped_definitions()["wai-s-client"].instrument
    assert ("range", ()) in found(seven, answers)


def test_few_answers_say_nothing_of_the_range(wai_sr: Definition) -> None:
    seven = shipped_definitions()["wai-s-client"].instrument
    answers = np.full((20, 12), 4.0)
    answers[:10] = 5.0
    assert ("range", ()) not in found(seven, answers)


def test_everybody_at_an_end_contradicts_nothing(wai_sr: Definition) -> None:
    for answer in (1.0, 5.0):
        assert found(wai_sr.instrument, np.full((200, 12), answer)) == []


def test_unrelated_answers_seldom_contradict_the_key(wai_sr: Definition) -> None:
    seen = [
        found(
            wai_sr.instrument,
            np.random.default_rng(seed).integers(1, 6, (100, 12)).astype(np.float64),
        )
        for seed in range(100)
    ]
    assert sum(map(bool, seen)) <= 5  # of 100 samples; four looks at each


def test_the_order_of_the_persons_does_not_matter(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=100, seed=2)
    answers = turned(wai_sr.instrument, answers, 7)
    assert found(wai_sr.instrument, answers) == found(wai_sr.instrument, answers[::-1])


@pytest.fixture(scope="module")
def contradicted(wai_sr: Definition) -> dict[str, Any]:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=300, seed=1)
    answers = turned(wai_sr.instrument, answers, 4)
    options = QUICK | {"group": "group"}
    return validity(wai_sr.instrument, answers, options, group=groups)["verdict"]


def test_under_a_wrong_form_nothing_is_judged(contradicted: dict[str, Any]) -> None:
    assert contradicted["code"] == "wrong-form"
    assert {one["rating"] for one in contradicted["properties"]} == {"not-assessed"}
    assert [one["code"] for one in contradicted["scores"]] == ["cannot-say"] * 4


def test_what_contradicts_is_said_everywhere(contradicted: dict[str, Any]) -> None:
    said = [contradicted["answer"], *contradicted["because"]]
    said += [" ".join(one["because"]) for one in contradicted["scores"]]
    assert all("tem 4" in words for words in said)
    assert contradicted["would_change_it"]
