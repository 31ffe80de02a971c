"""Pointers say where a fault is, and name nothing that may identify a person."""

from __future__ import annotations

import pytest

from schemas.json_pointers import NUMBERED_WORD, faults_of

UNKNOWN = ["Unknown field."]


@pytest.mark.parametrize("name", ["p-271828", "p017", "Jane Doe", "310180-123A", "1", "", "a/b"])
def test_an_unknown_field_that_may_be_a_pseudonym_is_not_named(name: str) -> None:
    [fault] = faults_of({name: UNKNOWN}, at="/options")
    assert fault.pointer == "/options"


def test_plain_words_and_places_in_lists_are_named() -> None:
    [fault] = faults_of({"outcomes": {3: {"session_number": UNKNOWN}}}, at="/options")
    assert fault.pointer == "/options/outcomes/3/session_number"


def test_a_definition_may_number_its_subscales() -> None:
    [fault] = faults_of({"subscales": {"factor1": {0: UNKNOWN}}}, names=NUMBERED_WORD)
    assert fault.pointer == "/subscales/factor1/0"
    [fault] = faults_of({"p-271828": UNKNOWN}, names=NUMBERED_WORD)
    assert fault.pointer == ""
