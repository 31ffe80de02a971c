"""The kind validity over HTTP: durable steps, samples as groups, what exists and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.analyses.validity import SECTIONS
from tests.service.server import Client, is_problem
from tests.service.test_invariance import finished, halves


@pytest.fixture(scope="module")
def compared(
    clinic: Client, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    samples = halves(clinic, data / "wai_1000.csv", tmp_path_factory.mktemp("validity"))
    return finished(clinic, "validity", samples, replicates=10)


def test_two_samples_are_compared_and_judged(compared: dict[str, Any]) -> None:
    result = compared["result"]
    assert list(result["sections"]) == [*SECTIONS, "standards"]
    assert result["sections"]["comparison"]["status"] == "permitted"
    assert result["verdict"]["code"] == "holds-up-in-part"
    assert "answers crowd at the highest score" in result["verdict"]["answer"]


def test_the_sample_is_counted_by_sample_and_setting(compared: dict[str, Any]) -> None:
    columns = {one["column"]: one for one in compared["result"]["sections"]["sample"]["counts"]}
    assert [one["n"] for one in columns["sample"]["counts"]] == [500, 500]
    assert sum(one["n"] for one in columns["setting"]["counts"]) == 1000


def test_a_column_that_does_not_exist_fails_the_analysis_by_name(
    clinic: Client, data: Path, tmp_path: Path
) -> None:
    samples = halves(clinic, data / "wai_250.csv", tmp_path)[:1]
    request = {"kind": "validity", "samples": samples, "options": {"group": "clinic"}}
    answer = clinic.post("/v1/analyses", json=request, headers={"Prefer": "wait=30"}).json()
    assert answer["status"] == "failed"
    assert [fault["pointer"] for fault in answer["error"]["errors"]] == ["/options/group"]


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"estimator": "OLS"}, "/options/estimator"),
        ({"missing": "fiml"}, "/options/missing"),
        ({"cutoff_replicates": 5}, "/options/cutoff_replicates"),
        ({"occasions": [1, 1]}, "/options/occasions"),
        ({"minimal_important_change": {"total": 0}}, "/options/minimal_important_change/total"),
        ({"bands": True}, "/options/bands"),
    ],
)
def test_wrong_options_are_refused_before_anything_runs(
    clinic: Client, data: Path, tmp_path: Path, options: dict[str, Any], pointer: str
) -> None:
    samples = halves(clinic, data / "wai_250.csv", tmp_path)[:1]
    request = {"kind": "validity", "samples": samples, "options": options}
    answer = clinic.post("/v1/analyses", json=request)
    assert is_problem(answer, 422)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
