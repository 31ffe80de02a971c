"""Results of real analyses, protected: no count of 1 to 10 in them or between them."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import numpy as np
import pytest

from psychometrics.declared.shapes import to_json
from psychometrics.disclosure import is_small
from psychometrics.reliability.paired_results import (
    LimitsOfAgreement,
    Paired,
    PairedEstimate,
    RetestResult,
)
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, no_progress
from schemas.definition import Definition
from service.use_cases.analysis_registry import KINDS, Material
from service.use_cases.disclosure_control import protect
from tests.described import fits

N_PERSONS = 120


@pytest.fixture(scope="module")
def sample(wai_sr: Definition) -> ResponseMatrix:
    """Patients with a ceiling, a small third group, few missing answers and a clinician of two."""
    rng = np.random.default_rng(4)
    alliance = rng.normal(size=(N_PERSONS, 1))
    answers = np.clip(np.rint(4.2 + 0.8 * alliance + rng.normal(size=(N_PERSONS, 12))), 1, 5)
    answers[:4, 2] = np.nan
    outcome = alliance[:, 0] + rng.normal(size=N_PERSONS)
    outcome[100:105] = np.nan
    site = np.array(["a"] * 60 + ["b"] * 54 + ["c"] * 6, dtype=object)
    return ResponseMatrix(
        instrument=wai_sr.instrument,
        answers=answers,
        columns={
            "site": site,
            "person": np.array([f"p{n}" for n in range(N_PERSONS)], dtype=object),
            "clinician": np.array([f"c{n // 9}" for n in range(N_PERSONS)], dtype=object),
            "outcome": outcome,
            "session_number": np.repeat([2.0], N_PERSONS),
        },
    )


def run(kind: str, sample: ResponseMatrix, **options: Any) -> dict[str, Any]:
    return KINDS[kind].run(Material(responses=sample), options, no_progress)


def test_a_result_is_left_as_it_is(sample: ResponseMatrix) -> None:
    result = run("items", sample)
    before = copy.deepcopy(result)
    protect("items", result)
    assert result == before


def test_no_category_of_an_item_can_be_found(sample: ResponseMatrix) -> None:
    result = run("items", sample)
    protected = protect("items", result)
    for true, item in zip(result["items"], protected["items"], strict=True):
        counts = item["category_counts"]
        assert not any(is_small(count) for count in counts)
        if None in counts or item["n_answered"] is None:
            rest = N_PERSONS - sum(count or 0 for count in counts)
            assert rest > 10
            assert item["skewness"] is item["kurtosis"] is None
            assert item["mean"] is None or item["mean"] == round(true["mean"], 1)
        for share, cell in (("floor", counts[0]), ("ceiling", counts[-1])):
            assert item[share] is None or cell is not None
    assert protected["items"][2]["n_answered"] is None
    assert protected["items"][2]["missing"] is None


def test_shares_that_are_small_counts_are_withheld(sample: ResponseMatrix) -> None:
    result = run("items", sample)
    protected = protect("items", result)
    assert protected["missing"]["n_complete"] is None
    assert protected["missing"]["share"] is None
    for true, scale in zip(result["scales"].values(), protected["scales"].values(), strict=True):
        for name in ("floor", "ceiling"):
            count = round(true[name] * true["n_scored"])
            assert (scale[name] is None) == is_small(count)


def section_of(missing: BoolArray) -> dict[str, Any]:
    """What the section on the sample says of answers that are missing."""
    items = [
        {
            "item": place + 1,
            "group": None,
            "n_persons": len(missing),
            "n_missing": n,
            "missing": share,
        }
        for place, (n, share) in enumerate(
            zip(missing.sum(axis=0).tolist(), missing.mean(axis=0).tolist(), strict=True)
        )
    ]
    return {
        "n_persons": len(missing),
        "n_responses": len(missing),
        "respondent": None,
        "rule": "The first rating of each person.",
        "cautions": [],
        "n_set_aside": 0,
        "n_other_respondents": 0,
        "n_complete": int((~missing.any(axis=1)).sum()),
        "counts": [],
        "clinicians": None,
        "missing": float(missing.mean()),
        "items": items,
    }


@pytest.mark.parametrize(
    ("missing", "tells"),
    [
        ({2: 4, 5: 30}, True),  # one withheld: the total less the other
        ({2: 2, 3: 3, 5: 30}, True),  # two withheld, and their sum is small too
        ({2: 1, 3: 1, 4: 1, 5: 30}, True),
        ({2: 6, 3: 9, 5: 30}, False),
        ({4: 25, 5: 30}, False),
    ],
)
@pytest.mark.parametrize("kind", ["items", "sample"])
def test_the_share_of_all_missing_answers_tells_of_no_item(
    sample: ResponseMatrix, kind: str, missing: dict[int, int], tells: bool
) -> None:
    """Categories are as many as they are: every one of three has 40 answers or none."""
    answers = np.tile(np.repeat([1.0, 3.0, 5.0], N_PERSONS // 3)[:, None], 12)
    for item, n in missing.items():
        answers[:: N_PERSONS // n, item][:n] = np.nan
        assert np.isnan(answers[:, item]).sum() == n
    if kind == "items":
        result = run(kind, dataclasses.replace(sample, answers=answers))
    else:
        result = section_of(np.isnan(answers))
    protected = protect(kind, result)
    whole = protected["missing"]["share"] if kind == "items" else protected["missing"]
    assert (whole is None) == tells
    shown = [one["missing"] for one in protected["items"]]
    small = [item for item, n in missing.items() if n <= 10]
    assert {item for item, share in enumerate(shown) if share is None} == set(small)


def test_groups_lose_the_same_categories_and_the_small_one_everything(
    sample: ResponseMatrix,
) -> None:
    protected = protect("sufficiency", run("sufficiency", sample, group="site"))
    for item in range(1, 13):
        groups = {one["group"]: one for one in protected["items"] if one["item"] == item}
        assert set(groups["c"]["category_counts"]) == {None}
        shown = [
            [count is None for count in groups[name]["category_counts"]]
            for name in ("a", "b")
            if groups[name]["n_answered"] is not None
        ]
        assert all(pattern == shown[0] for pattern in shown)
    observed = {one["where"]: one for one in protected["requirements"]}
    assert observed["group c"]["observed"] is observed["group c"]["more"] is None
    assert not any(is_small(one["observed"]) for one in protected["requirements"])
    assert protected["clinicians"]["smallest"] is None


def test_a_small_group_takes_another_with_it_in_every_list(sample: ResponseMatrix) -> None:
    result = {
        "groups": [{"name": "a", "n": 60}, {"name": "b", "n": 54}, {"name": "c", "n": 6}],
        "observed_means": [
            {"group": name, "scale": "total", "mean": 40.0, "sd": 5.0, "n": n}
            for name, n in (("a", 60), ("b", 54), ("c", 6))
        ],
        "cautions": ["3 persons have no group."],
    }
    protected = protect("comparison", result)
    assert [group["n"] for group in protected["groups"]] == [60, None, None]
    assert [mean["mean"] for mean in protected["observed_means"]] == [40.0, None, None]
    assert [mean["n"] for mean in protected["observed_means"]] == [60, None, None]
    assert protected["cautions"] == ["10 or fewer persons have no group."]


def test_missing_outcomes_are_not_counted_out(sample: ResponseMatrix) -> None:
    result = run("criterion", sample, outcomes=["outcome"], strata="site")
    protected = protect("criterion", result)
    (outcome,) = protected["outcomes"]
    assert result["outcomes"][0]["n_missing"] == 5
    assert outcome["n_missing"] is None
    assert list(outcome["timing_counts"].values()).count(None) == 1
    for one in protected["associations"]:
        strata = {stratum["name"]: stratum for stratum in one["pooled"]["strata"]}
        assert strata["c"]["correlation"]["estimate"] is None
        assert strata["c"]["correlation"]["n_persons"] is None
        assert strata["b"]["weight"] is None
        assert strata["a"]["correlation"]["estimate"] is not None


def test_a_result_of_few_persons_keeps_its_words_alone() -> None:
    found = PairedEstimate(estimate=1.5, standard_error=0.5, reason="a reason")
    few = Paired(
        n_pairs=7,
        means=(1.0, 2.0),
        sds=(1.0, 2.0),
        difference=found,
        icc_2_1=found,
        icc_3_1=found,
        icc_2_k=found,
        correlation=found,
        standard_error_of_measurement=found,
        standard_error_agreement=1.0,
        smallest_detectable_change=2.0,
        limits_of_agreement=LimitsOfAgreement(lower=found, upper=found),
        density=None,
    )
    whole = RetestResult(n_persons=30, occasions=(1, 2), scales={"goal": few}, cautions=())
    protected = protect("retest", to_json(whole))
    goal = protected["scales"]["goal"]
    assert goal["n_pairs"] is None
    assert goal["difference"] == {
        "estimate": None, "standard_error": None, "interval": None, "reason": "a reason"
    }  # fmt: skip
    assert goal["means"] == [None, None]
    assert protected["n_persons"] == 30
    fits(RetestResult, protected)
