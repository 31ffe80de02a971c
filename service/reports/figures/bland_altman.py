"""Bias and limits of agreement of two scores of each person; no single person is drawn.

References
----------
Bland, J. M., & Altman, D. G. (1986). Statistical methods for assessing agreement between two
methods of clinical measurement. The Lancet, 327, 307–310. doi:10.1016/S0140-6736(86)90837-8
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.reports.figures.palette import BLUE, PAPER, QUIET, VERMILION, grid, readable, sheet
from service.reports.record import Json, ReportRecord


def draw_retest(record: ReportRecord) -> Figure | None:
    """Draw the differences between two occasions."""
    return _draw(record.section("retest"), "Second occasion − first, points")


def draw_agreement(record: ReportRecord) -> Figure | None:
    """Draw the differences between two respondents."""
    section = record.section("agreement")
    if section is None:
        return None
    return _draw(section, f"{section['judge'][:24]} − {section['truth'][:24]}, points")


def _draw(section: Json | None, label: str) -> Figure | None:
    if section is None:
        return None
    scales = {name: one for name, one in section["scales"].items() if _drawable(one)}
    if not scales:
        return None
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


def _drawable(scale: Json) -> bool:
    limits = scale["limits_of_agreement"]
    return all(
        one["estimate"] is not None
        for one in (scale["difference"], limits["lower"], limits["upper"])
    )


def _draw_scale(axes: Axes, row: int, scale: Json) -> None:
    limits = scale["limits_of_agreement"]
    lower, upper = limits["lower"]["estimate"], limits["upper"]["estimate"]
    axes.barh(row, upper - lower, left=lower, height=0.34, color=BLUE, alpha=0.16, linewidth=0)
    for limit in (limits["lower"], limits["upper"]):
        _interval(axes, row, limit, BLUE, 5.0)
        axes.plot([limit["estimate"]] * 2, [row - 0.17, row + 0.17], color=BLUE, linewidth=2)
        axes.text(
            limit["estimate"], row + 0.29, _points(limit["estimate"]), ha="center", va="center",
            fontsize=8.5,
        )  # fmt: skip
    bias = scale["difference"]
    _interval(axes, row, bias, VERMILION, 2.2)
    axes.plot(
        bias["estimate"], row, "D", color=VERMILION, markerfacecolor=PAPER, markersize=6,
        markeredgewidth=1.6,
    )  # fmt: skip
    axes.text(
        bias["estimate"], row + 0.29, _points(bias["estimate"]), ha="center", va="center",
        fontsize=8.5, fontweight="bold",
    )  # fmt: skip


def _interval(axes: Axes, row: int, estimate: Json, colour: str, width: float) -> None:
    interval = estimate["interval"]
    if interval is not None:
        ends = [interval["lower"], interval["upper"]]
        axes.plot(ends, [row, row], color=colour, alpha=0.45, linewidth=width)


def _points(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")
