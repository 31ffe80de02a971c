"""How much each item was left out, in each group where there are some; never person by person."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from psychometrics.types import BoolArray, FloatArray
from service.reports.figures.palette import INK, PAPER, QUIET, sheet, told_apart
from service.reports.record import Json, ReportRecord

_WRITTEN = 20


def draw(record: ReportRecord) -> Figure | None:
    """Draw items by groups; ``None`` where no share is known or nothing is missing."""
    section = record.section("items")
    if section is None:
        return None
    names, table, withheld = _table(record, section)
    if not (np.nan_to_num(table) > 0).any():
        return None
    figure = sheet(1.5 + 0.42 * len(names))
    axes = figure.subplots()
    top = max(0.05, float(np.nanmax(table)))
    image = axes.imshow(
        np.ma.masked_invalid(table), cmap="cividis_r", vmin=0, vmax=top, aspect="auto"
    )
    _mark_withheld(axes, withheld)
    items = [one["item"] for one in section["items"]]
    if len(items) <= _WRITTEN:
        _write(axes, table, top)
    axes.set_xticks(range(len(items)), [str(item) for item in items])
    axes.tick_params(axis="x", labelsize=9 if len(items) <= _WRITTEN else 6.5)
    axes.set_yticks(range(len(names)), told_apart(names))
    axes.tick_params(length=0)
    axes.set_xlabel("Item")
    bar = figure.colorbar(
        image, ax=axes, orientation="horizontal", shrink=0.5, aspect=30, label="Share left out"
    )
    bar.ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    return figure


def _table(record: ReportRecord, section: Json) -> tuple[list[str], FloatArray, BoolArray]:
    """Names of the rows; shares left out, ``nan`` where not shown; where they are withheld.

    A group of which every share is withheld has no row.
    """
    sample = record.section("sample") or {}
    groups = {one["group"] for one in sample.get("items") or () if one["group"] is not None}
    names = ["all persons"]
    rows = [[one["missing"] for one in section["items"]]]
    for name in sorted(groups):
        shares = {one["item"]: one["missing"] for one in sample["items"] if one["group"] == name}
        row = [shares.get(one["item"]) for one in section["items"]]
        if any(value is not None for value in row):
            names.append(name)
            rows.append(row)
    table = np.array(
        [[np.nan if value is None else value for value in row] for row in rows], dtype=np.float64
    )
    return names, table, np.isnan(table)


def _mark_withheld(axes: Axes, withheld: BoolArray) -> None:
    for row, column in zip(*np.nonzero(withheld), strict=True):
        axes.add_patch(
            Rectangle(
                (column - 0.5, row - 0.5), 1, 1, facecolor=PAPER, edgecolor=QUIET, hatch="////",
                linewidth=0.4,
            )
        )  # fmt: skip


def _write(axes: Axes, table: FloatArray, top: float) -> None:
    for row, column in zip(*np.nonzero(np.isfinite(table)), strict=True):
        share = float(table[row, column])
        axes.text(
            column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=8.5,
            color=PAPER if share > 0.55 * top else INK,
        )  # fmt: skip
