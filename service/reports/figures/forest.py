"""Correlations of alliance and outcomes with their intervals, published ones beneath as context."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.reports.figures.palette import (
    BLUE,
    INK,
    ORANGE,
    PAPER,
    QUIET,
    VERMILION,
    bounded,
    grid,
    readable,
    sheet,
    shortened,
)
from service.reports.record import Json, ReportRecord

_MOST = 40
_TIMING: dict[str, tuple[str, str]] = {
    "predictive": ("o", BLUE),
    "concurrent": ("s", ORANGE),
    "retrospective": ("^", VERMILION),
}
_WHEN = {
    "predictive": "rated before the outcome",
    "concurrent": "rated at the outcome",
    "retrospective": "rated after the outcome",
}
_OTHER = ("D", INK)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line of the forest; a heading has no estimate."""

    label: str
    estimate: float | None = None
    interval: Json | None = None
    marker: str = "D"
    colour: str = INK
    filled: bool = True


def draw(record: ReportRecord) -> Figure | None:
    """Draw each outcome's correlations with every scale, or with the total where there are many."""
    section = record.section("criterion")
    if section is None:
        return None
    found = [one for one in section["associations"] if one["pearson"]["estimate"] is not None]
    if len(found) > _MOST:
        found = [one for one in found if one["scale"] == "total"] or found[:_MOST]
    if not found:
        return None
    rows = [*_rows(found), *_context(section.get("context") or [])]
    figure = sheet(1.2 + 0.25 * len(rows))
    axes = figure.subplots()
    for place, row in enumerate(rows):
        _draw_row(axes, place, row)
    axes.axvline(0, color=QUIET, linewidth=0.9)
    axes.set_yticks(range(len(rows)), [row.label for row in rows])
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if row.estimate is None else "normal")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    low, high = axes.get_xlim()
    axes.set_xlim(max(-1.0, min(low, -0.1)), min(1.0, max(high, 0.5)))
    axes.xaxis.set_major_formatter(lambda value, _: bounded(value, 1) if value else "0")
    axes.set_xlabel("Pearson's correlation, 95% interval")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    grid(axes, "x")
    _legend(figure, axes, [one["timing"] for one in found])
    return figure


def _rows(found: list[Json]) -> list[_Row]:
    rows: list[_Row] = []
    for outcome in dict.fromkeys(one["outcome"] for one in found):
        rows.append(_Row(label=shortened(outcome, 26)))
        for one in found:
            if one["outcome"] == outcome:
                marker, colour = _TIMING.get(one["timing"], _OTHER)
                rows.append(
                    _Row(
                        label=readable(one["scale"]),
                        estimate=one["pearson"]["estimate"],
                        interval=one["pearson"]["interval"],
                        marker=marker,
                        colour=colour,
                    )
                )
    return rows


def _context(published: list[Json]) -> list[_Row]:
    if not published:
        return []
    return [
        _Row(label="Published, other settings"),
        *(
            _Row(
                label=shortened(one["name"], 26),
                estimate=one["estimate"],
                interval=one.get("interval"),
                colour=QUIET,
                filled=False,
            )
            for one in published
        ),
    ]


def _draw_row(axes: Axes, place: int, row: _Row) -> None:
    if row.estimate is None:
        return
    if row.interval is not None:
        ends = [row.interval["lower"], row.interval["upper"]]
        axes.plot(ends, [place, place], color=row.colour, linewidth=1.5)
    axes.plot(
        row.estimate, place, row.marker, color=row.colour, markersize=6,
        markerfacecolor=row.colour if row.filled else PAPER,
    )  # fmt: skip


def _legend(figure: Figure, axes: Axes, timings: list[str]) -> None:
    for timing in dict.fromkeys(timings):
        marker, colour = _TIMING.get(timing, _OTHER)
        axes.plot([], [], marker, color=colour, label=_WHEN.get(timing, "timing unknown"))
    figure.legend(loc="outside upper center", ncols=3, handletextpad=0.2)
