"""Can this sample answer, and how many more would it take?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import orjson
import pytest
from marshmallow import ValidationError
from scipy.stats import norm

from psychometrics.declared.shapes import to_json
from psychometrics.errors import OptionError, ResponsesError
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.analysis import analyse
from psychometrics.sample_size.rules import (
    persons_for_category,
    persons_for_correlation,
    persons_for_factors,
)
from psychometrics.types import no_progress
from schemas.analyses.sufficiency import SufficiencyOptionsSchema
from schemas.definition import Definition
from tests.criterion.making import sample_of

NAN = np.nan


@pytest.fixture
def form(wai_sr: Definition) -> Instrument:
    return wai_sr.instrument


def dumped(responses: ResponseMatrix, **options: Any) -> dict[str, Any]:
    chosen = SufficiencyOptionsSchema().load(options)
    result: dict[str, Any] = to_json(analyse(responses, chosen, progress=no_progress))
    return result


def _verdicts(result: dict[str, Any]) -> dict[str, tuple[bool, int | None]]:
    return {one["question"]: (one["sufficient"], one["more"]) for one in result["verdicts"]}


def _rules(result: dict[str, Any], question: str) -> list[dict[str, Any]]:
    return [one for one in result["requirements"] if one["question"] == question]


@pytest.mark.parametrize(("n_items", "persons"), [(3, 100), (12, 100), (15, 105), (36, 252)])
def test_a_factor_analysis_needs_seven_persons_an_item_and_a_hundred(
    n_items: int, persons: int
) -> None:
    assert persons_for_factors(n_items) == persons


@pytest.mark.parametrize("power", [0.8, 0.95])
@pytest.mark.parametrize("correlation", [0.1, 0.278, 0.6])
def test_the_size_for_a_correlation_is_the_smallest_with_the_power(
    correlation: float, power: float
) -> None:
    n = persons_for_correlation(correlation, power)

    def power_at(size: int) -> float:
        return float(norm.cdf(math.atanh(correlation) * math.sqrt(size - 3) - norm.ppf(0.975)))

    assert power_at(n) >= power > power_at(n - 1)


def test_the_size_for_a_correlation_of_three_tenths_is_the_textbook_s() -> None:
    # 85 persons for r = .30, power .80, two-sided 5% (Hulley et al., Designing clinical research)
    assert persons_for_correlation(0.3, 0.8) == 85


@pytest.mark.parametrize(
    ("chosen", "answered", "needed"), [(5, 100, 100), (1, 40, 200), (10, 100, 50), (0, 90, None)]
)
def test_a_category_fills_at_its_present_share(
    chosen: int, answered: int, needed: int | None
) -> None:
    assert persons_for_category(chosen, answered) == needed


def test_every_shortfall_is_a_number_of_persons(form: Instrument) -> None:
    answers = sample_of(form, 130).answers
    answers[:37, 4] = NAN
    sample = ResponseMatrix(
        instrument=form,
        answers=answers,
        columns={
            "setting": np.array(["op"] * 90 + ["pt"] * 40, dtype=object),
            "clinician": np.array([f"c{n % 4}" for n in range(130)], dtype=object),
            "plus_m": np.where(np.arange(130) < 50, 1.0 * np.arange(130), NAN),
        },
    )
    result = dumped(sample, group="setting", correlation=0.3)
    assert (result["n_persons"], result["n_complete"]) == (130, 93)
    verdicts = _verdicts(result)
    assert verdicts["factors"] == (False, 7)
    assert verdicts["groups"] == (False, 60)
    assert verdicts["items"] == (False, 7)
    assert verdicts["clinicians"] == (False, 6)
    assert verdicts["outcomes"] == (False, 35)
    assert [one["observed"] for one in _rules(result, "groups")] == [53, 40]
    assert result["clinicians"] == {
        "n_clinicians": 4,
        "n_with_several": 4,
        "smallest": 32,
        "median": 32.5,
        "largest": 33,
    }


def test_enough_is_said_to_be_enough(form: Instrument) -> None:
    sample = sample_of(form, 400, y=np.arange(400) % 23)
    result = dumped(sample, correlation=0.2)
    verdicts = _verdicts(result)
    assert verdicts["factors"] == verdicts["outcomes"] == verdicts["items"] == (True, 0)
    assert "clinicians" not in verdicts
    assert result["simulation"] is None


def test_a_category_nobody_chose_cannot_be_filled_by_counting(form: Instrument) -> None:
    answers = sample_of(form, 200).answers
    answers[answers[:, 2] == 1, 2] = 2
    result = dumped(ResponseMatrix(instrument=form, answers=answers))
    item = _rules(result, "categories")[2]
    assert item["where"] == "item 3, category 1"
    assert (item["observed"], item["met"], item["more"]) == (0, False, None)
    assert _verdicts(result)["categories"] == (False, None)


def test_categories_are_counted_in_each_group(form: Instrument) -> None:
    sample = sample_of(form, 40, setting=["op", "pt"] * 20)
    result = dumped(sample, group="setting")
    assert len(result["items"]) == 24
    assert {one["group"] for one in result["items"]} == {"op", "pt"}
    for one in result["items"]:
        assert sum(one["category_counts"]) == one["n_answered"] == 20


def test_a_person_counts_once(form: Instrument) -> None:
    people = [f"p{number % 30}" for number in range(120)]
    result = dumped(sample_of(form, 120, person=people))
    assert result["n_persons"] == 30
    assert _verdicts(result)["factors"] == (False, 70)
    assert any("90 responses" in caution for caution in result["cautions"])
    assert "p0" not in orjson.dumps(result).decode()


def test_every_rule_says_how_well_it_is_known(form: Instrument) -> None:
    sample = sample_of(form, 40, setting=["op", "pt"] * 20, y=np.arange(40), clinician=["a"] * 40)
    status = {
        one["question"]: one["status"] for one in dumped(sample, group="setting")["requirements"]
    }
    assert status == {
        "rasch": "chosen",
        "graded": "chosen",
        "factors": "verified",
        "groups": "chosen",
        "items": "chosen",
        "categories": "chosen",
        "clinicians": "chosen",
        "outcomes": "computed",
    }


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"group": "nowhere"}, "group"),
        ({"group": "alone"}, "group"),
        ({"outcomes": ["alone"]}, "outcomes/0"),
    ],
)
def test_columns_that_cannot_serve_are_refused(
    form: Instrument, options: dict[str, Any], option: str
) -> None:
    with pytest.raises(OptionError) as refusal:
        dumped(sample_of(form, 10, alone=["same"] * 10), **options)
    assert refusal.value.option == option


def test_a_sample_without_answers_is_refused(form: Instrument) -> None:
    with pytest.raises(ResponsesError, match="no rating"):
        dumped(ResponseMatrix(instrument=form, answers=np.full((4, 12), NAN)))


@pytest.mark.parametrize(
    "options",
    [
        {"correlation": 0},
        {"correlation": 1},
        {"power": 0.2},
        {"simulation": {"sizes": []}},
        {"simulation": {"replicates": 5}},
        {"simulation": {"factor_correlation": 1}},
        {"simulation": {"truth": "wished"}},
        {"bands": True},
    ],
)
def test_options_of_the_wrong_shape_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SufficiencyOptionsSchema().load(options)
