"""Which items were left out, together and in each group; never person by person.

Above, patterns: each row is a set of items that the same persons left out, the most frequent
first, patterns of 10 persons or fewer in one row of rarer ones. Below, each item's share in the
whole sample and in groups, where few enough of them are withheld that the table says something.

References
----------
van Buuren, S. (2018). Flexible imputation of missing data (2nd ed.), 4.1: missing data patterns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from psychometrics.types import FloatArray
from service.reports.figures.palette import (
    BLUE,
    INK,
    ORANGE,
    PAPER,
    QUIET,
    grid,
    per_cent,
    sheet,
    told_apart,
)
from service.reports.record import Json, ReportRecord

_MOST = 14
_WRITTEN = 20
_TELLING = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shares:
    """Share of persons who left an item out; rows are the whole and groups, ``nan`` withheld."""

    names: list[str]
    table: FloatArray


def draw(record: ReportRecord) -> Figure | None:
    """Draw patterns and shares; ``None`` where nothing is missing or everything is withheld."""
    section = record.section("items")
    if section is None:
        return None
    items = [one["item"] for one in section["items"]]
    patterns = _patterns(section)
    shares = _shares(record, section)
    heights = [
        0.9 + 0.24 * len(patterns) if patterns else 0.0,
        1.3 + 0.36 * len(shares.names) if shares.names else 0.0,
    ]
    if not any(heights):
        return None
    figure = sheet(sum(heights))
    parts = np.atleast_1d(
        np.array(figure.subfigures(2, 1, height_ratios=heights) if all(heights) else figure)
    )
    if patterns:
        _draw_patterns(parts[0], items, patterns, step=section["missing"]["patterns"]["step"])
    if shares.names:
        _draw_shares(parts[-1], items, shares)
    return figure


def _patterns(section: Json) -> list[tuple[frozenset[int] | None, float]]:
    """Items left out together and the share of persons; rarer patterns last, without items."""
    found = section["missing"].get("patterns")
    if found is None:
        return []
    gaps = [(frozenset(one["items"]), one["share"]) for one in found["patterns"] if one["items"]]
    shown, others = gaps[:_MOST], gaps[_MOST:]
    rest = found["rarer"] + sum(share for _, share in others)
    rows: list[tuple[frozenset[int] | None, float]] = [*shown, (None, rest)]
    return [row for row in rows if row[1] > 0] if shown else []


def _draw_patterns(
    figure: Figure,
    items: list[int],
    patterns: list[tuple[frozenset[int] | None, float]],
    *,
    step: float,
) -> None:
    cells, bars = figure.subplots(1, 2, sharey=True, width_ratios=[5, 3])
    for row, (left_out, _) in enumerate(patterns):
        for column, item in enumerate(items):
            colour = ORANGE if left_out and item in left_out else "#EEF0F2"
            cells.add_patch(
                Rectangle((column - 0.42, row - 0.4), 0.84, 0.8, facecolor=colour, linewidth=0)
            )
        if left_out is None:
            cells.text(
                (len(items) - 1) / 2, row, "rarer patterns", ha="center", va="center", fontsize=9
            )
    cells.set_xlim(-0.6, len(items) - 0.4)
    cells.set_ylim(len(patterns) - 0.4, -0.6)
    cells.set_yticks([])
    _item_axis(cells, items)
    for side in ("left", "bottom"):
        cells.spines[side].set_visible(False)
    values = [share for _, share in patterns]
    bars.barh(np.arange(len(values)), values, height=0.7, color=BLUE)
    bars.set_xlim(0, max(values) * 1.12)
    bars.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g}%")
    bars.xaxis.get_major_locator().set_params(nbins=4)
    bars.set_xlabel(f"Share of persons, in steps of {100 * step:g}%")
    bars.tick_params(axis="y", length=0, labelleft=False)
    grid(bars, "x")


def _shares(record: ReportRecord, section: Json) -> _Shares:
    """Shares left out by item in the whole and in each group, rows that say enough alone."""
    sample = record.section("sample") or {}
    groups = sorted({one["group"] for one in sample.get("items") or () if one["group"] is not None})
    order = [one["item"] for one in section["items"]]
    found = {("all persons", one["item"]): one["missing"] for one in section["items"]}
    found |= {
        (one["group"], one["item"]): one["missing"]
        for one in sample.get("items") or ()
        if one["group"] is not None
    }
    names = ["all persons", *groups]
    table = np.array(
        [[found.get((name, item)) for item in order] for name in names], dtype=np.float64
    )
    telling = np.isfinite(table).mean(axis=1) >= _TELLING
    nobody = not (np.nan_to_num(table[telling]) > 0).any()
    keep = np.zeros(len(names), dtype=bool) if nobody else telling
    return _Shares(
        names=[name for name, kept in zip(names, keep, strict=True) if kept], table=table[keep]
    )


def _draw_shares(figure: Figure, items: list[int], shares: _Shares) -> None:
    axes = figure.subplots()
    top = max(0.05, float(np.nanmax(shares.table)))
    image = axes.imshow(
        np.ma.masked_invalid(shares.table), cmap="cividis_r", vmin=0, vmax=top, aspect="auto"
    )
    _mark_withheld(axes, shares.table)
    if len(items) <= _WRITTEN:
        _write(axes, shares.table, top)
    _item_axis(axes, items)
    axes.set_yticks(range(len(shares.names)), told_apart(shares.names))
    axes.tick_params(length=0)
    bar = figure.colorbar(
        image, ax=axes, orientation="horizontal", shrink=0.5, aspect=30, label="Share left out"
    )
    bar.ax.xaxis.set_major_formatter(per_cent)


def _item_axis(axes: Axes, items: list[int]) -> None:
    axes.set_xticks(range(len(items)), [str(item) for item in items])
    axes.tick_params(axis="x", length=0, labelsize=9 if len(items) <= _WRITTEN else 6.5)
    axes.set_xlabel("Item")


def _mark_withheld(axes: Axes, table: FloatArray) -> None:
    for row, column in zip(*np.nonzero(np.isnan(table)), strict=True):
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
