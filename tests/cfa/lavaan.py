"""Reads lavaan's parameter tables as elements of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix, Model
from psychometrics.cfa.results import ModelResult
from psychometrics.cfa.standardized import standardized_loadings, standardized_regressions

_GENERAL = {"g": "general", "alliance": "general"}


def element(row: list[Any], model: Model) -> tuple[Matrix, int, int] | None:
    """Where a row of lavaan's table stands in our matrices; None for what we do not have."""
    left, operator, right = row[:3]
    left, right = _GENERAL.get(left, left), _GENERAL.get(right, right)
    items = {f"i{item}": place for place, item in enumerate(model.items)}
    factors = {factor: place for place, factor in enumerate(model.factors)}
    if operator == "=~" and right in items:
        return Matrix.LOADINGS, items[right], factors[left]
    if operator == "=~":
        return Matrix.REGRESSIONS, factors[right], factors[left]
    if operator == "~~" and left in items:
        return Matrix.RESIDUAL_COVARIANCES, items[left], items[right]
    if operator == "~~":
        places = sorted((factors[left], factors[right]), reverse=True)
        return Matrix.FACTOR_COVARIANCES, places[0], places[1]
    if operator == "~1" and left in items:
        return Matrix.INTERCEPTS, items[left], 0
    if operator == "|":
        return Matrix.THRESHOLDS, items[left], int(right[1:]) - 1
    return None


def compared(fitted: Fitted, rows: list[list[Any]]) -> Iterator[tuple[str, float, float]]:
    """Yield (what, ours, lavaan's) for every free cell: estimate, error, standardized loading."""
    model = fitted.layout.model
    labels = {(r.matrix, r.row, r.column): r.label for r in model.table if r.label is not None}
    positions = {label: position for position, label in enumerate(model.labels)}
    loadings, _ = standardized_loadings(fitted)
    regressions, _ = standardized_regressions(fitted)
    seen = set()
    for row in rows:
        place = element(row, model)
        if place is None or place not in labels:
            continue
        seen.add(place)
        position = positions[labels[place]]
        name = " ".join(row[:3])
        yield f"{name} estimate", float(fitted.theta[position]), row[3]
        yield f"{name} error", float(fitted.standard_errors[position]), row[4]
        if place[0] is Matrix.LOADINGS:
            yield f"{name} standardized", float(loadings[place[1:]]), row[5]
        if place[0] is Matrix.REGRESSIONS:
            yield f"{name} standardized", float(regressions[place[1:]]), row[5]
    assert seen == set(labels)


def check_estimates(fitted: Fitted, rows: list[list[Any]], *, tolerance: float = 5e-6) -> None:
    for what, ours, theirs in compared(fitted, rows):
        assert np.isclose(ours, theirs, rtol=tolerance, atol=tolerance), what


def check_measures(result: ModelResult, theirs: dict[str, float | None]) -> None:
    for name, value in measures(result).items():
        expected = theirs.get(name)
        if expected is not None:
            assert value is not None, name
            # lavaan finds interval ends with uniroot's default tolerance, 1.2e-4 in noncentrality;
            # and a root near zero magnifies where its EM stops (1e-5 for the robust RMSEA)
            tolerance = 1e-5 if name.startswith("rmsea") else 2e-6
            assert np.isclose(value, expected, rtol=2e-6, atol=tolerance), name


def measures(result: ModelResult) -> dict[str, float | None]:
    """Return our fit measures under lavaan's names."""
    found: dict[str, float | None] = {
        "chisq": result.chi_square,
        "df": result.df,
        "pvalue": result.p_value,
        "npar": result.n_parameters,
        "srmr": result.srmr,
        "logl": result.log_likelihood,
        "aic": result.aic,
        "bic": result.bic,
        "baseline.chisq": result.baseline_chi_square,
        "baseline.df": result.baseline_df,
    }
    versions = {"": result.indices, ".scaled": result.scaled_indices}
    for ending, indices in (versions | {".robust": result.robust_indices}).items():
        if indices is None or indices.rmsea_interval is None:
            continue
        found[f"cfi{ending}"] = indices.cfi
        found[f"tli{ending}"] = indices.tli
        found[f"rmsea{ending}"] = indices.rmsea
        found[f"rmsea.ci.lower{ending}"] = indices.rmsea_interval.lower
        found[f"rmsea.ci.upper{ending}"] = indices.rmsea_interval.upper
        found[f"rmsea.pvalue{ending}"] = indices.rmsea_close_fit_p
    if result.scaled is not None:
        found["chisq.scaled"] = result.scaled.chi_square
        found["pvalue.scaled"] = result.scaled.p_value
        found["chisq.scaling.factor"] = result.scaled.scaling_factor
    return found
