"""Reads lavaan's parameter tables as elements of ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from psychometrics.cfa.fitted import Fitted
from psychometrics.cfa.model import Matrix, Model
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
