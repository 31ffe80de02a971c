"""Which key made published sums; which form a file is."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics.declared.shapes import to_json
from psychometrics.errors import OptionError, ResponsesError
from psychometrics.items import analysis
from psychometrics.items.key_recovery import compare_forms, find_key
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from schemas.analyses.items import ItemsOptionsSchema
from schemas.definition import Definition
from service.catalog.catalog import shipped_definitions
from tests.classical import ROOT, form, simulated_patients, three_factor_answers


def published() -> dict[str, FloatArray]:
    columns = {
        "task": "published_task",
        "bond": "published_bond_MISKEYED",
        "goal": "published_goal",
    }
    with (ROOT / "examples/wai36_simulated_patients.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        name: np.array([float(row[column]) for row in rows]) for name, column in columns.items()
    }


def test_the_published_bond_sums_reversed_28_instead_of_29(wai_36: Definition) -> None:
    responses = simulated_patients(wai_36)
    bond = find_key(wai_36.instrument, responses.answers, published())["bond"]
    assert (bond.n_rows, bond.n_explained, bond.n_equally_good) == (277, 277, 1)
    assert bond.n_agree == 277 - 172
    assert bond.wrongly_reversed == (28,)
    assert bond.wrongly_kept == (29,)
    assert bond.reversed_items == (1, 20, 28)


@pytest.mark.parametrize("name", ["task", "goal"])
def test_the_other_published_sums_have_the_standard_key(wai_36: Definition, name: str) -> None:
    responses = simulated_patients(wai_36)
    finding = find_key(wai_36.instrument, responses.answers, {name: published()[name]})[name]
    assert finding.n_agree == finding.n_explained == 277
    assert finding.standard_key
    assert not finding.ambiguous


def test_a_few_mistyped_sums_do_not_hide_the_key(wai_36: Definition) -> None:
    sums = published()["bond"]
    sums[:20] += 1
    responses = simulated_patients(wai_36)
    finding = find_key(wai_36.instrument, responses.answers, {"bond": sums})["bond"]
    assert finding.reversed_items == (1, 20, 28)
    assert finding.n_explained >= 257


def test_sums_of_something_else_have_no_key(wai_36: Definition) -> None:
    responses = simulated_patients(wai_36)
    sums = np.random.default_rng(1).integers(12, 85, 277).astype(float)
    finding = find_key(wai_36.instrument, responses.answers, {"bond": sums})["bond"]
    assert finding.reversed_items is None


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=18, max_size=18), st.integers(0, 100))
def test_any_key_of_a_long_subscale_is_found_again(key: list[bool], seed: int) -> None:
    answers = three_factor_answers(80, 18, np.random.default_rng(seed))
    sums = np.where(key, 6 - answers, answers).sum(axis=1)
    finding = find_key(form(18), answers, {"all": sums})["all"]
    assert finding.reversed_items == tuple(item for item, on in enumerate(key, 1) if on)


def test_sums_of_an_unknown_subscale_are_refused(wai_36: Definition) -> None:
    responses = simulated_patients(wai_36)
    with pytest.raises(ResponsesError, match="no such subscale"):
        find_key(wai_36.instrument, responses.answers, {"trust": published()["bond"]})
    with pytest.raises(ResponsesError, match="one value"):
        find_key(wai_36.instrument, responses.answers, {"bond": published()["bond"][:5]})


def test_items_that_moved_between_subscales_are_found(wai_36: Definition) -> None:
    """Bond with item 24 of Task instead of 23, and 29 not reversed."""
    responses = simulated_patients(wai_36)
    items = [1, 5, 8, 17, 19, 20, 21, 24, 26, 28, 29, 36]
    given = responses.answers[:, np.array(items) - 1]
    sums = np.where(np.isin(items, [1, 20]), 8 - given, given).sum(axis=1)
    sums[:3] += 1
    finding = find_key(wai_36.instrument, responses.answers, {"bond": sums})["bond"]
    assert (finding.moved_in, finding.moved_out) == ((24,), (23,))
    assert finding.wrongly_kept == (29,)
    assert (finding.n_rows, finding.n_explained) == (277, 274)
    assert not finding.standard_key


def test_moved_items_are_not_guessed_from_few_responses(wai_36: Definition) -> None:
    few = simulated_patients(wai_36).answers[:30]
    sums = few[:, 12:24].sum(axis=1)
    finding = find_key(wai_36.instrument, few, {"bond": sums})["bond"]
    assert finding.items is None
    assert finding.n_equally_good == 0


def with_sums(responses: ResponseMatrix, **columns: Any) -> ResponseMatrix:
    return replace(responses, columns=columns)


def item_analysis(responses: ResponseMatrix, published_sums: dict[str, str]) -> dict[str, Any]:
    options = ItemsOptionsSchema().load({"published_sums": published_sums})
    found = analysis.analyse(responses, options, progress=no_progress)
    return dict(to_json(found))


def test_the_kind_items_looks_for_the_key_when_sums_are_named(wai_36: Definition) -> None:
    sums = published()
    responses = with_sums(simulated_patients(wai_36), b=sums["bond"], t=sums["task"])
    found = item_analysis(responses, {"bond": "b", "task": "t"})["key_forensics"]
    assert set(found) == {"bond", "task"}
    assert found["bond"]["reversed_items"] == [1, 20, 28]
    assert (found["bond"]["standard_key"], found["task"]["standard_key"]) == (False, True)
    assert found["bond"]["ambiguous"] is False
    assert item_analysis(responses, {})["key_forensics"] is None


def test_sums_that_nobody_has_leave_the_key_open(wai_36: Definition) -> None:
    responses = with_sums(simulated_patients(wai_36), b=np.full(277, np.nan))
    found = item_analysis(responses, {"bond": "b"})["key_forensics"]["bond"]
    assert (found["n_rows"], found["reversed_items"]) == (0, None)


@pytest.mark.parametrize(
    ("named", "option", "reason"),
    [
        ({"trust": "b"}, "published_sums/trust", "no such subscale"),
        ({"bond": "c"}, "published_sums/bond", "does not have"),
        ({"bond": "text"}, "published_sums/bond", "numbers only"),
    ],
)
def test_published_sums_that_cannot_be_read_are_refused(
    wai_36: Definition, named: dict[str, str], option: str, reason: str
) -> None:
    texts = np.array(["x"] * 277, dtype=object)
    responses = with_sums(simulated_patients(wai_36), b=published()["bond"], text=texts)
    with pytest.raises(OptionError, match=reason) as refusal:
        item_analysis(responses, named)
    assert refusal.value.option == option


def test_the_form_with_the_right_count_range_and_key_comes_first(wai_36: Definition) -> None:
    forms = [definition.instrument for definition in shipped_definitions().values()]
    key = wai_36.instrument.reversed_items
    miskeyed = replace(
        wai_36.instrument,
        version="0.0.1",
        reversed_items=tuple(28 if item == 29 else item for item in key),
        subscales=dict(wai_36.instrument.subscales),
    )
    found = compare_forms([miskeyed, *forms], simulated_patients(wai_36).answers)
    assert found[0].id.startswith("wai-36")
    assert found[0].version != "0.0.1"
    assert [fit.possible for fit in found if "36" not in fit.id] == [False] * 5
    assert next(fit for fit in found if fit.version == "0.0.1").n_negative >= 2
