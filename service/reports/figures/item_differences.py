"""How differently single items work in two groups at the same alliance."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.reports.curve_selection import drawn_effects
from service.reports.figures.palette import (
    BLUE,
    QUIET,
    VERMILION,
    grid,
    sheet,
    shortened,
)
from service.reports.record import Json, ReportRecord

_ACROSS = 3


def draw(record: ReportRecord) -> Figure | None:
    """Draw expected answers of items that differ, over the factor, in both groups."""
    section = record.section("invariance")
    effects = [] if section is None else drawn_effects(section)
    if section is None or not effects:
        return None
    across = min(_ACROSS, len(effects))
    down = -(-len(effects) // across)
    figure = sheet(0.9 + 2.1 * down)
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    response = record.definition["response"]
    for place, effect in enumerate(effects):
        axes = panels[place // across, place % across]
        _draw_item(axes, effect, several=len({one["group"] for one in effects}) > 1)
        axes.set_ylim(response["minimum"] - 0.1, response["maximum"] + 0.1)
        if place % across == 0:
            axes.set_ylabel("Expected answer")
        if place + across >= len(effects):
            axes.set_xlabel("Alliance, SD")
            axes.tick_params(axis="x", labelbottom=True)
    for place in range(len(effects), across * down):
        panels[place // across, place % across].set_axis_off()
    _legend(figure, section, effects)
    return figure


def _draw_item(axes: Axes, effect: Json, *, several: bool) -> None:
    curve = effect["curve"]
    at, reference, group = curve["factor"], curve["reference"], curve["group"]
    axes.fill_between(at, reference, group, color=QUIET, alpha=0.15, linewidth=0)
    axes.plot(at, reference, color=BLUE, linewidth=1.9)
    axes.plot(at, group, color=VERMILION, linewidth=1.9, linestyle="--")
    whose = f", {shortened(effect['group'], 12)}" if several else ""
    axes.set_title(f"Item {effect['item']}{whose}")
    grid(axes, "y")


def _legend(figure: Figure, section: Json, effects: list[Json]) -> None:
    groups = list(dict.fromkeys(one["group"] for one in effects))
    other = shortened(groups[0], 30) if len(groups) == 1 else "the other group"
    lines = [
        figure.axes[0].lines[0],
        figure.axes[0].lines[1],
    ]
    figure.legend(
        lines, [shortened(section["reference"], 30), other], loc="outside upper center",
        ncols=2,
    )  # fmt: skip
