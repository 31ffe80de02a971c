"""Small simulated inputs at the engine's edges (`tests/data/edges`): each stands for its kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.cli import main

FOLDER = Path(__file__).resolve().parent.parent / "data" / "edges"


def analysed(
    capsys: pytest.CaptureFixture[str], kind: str, case: str, **options: Any
) -> tuple[int, dict[str, Any] | None, str]:
    """Run a kind on an edge; the exit code, the result, and what was said of a failure."""
    instrument = FOLDER / case / "inst.json"
    arguments = ["--instrument", str(instrument), "--options", json.dumps(options)]
    code = main(["analyze", kind, str(FOLDER / case / "data.csv"), *arguments])
    out, err = capsys.readouterr()
    return code, json.loads(out)["result"] if code == 0 else None, err


def test_one_scored_item_has_item_statistics(capsys: pytest.CaptureFixture[str]) -> None:
    code, result, _ = analysed(capsys, "items", "crash_one_item")
    assert code == 0
    assert result is not None
    assert result["items"][0]["mean"] is not None


def test_one_scored_item_has_no_internal_consistency(capsys: pytest.CaptureFixture[str]) -> None:
    code, result, _ = analysed(capsys, "reliability", "crash_one_item")
    assert code == 0
    assert result is not None
    alpha = result["scales"]["goal"]["alpha"]
    assert alpha["estimate"] is None
    assert alpha["reason"] == "a scale of one item has no internal consistency"


def test_one_scored_item_has_no_factor_model(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = analysed(capsys, "cfa", "crash_one_item")
    assert code == 2
    assert "a form of one scored item has no factor model" in said


@pytest.mark.parametrize("case", ["crash_one_item", "crash_fiml_duplicate"])
def test_a_validity_report_outlives_what_cannot_be_fitted(
    capsys: pytest.CaptureFixture[str], case: str
) -> None:
    code, result, _ = analysed(capsys, "validity", case)
    assert code == 0
    assert result is not None
    assert result["verdict"]["code"] == "cannot-say"


def test_a_duplicated_item_with_gaps_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, said = analysed(capsys, "cfa", "crash_fiml_duplicate", estimator="MLR")
    assert code == 2
    assert "saturated moments: the covariances are not determined" in said


@pytest.mark.parametrize("correlation", ["pearson", "polychoric"])
def test_as_few_persons_as_items_have_no_number_of_factors(
    capsys: pytest.CaptureFixture[str], correlation: str
) -> None:
    code, _, said = analysed(capsys, "dimensionality", "small_10", correlation=correlation)
    assert code == 2
    assert "the correlation matrix is singular" in said
