"""Standardized loadings of the best proper model with their 95% intervals."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.reports.figures.best_model import factors_of, shown_model
from service.reports.figures.palette import (
    FACTOR_COLOURS,
    MARKERS,
    QUIET,
    grid,
    readable,
    sheet,
)
from service.reports.record import Json, ReportRecord

_Z = 1.959963984540054


def draw(record: ReportRecord) -> Figure | None:
    """Draw one row for each item; an item with several loadings has several marks."""
    model = shown_model(record)
    if model is None:
        return None
    items = _items(model)
    figure = sheet(1.3 + 0.25 * len(items))
    axes = figure.subplots()
    for place, factor in enumerate(factors_of(model)):
        _draw_factor(axes, model, items, place, factor)
    axes.axvline(0, color=QUIET, linewidth=0.8)
    axes.set_yticks(range(len(items)), [f"Item {item}" for item in items])
    axes.set_ylim(len(items) - 0.4, -0.6)
    axes.set_xlim(right=max(1.0, axes.get_xlim()[1]))
    axes.set_xlabel("Standardized loading, 95% interval")
    grid(axes, "x")
    figure.legend(loc="outside upper center", ncols=4, title=None)
    return figure


def _items(model: Json) -> list[int]:
    """Items in the order of the factors that are specific to them."""
    order: dict[int, None] = {}
    for factor in reversed(factors_of(model)):
        for loading in model["loadings"]:
            if loading["factor"] == factor:
                order.setdefault(loading["item"])
    grouped: dict[str, list[int]] = {factor: [] for factor in factors_of(model)}
    last = {loading["item"]: loading["factor"] for loading in model["loadings"]}
    for item in sorted(order):
        grouped[last[item]].append(item)
    return [item for members in grouped.values() for item in members]


def _draw_factor(axes: Axes, model: Json, items: list[int], place: int, factor: str) -> None:
    rows, values, errors = [], [], []
    for loading in model["loadings"]:
        if loading["factor"] == factor and loading["standardized"] is not None:
            rows.append(items.index(loading["item"]))
            values.append(loading["standardized"])
            errors.append(_Z * (loading["standardized_standard_error"] or 0.0))
    if not rows:
        return
    axes.errorbar(
        values, rows, xerr=errors, fmt=MARKERS[place % len(MARKERS)], markersize=6, capsize=0,
        elinewidth=1.4, color=FACTOR_COLOURS[place % len(FACTOR_COLOURS)], label=readable(factor),
    )  # fmt: skip
