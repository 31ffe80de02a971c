"""The invariance ladder: how far up the same answers mean the same in every group."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from service.reports.figures.palette import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    ORANGE,
    PAPER,
    QUIET,
    VERMILION,
    bare,
    bounded,
    grid,
    sheet,
)
from service.reports.record import Json, ReportRecord

_WORDS = {True: "holds", False: "does not hold", None: "undecided"}
_COLOURS: dict[bool | None, str] = {True: GREEN, False: VERMILION, None: ORANGE}
_HATCHES = {True: "", False: "xxxx", None: "////"}
_EQUAL = {
    "configural": "same factors",
    "thresholds": "thresholds equal",
    "metric": "loadings equal",
    "scalar": "intercepts equal",
    "strict": "residuals equal",
}


def draw(record: ReportRecord) -> Figure | None:
    """Draw a rung for each step, the lowest first, and how the indices changed there."""
    section = record.section("invariance")
    if section is None or not section["steps"]:
        return None
    steps = section["steps"]
    figure = sheet(1.5 + 0.52 * len(steps))
    rungs, changes = figure.subplots(1, 2, sharey=True, width_ratios=[1.35, 1])
    _draw_rungs(rungs, steps)
    _draw_changes(changes, steps)
    rungs.set_ylim(-0.6, len(steps) - 0.4)
    return figure


def _draw_rungs(axes: Axes, steps: list[Json]) -> None:
    bare(axes)
    axes.set_xlim(0, 10)
    axes.plot([0.35, 0.35], [-0.45, len(steps) - 0.55], color=QUIET, linewidth=2.2)
    for row, step in enumerate(steps):
        tenable = step["tenable"]
        axes.plot([0.35, 1.0], [row, row], color=QUIET, linewidth=2.2)
        axes.add_patch(
            FancyBboxPatch(
                (1.0, row - 0.26), 0.55, 0.52, boxstyle="round,pad=0,rounding_size=0.12",
                facecolor=PAPER if _HATCHES[tenable] else _COLOURS[tenable],
                edgecolor=_COLOURS[tenable], hatch=_HATCHES[tenable], linewidth=1.4,
            )
        )  # fmt: skip
        name = step["step"].capitalize()
        equal = _EQUAL.get(step["step"], "")
        axes.text(1.95, row + 0.14, name, va="center", fontweight="bold")
        axes.text(1.95, row - 0.19, equal, va="center", fontsize=8.5, color=QUIET)
        axes.text(6.3, row, _WORDS[tenable], va="center", color=INK)


def _draw_changes(axes: Axes, steps: list[Json]) -> None:
    drawn = False
    for name, colour, marker in (
        ("cfi", BLUE, "o"),
        ("rmsea", VERMILION, "s"),
        ("srmr", QUIET, "D"),
    ):
        points = [
            (step["delta"][name], row)
            for row, step in enumerate(steps)
            if step["delta"] is not None and step["delta"][name] is not None
        ]
        if points:
            values, rows = zip(*points, strict=True)
            axes.plot(
                values, rows, marker, color=colour, markersize=6, markerfacecolor=PAPER,
                markeredgewidth=1.6, label=name.upper(),
            )  # fmt: skip
            drawn = True
    axes.axvline(0, color=QUIET, linewidth=0.9)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.set_xlabel("Change from the step below")
    axes.locator_params(axis="x", nbins=4)
    axes.xaxis.set_major_formatter(lambda value, _: bounded(value, 3))
    grid(axes, "x")
    for row in range(len(steps)):
        axes.axhline(row, color=FAINT, linewidth=0.7, zorder=0)
    if drawn:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.22), ncols=3, handletextpad=0.1)
