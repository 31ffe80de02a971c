"""Expected answers to the items that work differently between groups."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.reports.figures.palette import BLUE, QUIET, VERMILION, grid, sheet, shortened
from service.reports.record import Json, ReportRecord

_ACROSS, _MOST = 3, 12


def draw(record: ReportRecord) -> Figure | None:
    """Draw reference and focal group of each flagged item, at most twelve."""
    section = record.section("irt")
    found = None if section is None else section["dif"]
    items = [] if found is None else [one for one in found["items"] if one["curve"]][:_MOST]
    items = [one for one in items if one["curve"]["theta"]]
    if found is None or not items:
        return None
    across = min(_ACROSS, len(items))
    down = -(-len(items) // across)
    figure = sheet(0.9 + 2.1 * down)
    panels = figure.subplots(down, across, sharex=True, sharey=True, squeeze=False)
    names = [group["name"] for group in found["groups"]]
    for place in range(across * down):
        axes = panels[place // across, place % across]
        if place >= len(items):
            axes.set_axis_off()
            continue
        _draw_item(axes, items[place])
        if place % across == 0:
            axes.set_ylabel("Expected answer")
        if place + across >= len(items):
            axes.set_xlabel("Alliance, SD")
            axes.tick_params(axis="x", labelbottom=True)
    other = shortened(str(names[1]), 30) if len(names) == 2 else "the other group"
    figure.legend(
        figure.axes[0].lines[:2], [shortened(str(names[0]), 30), other],
        loc="outside upper center", ncols=2,
    )  # fmt: skip
    return figure


def _draw_item(axes: Axes, item: Json) -> None:
    curve = item["curve"]
    at, reference, focal = curve["theta"], curve["reference"], curve["focal"]
    axes.fill_between(at, reference, focal, color=QUIET, alpha=0.15, linewidth=0)
    axes.plot(at, reference, color=BLUE, linewidth=1.9)
    axes.plot(at, focal, color=VERMILION, linewidth=1.9, linestyle="--")
    axes.set_title(f"Item {item['item']}")
    grid(axes, "y")
