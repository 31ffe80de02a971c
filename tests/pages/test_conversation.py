"""One form as the beginning of a conversation."""

from __future__ import annotations

import pytest

from tests.pages.visiting import PLANTED, Browser

ITEMS = {f"item {item}": "5" for item in range(1, 13)}
LOWER_TASKS = {**ITEMS, "item 1": "2", "item 2": "2", "item 10": "2", "item 12": ""}


@pytest.mark.parametrize(
    ("language", "said"), [("en", "tasks lie lower"), ("de", "den Aufgaben niedriger")]
)
def test_one_form_begins_a_conversation(person: Browser, language: str, said: str) -> None:
    address = "/conversation?instrument=wai-sr-client"
    fields = {"mark": person.mark(address), "instrument": "wai-sr-client", "language": language}
    page = person.send("/conversation", {**fields, **LOWER_TASKS})
    assert page.status_code == 200
    assert said in page.text
    assert page.text.count("?</li>") == 6


@pytest.mark.parametrize("answer", ["0", "6", "2.5", PLANTED, "a", "²", "-1", "1e1"])
def test_an_answer_that_cannot_be_is_refused_and_not_repeated(person: Browser, answer: str) -> None:
    address = "/conversation?instrument=wai-sr-client"
    fields = {"mark": person.mark(address), "instrument": "wai-sr-client", **ITEMS}
    page = person.send("/conversation", {**fields, "item 3": answer})
    assert page.status_code == 422
    assert "whole number from 1 to 5" in page.text
    assert PLANTED not in page.text


COURSE = {
    "earlier goal": "13 - 18",
    "reliability goal": "0,84",
    "sd goal": "2.5",
    "source": "our clinic's sample of 2025, omega",
}


def test_earlier_scores_show_the_course_with_its_band(person: Browser) -> None:
    address = "/conversation?instrument=wai-sr-client"
    fields = {"mark": person.mark(address), "instrument": "wai-sr-client", **ITEMS, **COURSE}
    page = person.send("/conversation", fields)
    assert page.status_code == 200
    assert "It cannot say whether a change matters" in page.text
    assert "Smallest detectable change 2.8 points" in page.text
    assert "+7" in page.text
    assert page.text.count("<circle") == 3
    for word in ("improved", "deteriorated", "recovered", "significant"):
        assert word not in page.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("earlier goal", "13 99"),
        ("earlier goal", PLANTED),
        ("reliability goal", ""),
        ("reliability goal", "1"),
        ("sd goal", "0"),
        ("source", ""),
    ],
)
def test_a_course_that_cannot_be_is_refused_and_not_repeated(
    person: Browser, field: str, value: str
) -> None:
    address = "/conversation?instrument=wai-sr-client"
    fields = {"mark": person.mark(address), "instrument": "wai-sr-client", **ITEMS, **COURSE}
    page = person.send("/conversation", fields | {field: value})
    assert page.status_code == 422
    assert PLANTED not in page.text


@pytest.mark.parametrize("instrument", ["unheard-of", "wai-srt-therapist", "<b>"])
def test_a_form_that_cannot_be_scored_is_a_page(person: Browser, instrument: str) -> None:
    page = person.get(f"/conversation?instrument={instrument}")
    assert page.status_code == 422
    assert "<main" in page.text
