"""The kinds as they are offered: names of the contract, refusals, what is handed on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psychometrics.disclosure.declared import protected
from psychometrics.longitudinal.lagged_results import LaggedResult
from psychometrics.longitudinal.responsiveness_results import ResponsivenessResult
from psychometrics.longitudinal.trajectory_results import TrajectoryResult
from psychometrics.types import no_progress
from service.cli import main
from service.use_cases.analysis_registry import KINDS, Material
from tests.described import fits
from tests.longitudinal.making import sessions, simulated
from tests.longitudinal.studies import study

KIND_OPTIONS: dict[str, dict[str, Any]] = {
    "trajectory": {"replicates": 50, "scales": ["goal"]},
    "lagged": {"outcome": "comfort"},
    "responsiveness": {"anchor": "rated_change", "first": 1, "second": 4, "replicates": 100},
}
DECLARED = {
    "trajectory": TrajectoryResult,
    "lagged": LaggedResult,
    "responsiveness": ResponsivenessResult,
}


def run(kind: str, options: dict[str, Any], name: str = "A_200") -> dict[str, Any]:
    return KINDS[kind].run(Material(responses=study(name)), options, no_progress)


@pytest.mark.parametrize("kind", KIND_OPTIONS)
@pytest.mark.parametrize("name", ["A_200", "D_200", "E_400"])
def test_a_result_fits_its_declaration_and_holds_no_nan(kind: str, name: str) -> None:
    found = run(kind, KIND_OPTIONS[kind], name)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    fits(DECLARED[kind], found)


@pytest.mark.parametrize("kind", KIND_OPTIONS)
def test_results_of_few_persons_fit_too_and_are_withheld(kind: str) -> None:
    few = sessions(simulated(n_persons=16, complete=True), 1.0, 2.0, 4.0)
    found = KINDS[kind].run(Material(responses=few), KIND_OPTIONS[kind], no_progress)
    fits(DECLARED[kind], found)
    fits(DECLARED[kind], protected(DECLARED[kind], found))


def test_names_of_a_trajectory_are_the_contracts() -> None:
    goal = run(
        "trajectory", {"shape": "piecewise", "knot": 4, "replicates": 50, "invariance": False}
    )["scales"]["goal"]
    assert {"shape", "model", "means", "growth", "occasion_means", "within_person", "plateau"} <= (
        goal.keys()
    )
    assert {"level", "slope", "slope_after", "variances", "correlation"} <= goal["growth"].keys()
    assert goal["growth"]["variances"].keys() == {"level", "slope"}
    assert goal["occasion_means"][0].keys() == {"occasion", "n", "mean", "interval"}
    assert {"icc", "reliability_of_change"} <= goal["within_person"].keys()
    assert {"from_occasion", "interval"} <= goal["plateau"].keys()
    assert {"chi_square", "df", "cfi", "scaled", "robust_indices"} <= goal["model"].keys()


def test_names_of_lagged_effects_are_the_contracts() -> None:
    found = run("lagged", {"outcome": "comfort"})
    assert found["paths"][0].keys() == {
        *("from", "to", "from_occasion", "to_occasion", "estimate", "standard_error"),
        *("interval", "standardized", "p_value"),
    }
    assert {"correlation", "interval"} <= found["between"].keys()
    assert {"r", "interval", "method"} <= found["within_correlation"].keys()
    assert found["answer"] == "alliance-first"


def test_names_of_responsiveness_are_the_contracts() -> None:
    goal = run("responsiveness", KIND_OPTIONS["responsiveness"])["scales"]["goal"]
    assert {
        *("n", "change", "standardized_response_mean", "effect_size", "guyatt", "verdict"),
        *("anchor_correlation", "minimal_important_change", "smallest_detectable_change"),
    } <= goal.keys()
    assert {"predictive", "adjusted_predictive", "roc", "proportion_improved"} <= (
        goal["minimal_important_change"].keys()
    )
    assert {"cutoff", "auc", "interval"} <= goal["minimal_important_change"]["roc"].keys()


def test_hypotheses_about_change_are_judged_by_their_intervals() -> None:
    options = KIND_OPTIONS["responsiveness"] | {
        "hypotheses": [
            {"outcome": "comfort", "minimum": -0.5, "maximum": 0.6},
            {"outcome": "comfort", "scales": ["goal"], "minimum": 0.9},
        ]
    }
    scales = run("responsiveness", options)["scales"]
    assert [one["status"] for one in scales["goal"]["hypotheses"]] == ["holds", "fails"]
    assert [one["status"] for one in scales["total"]["hypotheses"]] == ["holds"]


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("lagged", {}, "/options/outcome: Name the column"),
        ("lagged", {"outcome": "nobody"}, "outcome: there is no column"),
        ("lagged", {"outcome": "comfort", "model": "var"}, "/options/model"),
        ("lagged", {"outcome": "comfort", "scale": "trust"}, "scale: must be one of"),
        ("lagged", {"outcome": "comfort", "estimator": "WLSMV"}, "/options/estimator"),
        ("trajectory", {"scales": ["trust"]}, "scales/0: must be one of"),
        ("trajectory", {"shape": "cubic"}, "/options/shape"),
        ("trajectory", {"shape": "piecewise", "knot": 9}, "knot: there is no session 9"),
        ("responsiveness", {}, "/options/anchor: Name the column"),
        ("responsiveness", {"anchor": "rated_change"}, "first: name two of the sessions"),
    ],
)
def test_the_command_line_refuses_with_one_line(
    kind: str,
    options: dict[str, Any],
    said: str,
    data: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = str(data / "time/A_200.csv")
    arguments = ["analyze", kind, file, "--instrument", "wai-sr-client"]
    status = main([*arguments, "--options", json.dumps(options)])
    told = capsys.readouterr()
    assert status == 2
    assert told.out == ""
    assert said in told.err
    assert len(told.err.splitlines()) == 1
