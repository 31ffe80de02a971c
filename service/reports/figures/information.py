"""How precisely each scale measures along the trait."""

from __future__ import annotations

from matplotlib.figure import Figure

from service.reports.figures.palette import FACTOR_COLOURS, QUIET, grid, sheet, told_apart
from service.reports.record import ReportRecord

_STYLES = ("-", "--", "-.", ":")
_RELIABILITY = 0.70


def draw(record: ReportRecord) -> Figure | None:
    """Draw the information of each scale, and what a reliability of .70 asks for."""
    section = record.section("irt")
    scales = {} if section is None else section["scales"]
    curves = {name: scale["information"] for name, scale in scales.items() if scale["information"]}
    curves = {name: curve for name, curve in curves.items() if curve["test"]}
    if not curves:
        return None
    figure = sheet(3.2)
    axes = figure.subplots()
    for place, (label, curve) in enumerate(
        zip(told_apart(list(curves)), curves.values(), strict=True)
    ):
        axes.plot(
            curve["theta"], curve["test"], label=label, linewidth=1.8,
            color=FACTOR_COLOURS[place % len(FACTOR_COLOURS)],
            linestyle=_STYLES[place % len(_STYLES)],
        )  # fmt: skip
    needed = _RELIABILITY / (1.0 - _RELIABILITY)
    axes.axhline(needed, color=QUIET, linewidth=0.9, linestyle=":")
    axes.text(4.0, needed, "reliability .70", color=QUIET, fontsize=8, ha="right", va="bottom")
    axes.set_xlabel("Alliance, SD")
    axes.set_ylabel("Information")
    axes.set_ylim(bottom=0.0)
    axes.legend(loc="upper right")
    grid(axes, "y")
    return figure
