"""Persons rated several times: sections on their course and on change, and the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from psychometrics.types import no_progress
from schemas.definition import Definition
from service.reports.document.compose import compose
from service.reports.figures.drawing import draw
from service.reports.figures.names import FigureName
from service.reports.record import ReportRecord
from service.use_cases.analysis_registry import KINDS, Material
from service.use_cases.validity.evidence import _decided_ratio, _of_change
from service.use_cases.validity.verdict import published
from tests.longitudinal.making import sessions
from tests.longitudinal.studies import study
from tests.reports.conftest import record_of

OPTIONS: dict[str, Any] = {
    "outcomes": None,
    "replicates": 10,
    "responsiveness": {"anchor": "rated_change", "first": 1, "second": 4},
}


@pytest.fixture(scope="module")
def result() -> dict[str, Any]:
    return KINDS["validity"].run(Material(responses=study("D_200")), OPTIONS, no_progress)


@pytest.fixture(scope="module")
def record(result: dict[str, Any], wai_sr: Definition) -> ReportRecord:
    return record_of(wai_sr, result, "Simulated")


def properties(result: dict[str, Any]) -> dict[str, Any]:
    return {one["property"]: one for one in result["verdict"]["properties"]}


def test_responsiveness_rests_on_the_kind_of_this_name(result: dict[str, Any]) -> None:
    found = properties(result)["responsiveness"]
    scales = result["sections"]["responsiveness"]["scales"]
    verdicts = {one["verdict"] for one in scales.values()}
    assert found["rating"] != "not-assessed"
    assert (found["rating"] == "sufficient") is (verdicts == {"sufficient"})
    worst = min(one["minimal_important_change"]["roc"]["auc"] for one in scales.values())
    assert found["numbers"]["auc"] == worst
    assert f"{worst:.2f}" in found["because"]


def test_measurement_error_rests_on_the_unchanged_where_nobody_declared_a_retest(
    result: dict[str, Any],
) -> None:
    found = properties(result)["measurement-error"]
    total = result["sections"]["responsiveness"]["scales"]["total"]
    assert found["numbers"]["smallest_detectable_change"] == total["smallest_detectable_change"]
    assert found["rating"] == "indeterminate"
    assert "anchor of known reliability" in found["because"]


def test_without_an_anchor_nothing_is_assessed(result: dict[str, Any]) -> None:
    change = {"computed": False, "reason": "No rating of change was named."}
    assert _of_change(change).keys() == {"names"}


@pytest.mark.parametrize(
    ("lower", "upper", "ratio"),
    [(5.0, 6.0, 0.8), (1.0, 2.0, 2.0), (3.0, 6.0, None), (-1.0, 2.0, 2.0), (-2.0, -1.0, None)],
)
def test_an_important_change_decides_by_its_interval(
    lower: float, upper: float, ratio: float | None
) -> None:
    assert _decided_ratio([(4.0, {"lower": lower, "upper": upper})]) == ratio


def test_the_course_is_a_section_a_figure_and_says_whether_it_is_the_alliances(
    record: ReportRecord,
) -> None:
    image = draw(FigureName.MEAN_COURSE, record, "svg")
    assert image is not None
    written = compose(record, [FigureName.MEAN_COURSE])
    sections = {one.name: one for one in written.sections}
    for name in ("trajectory", "responsiveness"):
        assert not any("Not computed" in str(block) for block in sections[name].blocks)
    assert "carried" in str(sections["trajectory"])


def test_no_difference_of_persons_on_two_occasions_is_handed_on(
    result: dict[str, Any], wai_sr: Definition
) -> None:
    options = KINDS["validity"].load_options(OPTIONS)
    course = published(result, wai_sr.instrument, options)["sections"]["trajectory"]
    shown = [course["n_persons"], *course["dropout"]["by_occasion"]]
    known = [n for n in shown if n is not None]
    gaps = [abs(a - b) for a in known for b in known]
    assert not [gap for gap in gaps if 1 <= gap <= 10]
    for scale in course["scales"].values():
        for row in scale["density"]["shares"]:
            assert all(share is None or share * 200 > 10 for share in row)


def test_single_ratings_have_no_course_and_the_reason_is_said(wai_sr: Definition) -> None:
    once = sessions(study("D_200"), 1.0)
    section = KINDS["validity"].run_step(
        "trajectory",
        {"sample": {"n_responses": once.n_persons}},
        Material(responses=once),
        given={},
        progress=no_progress,
    )
    assert section["computed"] is False
    assert "two or more" in section["reason"]
