"""Polychoric correlations of the items as a heat map, items of a subscale side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from psychometrics.types import FloatArray
from service.reports.figures.palette import INK, PAPER, bounded, readable, sheet
from service.reports.record import ReportRecord

_WRITTEN = 14


def draw(record: ReportRecord) -> Figure | None:
    """Draw the lower triangle; cells that could not be estimated stay empty."""
    section = record.section("items")
    inter = None if section is None else section["inter_item"]
    matrix = None if inter is None else inter["polychoric"]
    if inter is None or not matrix:
        return None
    items, borders = _by_subscale(record, inter["order"])
    places = [inter["order"].index(item) for item in items]
    values = np.array(matrix, dtype=np.float64)[np.ix_(places, places)]
    shown = np.ma.masked_invalid(np.where(np.tri(len(items), k=-1) > 0, values, np.nan))
    if shown.count() == 0:
        return None
    figure = sheet(5.2)
    axes = figure.subplots()
    lowest = min(0.0, float(shown.min()))
    image = axes.imshow(shown, cmap="cividis_r", vmin=lowest, vmax=1.0)
    figure.colorbar(image, ax=axes, shrink=0.6, pad=0.02, label="Polychoric correlation")
    if len(items) <= _WRITTEN:
        _write(axes, shown)
    _frame(axes, items, borders)
    return figure


def _by_subscale(record: ReportRecord, order: list[int]) -> tuple[list[int], list[tuple[str, int]]]:
    """Items in the order they are drawn, and where each subscale begins."""
    items: list[int] = []
    borders = []
    for name, members in record.scales().items():
        found = [item for item in sorted(members) if item in order and item not in items]
        if found:
            borders.append((name, len(items)))
            items += found
    return items + [item for item in order if item not in items], borders


def _write(axes: Axes, shown: FloatArray) -> None:
    for row, column in zip(*np.nonzero(~np.ma.getmaskarray(shown)), strict=True):
        value = float(shown[row, column])
        axes.text(
            column, row, bounded(value), ha="center", va="center", fontsize=8,
            color=PAPER if value > 0.5 else INK,
        )  # fmt: skip


def _frame(axes: Axes, items: list[int], borders: list[tuple[str, int]]) -> None:
    size = "small" if len(items) <= _WRITTEN else "x-small"
    axes.set_xticks(range(len(items)), [str(item) for item in items], fontsize=size)
    axes.set_yticks(range(len(items)), [str(item) for item in items], fontsize=size)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    for place, (name, start) in enumerate(borders):
        end = borders[place + 1][1] if place + 1 < len(borders) else len(items)
        if start:
            axes.plot([-0.5, start - 0.5], [start - 0.5] * 2, color=INK, linewidth=1.0)
            axes.plot([start - 0.5] * 2, [start - 0.5, len(items) - 0.5], color=INK, linewidth=1.0)
        middle = (start + end - 1) / 2
        axes.text(middle + 0.6, middle - 0.6, readable(name), va="bottom", fontweight="bold")
    axes.set_xlabel("Item")
    axes.set_ylabel("Item")
