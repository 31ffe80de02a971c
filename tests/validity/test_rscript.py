"""The R script of a report, run on the exported data, gives the report's numbers again."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from psychometrics.types import FloatArray
from schemas.definition import Definition
from service.reports.rscript import r_script
from tests.programs import absent, program
from tests.validity.making import study, validity

TOLERANCE = {
    "items": 1e-9,
    "rounded": 0.05,  # published with one digit where a category is withheld
    "alpha": 1e-8,
    "omega": 1e-4,
    "correlations": 1e-4,  # lavaan's polychorics stop early
    "eigenvalues": 5e-4,
    "kmo": 1e-4,
    "loadings": 1e-4,
    "efa": 2e-3,  # psych stops rotating at 1e-5; both start from correlations 1e-5 apart
    "chi_square": 1e-3,
    "scaled_chi_square": 5e-3,
    "index": 1e-4,
    "information": 1e-2,
    "difference": 2e-2,  # of two fits that each stop a little early
    "mean": 1e-4,
    "pair": 1e-8,
}
"""By case: the largest difference; chi-squares relative to their size."""

PLAIN = ("one-factor", "two-factor", "three-factor")
"""Models that both sides must have."""

Pairs = Iterator[tuple[str, str, float | None, float | None]]


def exported(path: Path, answers: FloatArray, columns: dict[str, Any]) -> Path:
    """Write data as the service exports them."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([*(f"i{item + 1}" for item in range(answers.shape[1])), *columns])
        for row, beside in zip(answers, zip(*columns.values(), strict=True), strict=True):
            cells = ["" if np.isnan(answer) else int(answer) for answer in row]
            rows.writerow([*cells, *beside])
    return path


def reproduced(
    folder: Path,
    definition: Definition,
    result: dict[str, Any],
    options: dict[str, Any],
    data: Path,
) -> dict[str, Any]:
    """Run the script in R and return its numbers."""
    rscript = program("Rscript")
    record = SimpleNamespace(
        definition=definition.document, sha256=definition.sha256, options=options, result=result
    )
    script, numbers = folder / "report.R", folder / "numbers.json"
    script.write_text(r_script(record))
    needed = "quit(status = !all(sapply(c('lavaan', 'psych', 'semTools', 'jsonlite', 'GPArotation'), requireNamespace, quietly = TRUE)))"  # noqa: E501 one line of R
    if subprocess.run([rscript, "-e", needed], check=False, capture_output=True).returncode:
        absent("NOT TESTED: R is here without lavaan, psych and semTools; `make setup-system`")
    command = [rscript, script, data, "--out", numbers, "--without-parallel"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, env=os.environ)
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(numbers.read_text())
    return found


def compare(pairs: Pairs) -> int:
    """Hold every number against R's; none may be missing on one side alone."""
    count = 0
    for where, case, ours, theirs in pairs:
        if theirs is None:  # lavaan has no robust indices there; ours may have
            assert "robust" in where or ours is None, where
            continue
        assert ours is not None, where
        scale = max(1.0, abs(theirs)) if "chi_square" in case or case == "difference" else 1.0
        assert abs(ours - theirs) <= TOLERANCE[case] * scale, (where, ours, theirs)
        count += 1
    return count


def of_items(ours: dict[str, Any], theirs: list[dict[str, Any]]) -> Pairs:
    for one, other in zip(ours["items"], theirs, strict=True):
        for name in ("mean", "sd", "skewness", "floor", "ceiling"):
            case = (
                "rounded" if None in one["category_counts"] and name in {"mean", "sd"} else "items"
            )
            if one[name] is not None:  # withheld
                yield f"item {one['item']} {name}", case, one[name], other[name]


def of_dimensionality(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    ordered = zip(np.ravel(ours["correlations"]), np.ravel(theirs["correlations"]), strict=True)
    for one, other in ordered:
        yield "correlations", "correlations", float(one), float(other)
    for one, other in zip(ours["eigenvalues"], theirs["eigenvalues"], strict=True):
        yield "eigenvalues", "eigenvalues", one, other
    yield "kmo", "kmo", ours["kmo"], theirs["kmo"]
    bartlett = ours["bartlett"]["chi_square"]
    yield "bartlett", "chi_square", bartlett, theirs["bartlett"]["chi_square"]
    yield "map", "items", ours["map"]["n_factors"], theirs["map"]


def of_efa(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    """Our factors in any order and sign; each is matched with the one of R it resembles most."""
    loadings, other = np.array(ours["loadings"]), np.array(theirs["loadings"])
    alike = other.T @ loadings
    order = np.abs(alike).argmax(axis=1)
    sign = np.sign(alike[np.arange(len(order)), order])
    for one, two in zip(np.ravel(loadings[:, order] * sign), np.ravel(other), strict=True):
        yield "efa loadings", "efa", float(one), float(two)
    phi = np.array(ours["factor_correlations"])[np.ix_(order, order)] * np.outer(sign, sign)
    for one, two in zip(np.ravel(phi), np.ravel(theirs["factor_correlations"]), strict=True):
        yield "efa factor correlations", "efa", float(one), float(two)


def of_models(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    assert sum(model["proper"] for model in ours["models"]) >= 3
    for model in ours["models"]:
        name = model["model"]
        if not model["proper"]:  # never ranked, and lavaan may stop elsewhere
            continue
        other = theirs[name]
        if not other["converged"]:
            assert name not in PLAIN, name
            continue
        yield from of_fit(name, model, other)
        standardized = {
            (one["factor"], one["item"]): one["standardized"] for one in model["loadings"]
        }
        for one in other["loadings"]:
            key = (one["factor"].replace("_", "-"), one["item"])
            yield f"{name} {key}", "loadings", standardized[key], one["standardized"]


def of_fit(name: str, model: dict[str, Any], other: dict[str, Any]) -> Pairs:
    yield f"{name} df", "items", model["df"], other["df"]
    yield f"{name} chi-square", "chi_square", model["chi_square"], other["chi_square"]
    scaled = model["scaled"]
    yield f"{name} scaled", "scaled_chi_square", scaled["chi_square"], other["scaled_chi_square"]
    yield f"{name} srmr", "index", model["srmr"], other["srmr"]
    for index in ("cfi", "rmsea"):
        yield f"{name} {index}", "index", model[index], other[index]
        of_scaled = model["scaled_indices"][index]
        yield f"{name} scaled {index}", "index", of_scaled, other[f"scaled_{index}"]
        robust = model["robust_indices"]
        of_robust = None if robust is None else robust[index]
        yield f"{name} robust {index}", "index", of_robust, other[f"robust_{index}"]
    for value in ("log_likelihood", "aic", "bic"):
        yield f"{name} {value}", "information", model[value], other[value]


def of_reliability(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for name, scale in ours["scales"].items():
        other = theirs[name]
        yield f"{name} alpha", "alpha", scale["alpha"]["estimate"], other["alpha"]
        for bound in ("lower", "upper"):
            interval = scale["alpha"]["interval"][bound]
            yield f"{name} alpha {bound}", "alpha", interval, other[f"alpha_{bound}"]
        for coefficient in ("omega", "ordinal_omega", "omega_total", "omega_hierarchical"):
            found = scale[coefficient]
            if found is not None and found["estimate"] is not None:
                yield f"{name} {coefficient}", "omega", found["estimate"], other[coefficient]
        error = scale["standard_error_of_measurement"]
        yield f"{name} error", "omega", error, other["standard_error_of_measurement"]


def of_ladder(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for one, other in zip(ours["steps"], theirs["steps"], strict=True):
        assert one["step"] == other["step"]
        yield from of_fit(one["step"], one["model"], other)
        if one["difference"] is not None:
            difference = one["difference"]["chi_square"]
            yield (
                f"{one['step']} difference",
                "difference",
                difference,
                other["difference"]["chi_square"],
            )


def of_means(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    found = {(one["factor"], one["group"]): one["estimate"] for one in ours["latent_means"]}
    for one in theirs.get("latent_means") or []:
        yield "latent mean", "mean", found[one["factor"], one["group"]], one["estimate"]


def of_retest(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for name, scale in ours["scales"].items():
        other = theirs[name]
        yield f"{name} pairs", "pair", scale["n_pairs"], other["n_pairs"]
        for icc in ("icc_2_1", "icc_3_1"):
            yield f"{name} {icc}", "pair", scale[icc]["estimate"], other[icc]
        change = "smallest_detectable_change"
        yield f"{name} {change}", "pair", scale[change], other[change]


def of_criterion(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for one in ours["associations"]:
        other = theirs[one["outcome"]][one["scale"]]
        yield f"{one['outcome']} n", "pair", one["pearson"]["n_persons"], other["n_persons"]
        yield f"{one['outcome']}", "pair", one["pearson"]["estimate"], other["pearson"]


def everything(result: dict[str, Any], numbers: dict[str, Any]) -> Pairs:
    sections = result["sections"]
    yield from of_items(sections["items"], numbers["items"])
    yield from of_dimensionality(sections["dimensionality"], numbers["dimensionality"])
    yield from of_efa(sections["efa"], numbers["efa"])
    yield from of_models(sections["cfa"], numbers["cfa"])
    yield from of_models(sections["cfa_continuous"], numbers["cfa_continuous"])
    yield from of_reliability(sections["reliability"], numbers["reliability"])
    yield from of_ladder(sections["invariance"], numbers["invariance"])
    yield from of_means(sections["comparison"], numbers["invariance"])
    if "retest" in numbers:
        yield from of_retest(sections["retest"], numbers["retest"])
    if "criterion" in numbers:
        yield from of_criterion(sections["criterion"], numbers["criterion"])


def test_the_script_reproduces_the_report(wai_sr: Definition, tmp_path: Path) -> None:
    answers, groups = study(wai_sr.instrument, "holds-up", n_persons=500, seed=1)
    rng = np.random.default_rng(1)
    again = np.clip(answers + rng.integers(-1, 2, answers.shape), 1, 5)
    comfort = np.round(answers.mean(axis=1) + rng.standard_normal(500), 3)
    columns: dict[str, Any] = {
        "person": np.array([f"p{number}" for number in [*range(500)] * 2], dtype=object),
        "session_number": np.repeat([2.0, 3.0], 500),
        "group": np.concatenate([groups, groups]),
        "comfort": np.concatenate([comfort, comfort]),
    }
    whole = np.vstack([answers, again])
    options = {"group": "group", "outcomes": ["comfort"], "replicates": 10}
    result = validity(wai_sr.instrument, whole, options, **columns)
    data = exported(tmp_path / "data.csv", whole, columns)
    numbers = reproduced(tmp_path, wai_sr, result, options, data)
    assert compare(everything(result, numbers)) > 500


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["holds-up", "merged-ceiling"])
@pytest.mark.parametrize("estimator", ["WLSMV", "MLR"])
@pytest.mark.parametrize("share", [0.0, 0.03])
def test_it_does_so_for_other_studies(
    wai_sr: Definition, tmp_path: Path, scenario: str, estimator: str, share: float
) -> None:
    answers, groups = study(wai_sr.instrument, scenario, n_persons=1000, seed=7)
    answers[np.random.default_rng(1).random(answers.shape) < share] = np.nan
    options = {"group": "group", "estimator": estimator, "replicates": 10}
    result = validity(wai_sr.instrument, answers, options, group=groups)
    data = exported(tmp_path / "data.csv", answers, {"group": groups})
    numbers = reproduced(tmp_path, wai_sr, result, options, data)
    assert compare(everything(result, numbers)) > 400


def test_names_cannot_leave_their_strings(wai_sr: Definition) -> None:
    """What is named from outside stays text in the script."""
    name = 'g"); system("true\\'
    result = {
        "software": {"alliance": "0"},
        "sections": {
            "sample": {"respondent": name},
            "invariance": {"group": name, "reference": name, "estimator": "WLSMV"},
        },
    }
    record = SimpleNamespace(
        definition=wai_sr.document, sha256="x", options={"cluster": name}, result=result
    )
    script = r_script(record)
    assert script.count(json.dumps(name)) == 4
    assert 'system("true' not in script.replace(json.dumps(name), "")
