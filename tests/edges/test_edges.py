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


def test_empty_cells_leave_exploratory_factors_without_a_likelihood_ratio(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The RMSEA was 1.45 where confirmatory factors of the same answers have 0."""
    code, result, _ = analysed(capsys, "efa", "binary_zero_cell", n_factors=1, rotation="none")
    assert code == 0
    assert result is not None
    fit = result["fit"]
    assert fit["chi_square"] is fit["p_value"] is fit["rmsea"] is fit["tli"] is None
    assert "runs to ±1" in fit["reason"]
    assert fit["rmsr"] < 0.1


def test_a_lone_ordered_item_is_its_factor(capsys: pytest.CaptureFixture[str]) -> None:
    """Its residual is zero, as under MLR.

    lavaan 0.6-14: ``cfa("goal =~ i1 + … + i6; bond =~ 1*i7; bond ~~ 1*bond", std.lv = TRUE)`` of
    ordered answers.
    """
    code, result, _ = analysed(capsys, "cfa", "single_item_scale")
    assert code == 0
    assert result is not None
    model = result["models"][1]
    assert model["proper"]
    assert (model["chi_square"], model["df"]) == (pytest.approx(116.643, abs=1e-3), 14)
    assert model["scaled"]["chi_square"] == pytest.approx(149.089, abs=1e-3)
    [between] = model["factor_correlations"]
    assert between["estimate"] == pytest.approx(0.596, abs=5e-4)
    assert between["standard_error"] == pytest.approx(0.049, abs=5e-4)
