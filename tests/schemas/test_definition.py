"""Definitions: the shipped ones are right, malformed ones are refused with their place."""

from __future__ import annotations

import copy
from typing import Any

import orjson
import pytest

from schemas.definition import Definition, load_definition, parse_definition
from schemas.validation_errors import RefusedInputError, UnreadableInputError
from service.catalog.catalog import Catalog, shipped_definitions

CATALOGUE = {
    "wai-36-client": (36, 7, 14, "verified"),
    "wai-36-therapist": (36, 7, 14, "recalled"),
    "wai-36-observer": (36, 7, 14, "recalled"),
    "wai-s-client": (12, 7, 2, "verified"),
    "wai-s-therapist": (12, 7, 2, "recalled"),
    "wai-sr-client": (12, 5, 0, "verified"),
    "wai-sr-therapist": (12, 5, 0, "recalled"),
    "wai-srt-therapist": (10, 5, 0, "unverified"),
}


def document(definition: Definition) -> dict[str, Any]:
    return copy.deepcopy(dict(definition.document))


def pointers(malformed: object) -> list[str]:
    with pytest.raises(RefusedInputError) as refusal:
        load_definition(malformed)
    return [fault.pointer for fault in refusal.value.faults]


def test_the_catalogue_holds_the_eight_forms() -> None:
    found = {
        name: (
            definition.instrument.n_items,
            definition.instrument.maximum,
            len(definition.instrument.reversed_items),
            definition.key_status,
        )
        for name, definition in shipped_definitions().items()
    }
    assert found == CATALOGUE


def test_every_shipped_form_scores_each_item_once_and_names_sources_and_rights() -> None:
    for definition in shipped_definitions().values():
        n_items = definition.instrument.n_items
        assert definition.instrument.scored_items == tuple(range(1, n_items + 1))
        assert definition.document["sources"]
        assert definition.document["rights"]


def test_item_24_is_task_and_25_is_goal_in_the_long_form(wai_36: Definition) -> None:
    assert wai_36.instrument.subscale_of(24) == "task"
    assert wai_36.instrument.subscale_of(25) == "goal"


def test_the_hash_depends_on_the_rule_and_not_on_the_order_of_its_fields(
    wai_sr: Definition,
) -> None:
    turned = dict(reversed(list(document(wai_sr).items())))
    changed = document(wai_sr) | {"version": "1.0.1"}
    assert load_definition(turned).sha256 == wai_sr.sha256
    assert load_definition(changed).sha256 != wai_sr.sha256


def test_an_unverified_key_scores_only_after_it_was_confirmed() -> None:
    definitions = shipped_definitions()
    form = definitions["wai-srt-therapist"]
    with pytest.raises(RefusedInputError) as refusal:
        Catalog(definitions=definitions).scoring_rule(form)
    assert refusal.value.faults[0].code == "unverified-key"
    confirmed = Catalog(definitions=definitions, confirmed=frozenset({"wai-srt-therapist"}))
    assert confirmed.scoring_rule(form) is form


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        (("subscales", "task", 0), 4, "/subscales/task/0"),
        (("subscales", "bond", 3), 13, "/subscales/bond/3"),
        (("subscales", "bond"), [], "/subscales/bond"),
        (("subscales", "bond", 1), "5", "/subscales/bond/1"),
        (("subscales", "bond", 1), True, "/subscales/bond/1"),
        (("reversed",), [13], "/reversed/0"),
        (("reversed",), [4, 4], "/reversed/1"),
        (("response", "maximum"), 1, "/response/maximum"),
        (("response", "minimum"), 1.5, "/response/minimum"),
        (("items",), 0, "/items"),
        (("missing", "minimum_answered", "goal"), 5, "/missing/minimum_answered/goal"),
        (("missing", "minimum_answered", "gaol"), 3, "/missing/minimum_answered/gaol"),
        (("id",), "No Spaces", "/id"),
        (("key_status",), "sure", "/key_status"),
        (("bands",), [20, 40], "/bands"),
        (("sources", 0, "doi"), "nonsense", "/sources/0/doi"),
    ],
)
def test_a_malformed_definition_is_refused_with_its_place(
    wai_sr: Definition, path: tuple[str | int, ...], value: object, pointer: str
) -> None:
    malformed = document(wai_sr)
    place: Any = malformed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert pointers(malformed) == [pointer]


@pytest.mark.parametrize("field", ["id", "version", "items", "response", "subscales"])
def test_a_definition_without_a_required_field_is_refused(wai_sr: Definition, field: str) -> None:
    malformed = document(wai_sr)
    del malformed[field]
    assert pointers(malformed) == [f"/{field}"]


def test_what_is_not_an_object_is_refused() -> None:
    assert pointers([1, 2]) == [""]
    with pytest.raises(UnreadableInputError):
        parse_definition(b"{")


def test_a_definition_survives_the_way_out_and_in(wai_36: Definition) -> None:
    again = parse_definition(orjson.dumps(wai_36.document))
    assert again == wai_36
