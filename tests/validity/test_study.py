from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from psychometrics.errors import EstimationError, OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from psychometrics.validity.results import ValidityResult
from schemas.analyses.validity import SECTIONS, STEPS
from schemas.definition import Definition
from service.file_reader.paths import read_path
from service.use_cases.analysis_registry import KINDS, Material
from tests.described import fits
from tests.validity.making import ratings, study, validity


@pytest.fixture(scope="module")
def holds_up(wai_sr: Definition) -> dict[str, Any]:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=1000, seed=1)
    return validity(wai_sr.instrument, answers, {"group": "group"}, group=groups)


@pytest.fixture(scope="module")
def merged(wai_sr: Definition) -> dict[str, Any]:
    answers, groups = study(wai_sr.instrument, "merged-ceiling", n_persons=1600, seed=1)
    return validity(wai_sr.instrument, answers, {"group": "group"}, group=groups)


def test_a_study_where_the_form_holds_up_is_found(holds_up: dict[str, Any]) -> None:
    assert holds_up["verdict"]["code"] == "holds-up"
    found = ratings(holds_up)
    for name in ("structural-validity", "internal-consistency", "measurement-invariance"):
        assert found[name] == "sufficient"
    assert found["content-validity"] == found["responsiveness"] == "not-assessed"


def test_a_study_where_it_does_not_is_found(merged: dict[str, Any]) -> None:
    verdict = merged["verdict"]
    assert verdict["code"] == "does-not-hold-up"
    assert "goal and task cannot be told apart" in verdict["answer"]
    assert "items 4 and 6 work differently" in verdict["answer"]
    assert ratings(merged)["floor-and-ceiling"] == "insufficient"


def test_every_section_is_there_and_has_the_shape_of_its_kind(holds_up: dict[str, Any]) -> None:
    sections = holds_up["sections"]
    assert list(sections) == [*SECTIONS, "standards"]
    assert len(sections["items"]["items"]) == 12
    assert {model["model"] for model in sections["cfa"]["models"]} >= {"one-factor", "bifactor"}
    assert sections["cfa"]["estimator"] == "WLSMV"
    assert sections["cfa_continuous"]["estimator"] == "MLR"
    assert sections["retest"]["computed"] is False
    assert sections["retest"]["reason"]


def test_every_computed_section_has_every_field_of_its_kind(holds_up: dict[str, Any]) -> None:
    fits(ValidityResult, holds_up)


def test_sections_of_a_sample_that_changed_meanwhile_are_refused(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=150, seed=4)
    kind = KINDS["validity"]
    material = Material(responses=ResponseMatrix(instrument=wai_sr.instrument, answers=answers))
    sample = kind.run_step("sample", {}, material, given={}, progress=no_progress)
    grown = Material(
        responses=ResponseMatrix(instrument=wai_sr.instrument, answers=np.vstack([answers] * 2))
    )
    with pytest.raises(EstimationError, match="came or went"):
        kind.run_step("items", {"sample": sample}, grown, given={}, progress=no_progress)
    kind.run_step("items", {"sample": sample}, material, given={}, progress=no_progress)


def test_every_property_names_a_rule_that_is_shown(holds_up: dict[str, Any]) -> None:
    shown = {rule["id"]: rule for rule in holds_up["sections"]["standards"]["rules"]}
    for one in holds_up["verdict"]["properties"]:
        assert shown[one["rule"]]["status"] == one["status"]
        assert one["caution"]


def test_steps_one_by_one_give_the_same(holds_up: dict[str, Any], wai_sr: Definition) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=1000, seed=1)
    responses = ResponseMatrix(
        instrument=wai_sr.instrument, answers=answers, columns={"group": groups}
    )
    done: dict[str, Any] = {}
    for step in STEPS:
        found = KINDS["validity"].run_step(
            step,
            done,
            Material(responses=responses),
            given={"group": "group"},
            progress=no_progress,
        )
        done[step] = orjson.loads(orjson.dumps(found))
    assert orjson.dumps(done["verdict"]) == orjson.dumps(holds_up)


def test_the_ladder_is_the_same_as_the_kinds_own(
    holds_up: dict[str, Any], wai_sr: Definition
) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=1000, seed=1)
    responses = ResponseMatrix(
        instrument=wai_sr.instrument, answers=answers, columns={"group": groups}
    )
    own = KINDS["comparison"].run(Material(responses=responses), {"group": "group"}, no_progress)
    assert holds_up["sections"]["comparison"] == own


def test_retest_agreement_and_outcomes_are_used_where_they_are(wai_sr: Definition) -> None:
    answers, _ = study(wai_sr.instrument, "holds-up", n_persons=200, seed=3)
    rng = np.random.default_rng(3)
    moved = rng.integers(-1, 2, answers.shape) * (rng.random(answers.shape) < 0.2)
    again = np.clip(answers + moved, 1, 5)
    outcome = answers.mean(axis=1) + rng.standard_normal(200)
    result = validity(
        wai_sr.instrument,
        np.vstack([answers, again, again]),
        {
            "outcomes": [
                {"name": "comfort", "session_number": 5, "expected": {"minimum": 0.2}},
                {"name": "use", "session_number": 1, "expected": {"minimum": 0.2}},
            ],
            "minimal_important_change": {"total": 10},
            "retest": {"occasions": [2, 3]},
        },
        person=np.array([f"p{number}" for number in [*range(200)] * 3], dtype=object),
        session_number=np.repeat([2.0, 3.0, 2.0], 200),
        respondent=np.array(["client"] * 400 + ["therapist"] * 200, dtype=object),
        clinician=np.array([f"c{number % 20}" for number in range(600)], dtype=object),
        comfort=np.concatenate([outcome, outcome, outcome]),
        use=np.concatenate([outcome, outcome, outcome]),
    )
    found = ratings(result)
    assert found["reliability"] == found["measurement-error"] == "sufficient"
    assert result["sections"]["agreement"]["n_persons"] == 200
    assert result["sections"]["sample"]["n_persons"] == 200
    numbers = {one["property"]: one["numbers"] for one in result["verdict"]["properties"]}
    assert numbers["hypotheses-testing"]["n_predicted"] == 1
    assert numbers["hypotheses-testing"]["n_hypotheses"] == 1


@pytest.mark.slow
def test_a_form_of_36_items_is_judged(examples: Path, wai_36: Definition) -> None:
    block = read_path(examples / "wai36_simulated_patients.csv", wai_36).responses()
    material = Material(responses=block.matrix(wai_36.instrument))
    result = KINDS["validity"].run(material, {"replicates": 10}, no_progress)
    structure = result["verdict"]["properties"][1]
    assert structure["rating"] != "sufficient"
    assert "continuous answers" in structure["because"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"group": "nobody"}, "group"),
        ({"cluster": "nobody"}, "cluster"),
        ({"outcomes": ["nobody"]}, "outcomes/0"),
        ({"respondent": "nobody"}, "respondent"),
        ({"minimal_important_change": {"trust": 3}}, "minimal_important_change"),
    ],
)
def test_what_does_not_exist_is_refused(
    wai_sr: Definition, options: dict[str, Any], names: str
) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=50, seed=1)
    with pytest.raises(OptionError) as caught:
        validity(wai_sr.instrument, answers, options, group=groups)
    assert caught.value.option == names
