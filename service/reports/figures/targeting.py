"""Where the persons are (above) and where the thresholds of the items are (below)."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.reports.figures.palette import BLUE, QUIET, VERMILION, grid, sheet, shortened
from service.reports.record import Json, ReportRecord


def draw(record: ReportRecord) -> Figure | None:
    """Draw a panel for each scale; bars of persons that are withheld are left out."""
    section = record.section("irt")
    scales = {} if section is None else section["scales"]
    shown = {name: scale["targeting"] for name, scale in scales.items() if scale["targeting"]}
    if not shown:
        return None
    figure = sheet(0.6 + 1.9 * len(shown))
    panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for axes, (name, targeting) in zip(panels, shown.items(), strict=True):
        _draw_scale(axes, targeting["bins"])
        axes.set_title(shortened(name))
    panels[-1].set_xlabel("Alliance, SD")
    return figure


def _draw_scale(axes: Axes, bins: list[Json]) -> None:
    middle = [(one["lower"] + one["upper"]) / 2 for one in bins]
    width = bins[0]["upper"] - bins[0]["lower"]
    persons = [one["persons"] or 0 for one in bins]
    thresholds = [one["thresholds"] or 0 for one in bins]
    scale = max(*persons, 1) / max(*thresholds, 1)
    axes.bar(middle, persons, width=width * 0.95, color=BLUE)
    axes.bar(
        middle, [-count * scale for count in thresholds], width=width * 0.95, color=VERMILION,
        hatch="//", edgecolor="white",
    )  # fmt: skip
    axes.axhline(0.0, color=QUIET, linewidth=0.8)
    axes.set_yticks([])
    axes.text(0.01, 0.95, "persons", transform=axes.transAxes, fontsize=8, va="top", color=BLUE)
    axes.text(0.01, 0.05, "thresholds", transform=axes.transAxes, fontsize=8, color=VERMILION)
    grid(axes, "x")
