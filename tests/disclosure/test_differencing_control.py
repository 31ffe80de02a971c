"""Numbers of persons in different sections of a study: no two give a small one away."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.disclosure import is_small, shown_sizes
from schemas.definition import Definition
from service.differencing_control import WITHHELD, told_by_differences, without_differences
from service.reports.disclosure import findings_in_result
from tests.validity.making import public, study

COUNTS = st.lists(st.integers(1, 200), max_size=12)


@given(COUNTS, COUNTS)
def test_no_size_that_is_added_differs_by_few_from_another(
    fixed: list[int], sizes: list[int]
) -> None:
    shown = shown_sizes(fixed, sizes)
    assert set(fixed) <= shown <= {*fixed, *sizes}
    for added in shown - set(fixed):
        assert not is_small(added)
        assert not any(is_small(abs(added - other)) for other in shown)


@given(COUNTS)
def test_the_whole_is_always_shown_unless_it_is_few(sizes: list[int]) -> None:
    largest = max(sizes, default=0)
    assert is_small(largest) or largest == 0 or largest in shown_sizes([], sizes)


@given(st.lists(st.integers(80, 120), min_size=4, max_size=4), st.integers(0, 14))
def test_whatever_the_sections_rest_on_nothing_differs_by_few(
    sizes: list[int], n_of_no_group: int
) -> None:
    found = {
        "sample": {"n_persons": 120, "n_complete": sizes[0], "items": [], "counts": []},
        "items": {"items": [{"n_answered": 120}, {"n_answered": 104}], "cautions": []},
        "cfa": {"n_persons": sizes[0], "models": [{"n_persons": sizes[0]}], "cautions": []},
        "criterion": {
            "n_persons": sizes[1],
            "occasions": {"n_responses": 300, "n_set_aside": 300 - sizes[1]},
            "associations": [{"n_persons": sizes[2], "pearson": {"n_persons": sizes[2]}}],
            "cautions": [],
        },
        "invariance": {
            "n_persons": sizes[3],
            "groups": [{"name": "a", "n": 60}, {"name": "b", "n": sizes[3] - 60 - n_of_no_group}],
        },
    }
    kept = without_differences(found)
    assert kept["sample"]["n_persons"] == 120
    assert told_by_differences(kept) == []
    shown = {*named(kept, "n_persons", "n_complete")}
    groups = [group["n"] for group in kept["invariance"]["groups"]]
    if None not in groups:
        shown.add(sum(groups))
    occasions = kept["criterion"]["occasions"]
    if None not in occasions.values():
        shown.add(occasions["n_responses"] - occasions["n_set_aside"])
    for one, other in combinations(sorted(shown), 2):
        assert not is_small(other - one), (one, other)
    assert not any(is_small(abs(104 - one)) for one in shown - {sum(filter(None, groups))})


@pytest.fixture(scope="module")
def sections(wai_sr: Definition) -> dict[str, Any]:
    """A study in which a few persons lack an answer, an outcome, a second rating or a group."""
    rng = np.random.default_rng(1)
    n_persons = 220
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=n_persons, seed=1)
    both = np.vstack([answers, answers])
    lacking = rng.choice(n_persons, size=int(rng.integers(1, 11)), replace=False)
    both[lacking, rng.integers(0, 12, lacking.size)] = np.nan
    groups = groups.copy()
    groups[: int(rng.integers(0, 11))] = None
    outcome = answers.sum(axis=1) + rng.normal(size=n_persons)
    outcome[rng.choice(n_persons, size=int(rng.integers(1, 11)), replace=False)] = np.nan
    last = int(rng.integers(1, 11))
    kept = np.arange(2 * n_persons) < 2 * n_persons - last
    result = public(
        wai_sr.instrument,
        both[kept],
        {"group": "group", "replicates": 20, "outcomes": ["plus_m"]},
        group=np.tile(groups, 2)[kept],
        person=np.tile(np.array([f"{n:08x}" for n in range(n_persons)], dtype=object), 2)[kept],
        session_number=np.repeat([3.0, 4.0], n_persons)[kept],
        plus_m=np.tile(outcome, 2)[kept],
    )
    return dict(json.loads(json.dumps(result)))


def named(value: Any, *names: str) -> Iterator[int]:
    """Every whole number of these names, but of groups, of other studies and of responses."""
    if isinstance(value, dict):
        if isinstance(value.get("group"), str) and "models" not in value:
            value = {name: one for name, one in value.items() if name in {"steps", "n_persons"}}
        for name, one in value.items():
            if name in names and isinstance(one, int):
                yield one
            elif name not in {"context", "counts", "groups", "standards"}:
                yield from named(one, *names)
    elif isinstance(value, list):
        for one in value:
            yield from named(one, *names)


def test_nothing_in_a_study_differs_by_few(sections: dict[str, Any]) -> None:
    study_of = sections["sections"]
    n_persons = study_of["sample"]["n_persons"]
    sizes = {*named(study_of, "n_persons", "n_pairs", "n_complete", "n")}
    assert n_persons in sizes
    for one, other in combinations(sorted(sizes), 2):
        assert not is_small(other - one), (one, other)
    parts = {*named(study_of, "n_answered", "n_scored", "n_screened", "observed")}
    assert not any(is_small(n_persons - part) for part in parts)


def test_groups_differ_by_few_neither_from_themselves_nor_in_sum(sections: dict[str, Any]) -> None:
    found = sections["sections"]
    for name in ("invariance", "comparison"):
        groups = found[name]["groups"]
        for column in found["sample"]["counts"]:
            counted = {one["value"]: one["n"] for one in column["counts"]}
            for group in groups if column["column"] == "group" else ():
                if None not in (group["n"], counted[group["name"]]):
                    assert not is_small(counted[group["name"]] - group["n"])
        if all(group["n"] is not None for group in groups):
            whole = sum(group["n"] for group in groups)
            assert not is_small(found["sample"]["n_persons"] - whole)


def test_a_withheld_number_is_said_and_does_not_come_back(sections: dict[str, Any]) -> None:
    found = sections["sections"]
    assert found["dimensionality"]["n_persons"] is None
    assert WITHHELD in found["dimensionality"]["cautions"]
    assert {model["n_persons"] for model in found["cfa"]["models"]} == {found["cfa"]["n_persons"]}
    assert found["sample"]["n_complete"] is None
    observed = {one["question"]: one for one in found["sufficiency"]["requirements"]}
    assert observed["factors"]["observed"] is observed["factors"]["more"] is None
    [outcome] = found["criterion"]["outcomes"]
    assert outcome["categories"] is None
    numbers = {one["property"]: one["numbers"] for one in sections["verdict"]["properties"]}
    assert numbers["structural-validity"].get("n_complete") is None
    assert numbers["reliability"].get("n_pairs") is None
    assert findings_in_result(sections) == []


def test_with_the_number_goes_the_criterion_that_it_follows_from() -> None:
    model = {"n_persons": 95, "aic": 100.0, "bic": 110.0}
    found = {
        "sample": {"n_persons": 100},
        "cfa_continuous": {"n_persons": 95, "models": [model], "cautions": []},
    }
    before = copy.deepcopy(found)
    kept = without_differences(found)["cfa_continuous"]
    assert found == before
    assert kept == {
        "n_persons": None,
        "models": [{"n_persons": None, "aic": 100.0, "bic": None}],
        "cautions": [WITHHELD],
    }


def test_groups_that_add_up_to_what_is_withheld_lose_the_smallest() -> None:
    found = {
        "sample": {"n_persons": 100, "items": []},
        "comparison": {"groups": [{"name": "a", "n": 60}, {"name": "b", "n": 35}], "cautions": []},
    }
    assert told_by_differences(found) == [("comparison", "groups", 1, "n")]


def test_a_number_that_stands_far_enough_away_stays() -> None:
    found = {
        "sample": {"n_persons": 100, "items": []},
        "cfa": {"n_persons": 89, "cautions": []},
        "efa": {"n_persons": 100, "cautions": []},
    }
    assert told_by_differences(found) == []
    assert without_differences(found) == found
