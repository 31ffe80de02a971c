"""Bias and limits of agreement alone, a row for each scale, where pairs are too few for more."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.reports.figures.palette import BLUE, PAPER, QUIET, VERMILION, grid, readable, sheet
from service.reports.record import Json


def draw(scales: Mapping[str, Json], label: str) -> Figure:
    """Draw bands between the limits, with the bias and all intervals.

    Parameters
    ----------
    scales
        Those that have limits, by name; at least one.
    label
        What the difference is, with its unit.
    """
    figure = sheet(1.1 + 0.6 * len(scales))
    axes = figure.subplots()
    for row, (name, scale) in enumerate(scales.items()):
        _draw_scale(axes, row, scale)
        axes.text(
            0.0, row - 0.42, readable(name), transform=axes.get_yaxis_transform(),
            fontweight="bold", fontsize=9, va="center", ha="left",
        )  # fmt: skip
    axes.axvline(0, color=QUIET, linewidth=0.9)
    axes.set_ylim(len(scales) - 0.55, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.margins(x=0.08)
    axes.set_xlabel(label)
    grid(axes, "x")
    return figure


def points(value: float) -> str:
    """Write a difference with its sign; nothing has none."""
    text = f"{value:+.1f}".replace("-", "−")
    return text if text[1:] != "0.0" else "0.0"


def _draw_scale(axes: Axes, row: int, scale: Json) -> None:
    limits = scale["limits_of_agreement"]
    lower, upper = limits["lower"]["estimate"], limits["upper"]["estimate"]
    axes.barh(row, upper - lower, left=lower, height=0.34, color=BLUE, alpha=0.16, linewidth=0)
    for limit in (limits["lower"], limits["upper"]):
        _interval(axes, row, limit, BLUE, 5.0)
        axes.plot([limit["estimate"]] * 2, [row - 0.17, row + 0.17], color=BLUE, linewidth=2)
        axes.text(
            limit["estimate"], row + 0.29, points(limit["estimate"]), ha="center", va="center",
            fontsize=8.5,
        )  # fmt: skip
    bias = scale["difference"]
    _interval(axes, row, bias, VERMILION, 2.2)
    axes.plot(
        bias["estimate"], row, "D", color=VERMILION, markerfacecolor=PAPER, markersize=6,
        markeredgewidth=1.6,
    )  # fmt: skip
    axes.text(
        bias["estimate"], row + 0.29, points(bias["estimate"]), ha="center", va="center",
        fontsize=8.5, fontweight="bold",
    )  # fmt: skip


def _interval(axes: Axes, row: int, estimate: Json, colour: str, width: float) -> None:
    interval = estimate["interval"]
    if interval is not None:
        ends = [interval["lower"], interval["upper"]]
        axes.plot(ends, [row, row], color=colour, alpha=0.45, linewidth=width)
