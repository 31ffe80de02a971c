"""The R script of a report, run on the exported data, gives the report's numbers again."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
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
    "interval": 1e-3,  # psych rounds its degrees of freedom
    "p_value": 1e-4,
}
"""By case: the largest difference; chi-squares relative to their size."""

PLAIN = ("one-factor", "two-factor", "three-factor")
"""Models that both sides must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What cannot be compared, and why."""

    where: str
    reason: str


Pair = tuple[str, str, float | None, float | None]
Pairs = Iterator[Pair | Gap]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How many numbers of each section agreed, and what could not be compared."""

    counts: Counter[str]
    gaps: tuple[Gap, ...]


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


def compare(sections: dict[str, Pairs]) -> Compared:
    """Hold every number against R's; a number that one side lacks is a gap and needs a reason."""
    counts: Counter[str] = Counter()
    gaps: list[Gap] = []
    for section, pairs in sections.items():
        for pair in pairs:
            if isinstance(pair, Gap):
                gaps.append(pair)
                continue
            where, case, ours, theirs = pair
            if ours is None and theirs is None:  # has no meaning for this estimator
                continue
            assert ours is not None, f"{section} {where}: R has {theirs}"
            assert theirs is not None, f"{section} {where}: R has nothing for {ours}"
            scale = max(1.0, abs(theirs)) if "chi_square" in case or case == "difference" else 1.0
            assert abs(ours - theirs) <= TOLERANCE[case] * scale, (section, where, ours, theirs)
            counts[section] += 1
    for gap in gaps:
        print(f"not compared: {gap.where}: {gap.reason}")  # noqa: T201 on demand
    print(f"compared: {dict(counts)}")  # noqa: T201 on demand
    return Compared(counts=counts, gaps=tuple(gaps))


def size(where: str, ours: int | None, theirs: int) -> Pair | Gap:
    """Pair a number of persons, which beside another may tell of few and is withheld then."""
    if ours is None:
        return Gap(where=where, reason="withheld, as it would tell of few persons")
    return where, "items", ours, theirs


def of_items(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    names = ("mean", "sd", "skewness", "floor", "ceiling", "n_answered", "missing")
    for one, other in zip(ours["items"], theirs["items"], strict=True):
        withheld = None in one["category_counts"]
        for name in (*names, "item_rest_correlation"):
            where = f"item {one['item']} {name}"
            if one[name] is None:
                yield Gap(where=where, reason="withheld, as it would tell of few persons")
                continue
            rounded = withheld and name in {"mean", "sd"}
            yield where, "rounded" if rounded else "items", one[name], other[name]
    for scale, one in ours["scales"].items():
        for name in ("n_scored", "mean", "sd", "skewness", "floor", "ceiling"):
            where = f"{scale} {name}"
            if one[name] is None:
                yield Gap(where=where, reason="withheld, as it would tell of few persons")
            else:
                yield where, "items", one[name], theirs["scales"][scale][name]


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
    for one, two in zip(ours["uniquenesses"], theirs["uniquenesses"], strict=True):
        yield "efa uniquenesses", "efa", one, two
    fit = ours["fit"]
    yield "efa df", "items", fit["df"], theirs["df"]
    yield "efa chi-square", "scaled_chi_square", fit["chi_square"], theirs["chi_square"]
    for name in ("rmsr", "tli", "rmsea"):
        yield f"efa {name}", "efa", fit[name], theirs[name]


def of_models(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    """Proper models; an improper one is never ranked, and lavaan may stop elsewhere."""
    for model in ours["models"]:
        name = model["model"]
        other = theirs[name]
        where = f"{ours['estimator']} {name}"
        if not model["proper"]:
            yield Gap(where=where, reason=f"ours is improper: {model['cautions'][0]}")
        elif not other["converged"]:
            yield Gap(where=where, reason=f"R: {other['error']}")
        elif name == "second-order" and contradicts(other, theirs["three-factor"]):
            yield Gap(where=f"{where} parameters", reason="lavaan stopped short of the minimum")
            yield from of_fit(where, model, theirs["three-factor"])
        else:
            yield from of_fit(where, model, other)
            yield from of_parameters(where, model, other)


def contradicts(one: dict[str, Any], equivalent: dict[str, Any]) -> bool:
    """Whether lavaan says two things of one fit.

    A general factor above three is another way to write their correlations: where both solutions
    are proper, chi-squares and scaling must be the same.
    """
    if not equivalent["converged"] or one["df"] != equivalent["df"]:
        return False
    same_fit = abs(one["chi_square"] - equivalent["chi_square"]) < 1e-3
    apart = abs(one["scaled_chi_square"] - equivalent["scaled_chi_square"])
    return same_fit and apart > TOLERANCE["scaled_chi_square"] * equivalent["scaled_chi_square"]


def of_parameters(name: str, model: dict[str, Any], other: dict[str, Any]) -> Pairs:
    loadings = {(one["factor"], one["item"]): one for one in model["loadings"]}
    for one in other["loadings"]:
        key = (one["factor"].replace("_", "-"), one["item"])
        for value in ("estimate", "standard_error", "standardized"):
            yield f"{name} {key} {value}", "loadings", loadings[key][value], one[value]
    higher = {one["indicator"]: one for one in model["higher_order_loadings"] or []}
    for one in other["higher_order_loadings"]:
        known = higher[one["indicator"].replace("_", "-")]
        yield f"{name} {one}", "loadings", known["standardized"], one["standardized"]
    pairs = {frozenset(one["factors"]): one for one in model["factor_correlations"]}
    for one in other["factor_correlations"]:
        key = frozenset(one[end].replace("_", "-") for end in ("first", "second"))
        if key in pairs:  # those that are fixed at zero are not listed
            for value in ("estimate", "standard_error"):
                yield f"{name} {one} {value}", "loadings", pairs[key][value], one[value]


def of_fit(name: str, model: dict[str, Any], other: dict[str, Any]) -> Pairs:
    yield f"{name} df", "items", model["df"], other["df"]
    yield f"{name} parameters", "items", model["n_parameters"], other["n_parameters"]
    for value in ("chi_square", "baseline_chi_square"):
        yield f"{name} {value}", "chi_square", model[value], other[value]
    scaled = model["scaled"]
    yield f"{name} scaled", "scaled_chi_square", scaled["chi_square"], other["scaled_chi_square"]
    yield f"{name} p", "p_value", model["p_value"], other["p_value"]
    yield f"{name} scaled p", "p_value", scaled["p_value"], other["scaled_p_value"]
    yield f"{name} srmr", "index", model["srmr"], other["srmr"]
    indices = {"": model, "scaled_": model["scaled_indices"], "robust_": model["robust_indices"]}
    for kind, ours in indices.items():
        for index in ("cfi", "tli", "rmsea"):
            where = f"{name} {kind}{index}"
            if ours is not None and other[f"{kind}{index}"] is None and kind == "robust_":
                yield Gap(where=where, reason="lavaan has none once thresholds are equal")
                continue
            yield where, "index", None if ours is None else ours[index], other[f"{kind}{index}"]
        for end in ("lower", "upper") if kind != "robust_" and ours is not None else ():
            bound = other[f"{kind}rmsea_{end}"]
            yield f"{name} {kind}rmsea {end}", "index", ours["rmsea_interval"][end], bound
    for value in ("log_likelihood", "aic", "bic"):
        yield f"{name} {value}", "information", model[value], other[value]


def of_separation(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for one, other in zip(ours["heterotrait_monotrait"], theirs["pairs"], strict=True):
        assert one["factors"] == [other["first"], other["second"]]
        yield f"HTMT {one['factors']}", "index", one["ratio"], other["ratio"]


def of_reliability(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for name, scale in ours["scales"].items():
        other = theirs[name]
        yield f"{name} alpha", "alpha", scale["alpha"]["estimate"], other["alpha"]
        for bound in ("lower", "upper"):
            interval = scale["alpha"]["interval"][bound]
            yield f"{name} alpha {bound}", "alpha", interval, other[f"alpha_{bound}"]
        yield f"{name} sd", "alpha", scale["sd"], other["sd"]
        standardized = scale["standardized_alpha"]["estimate"]
        yield f"{name} standardized alpha", "alpha", standardized, other["standardized_alpha"]
        for one, two in zip(scale["if_item_deleted"], other["alpha_if_deleted"], strict=True):
            yield f"{name} without {one['item']}", "alpha", one["alpha"], two
        coefficients = ("ordinal_alpha", "omega", "ordinal_omega", "omega_total")
        for coefficient in (*coefficients, "omega_hierarchical"):
            found = scale[coefficient]
            if found is None:
                continue
            if found["estimate"] is None:
                yield Gap(where=f"{name} {coefficient}", reason=f"ours: {found['reason']}")
            else:
                yield f"{name} {coefficient}", "omega", found["estimate"], other[coefficient]
        error = scale["standard_error_of_measurement"]
        yield f"{name} error", "omega", error, other["standard_error_of_measurement"]


def of_ladder(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for one, other in zip(ours["steps"], theirs["steps"], strict=True):
        step = one["step"]
        assert step == other["step"]
        if not one["model"]["proper"]:
            yield Gap(where=step, reason=f"ours is improper: {one['model']['cautions'][0]}")
        elif not other["converged"]:
            yield Gap(where=step, reason=f"R: {other['error']}")
        else:
            yield from of_fit(step, one["model"], other)
            difference = one["difference"]
            if difference is not None:
                theirs_too = other["difference"]
                yield f"{step} difference df", "items", difference["df"], theirs_too["df"]
                where, value = f"{step} difference", difference["chi_square"]
                yield where, "difference", value, theirs_too["chi_square"]


def of_means(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    """Means exist only where the gate is open, on both sides."""
    if ours["status"] != "permitted":
        assert "latent_means" not in theirs
        assert "observed_means" not in theirs
        yield Gap(where="means", reason=f"the comparison is {ours['status']}")
        return
    found = {(one["factor"], one["group"]): one for one in ours["latent_means"]}
    for one in theirs["latent_means"]:
        known = found[one["factor"].replace("_", "-"), one["group"]]
        for value in ("estimate", "standard_error", "standardized"):
            yield f"latent mean {one} {value}", "mean", known[value], one[value]
        for end in ("lower", "upper"):
            yield f"latent mean {one} {end}", "mean", known["interval"][end], one[end]
    for known in ours["observed_means"]:
        group, scale = known["group"], known["scale"]
        one = theirs["observed_means"][group][scale]
        yield size(f"{group} {scale} n", known["n"], one["n"])
        for value in ("mean", "sd", "effect_size"):
            theirs_too = one.get(value) or None  # R writes NULL as an empty object
            yield f"{group} {scale} {value}", "items", known[value], theirs_too


def of_retest(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for name, scale in ours["scales"].items():
        other = theirs[name]
        yield size(f"{name} pairs", scale["n_pairs"], other["n_pairs"])
        changes = (one["smallest_detectable_change"] for one in (scale, other))
        yield f"{name} smallest detectable change", "pair", *changes
        for several in ("means", "sds"):
            for one, two in zip(scale[several], other[several], strict=True):
                yield f"{name} {several}", "pair", one, two
        estimates = {value: (scale[value], other[value]) for value in PAIRED}
        for end, limit in scale["limits_of_agreement"].items():
            estimates[f"limit {end}"] = limit, other["limits_of_agreement"][end]
        for value, (one, two) in estimates.items():
            yield f"{name} {value}", "pair", one["estimate"], two["estimate"]
            case = "interval" if value in {"icc_2_1", "icc_2_k"} else "pair"
            interval = one.get("normal_theory_interval") or one["interval"]  # what psych has
            if value.startswith("limit"):
                continue  # ours hold the distribution-free interval too
            for end in ("lower", "upper"):
                yield f"{name} {value} {end}", case, interval[end], two[end]


PAIRED = (
    "difference",
    "icc_2_1",
    "icc_3_1",
    "icc_2_k",
    "correlation",
    "standard_error_of_measurement",
)


def of_criterion(ours: dict[str, Any], theirs: dict[str, Any]) -> Pairs:
    for one in ours["associations"]:
        where, other = f"{one['outcome']} {one['scale']}", theirs[one["outcome"]][one["scale"]]
        yield size(f"{where} n", one["pearson"]["n_persons"], other["n_persons"])
        for coefficient in ("pearson", "spearman"):
            found = one[coefficient]
            yield f"{where} {coefficient}", "pair", found["estimate"], other[coefficient]
            for end in ("lower", "upper"):
                theirs_too = other[f"{coefficient}_{end}"]
                yield f"{where} {coefficient} {end}", "pair", found["interval"][end], theirs_too
        corrected = one["disattenuated"]["estimate"]
        yield f"{where} disattenuated", "pair", corrected, other["disattenuated"]


def everything(result: dict[str, Any], numbers: dict[str, Any]) -> dict[str, Pairs]:
    """Pair the numbers of every section that the script reproduces."""
    sections = result["sections"]
    simple = {
        "dimensionality": of_dimensionality,
        "efa": of_efa,
        "cfa": of_models,
        "cfa_continuous": of_models,
        "reliability": of_reliability,
        "invariance": of_ladder,
        "retest": of_retest,
        "criterion": of_criterion,
    }
    pairs = {
        name: of(sections[name], numbers[name]) for name, of in simple.items() if name in numbers
    }
    return pairs | {
        "items": of_items(sections["items"], numbers),
        "separation": of_separation(sections["cfa"], numbers["separation"]),
        "comparison": of_means(sections["comparison"], numbers["invariance"]),
    }


LEAST = {
    "items": 60,
    "dimensionality": 150,
    "efa": 60,
    "cfa": 150,
    "cfa_continuous": 150,
    "reliability": 50,
    "invariance": 60,
    "separation": 3,
}
"""How many numbers of a section must have been compared at the least."""


def check(found: Compared) -> None:
    """Refuse a comparison that passes for want of numbers."""
    for section, least in LEAST.items():
        assert found.counts[section] >= least, (section, found.counts[section])
    for gap in found.gaps:
        assert not gap.where.endswith(PLAIN), gap


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
    options = {
        "group": "group",
        "outcomes": ["comfort"],
        "retest": {"occasions": [2, 3]},
        "replicates": 10,
    }
    result = validity(wai_sr.instrument, whole, options, **columns)
    data = exported(tmp_path / "data.csv", whole, columns)
    numbers = reproduced(tmp_path, wai_sr, result, options, data)
    found = compare(everything(result, numbers))
    check(found)
    assert found.counts["retest"] >= 80
    assert found.counts["criterion"] >= 30


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
    found = compare(everything(result, numbers))
    check(found)
    status = result["sections"]["comparison"]["status"]
    assert (found.counts["comparison"] >= 30) == (status == "permitted")


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
