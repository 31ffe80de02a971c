"""The mean course of each scale with its interval, over the density of persons' scores.

The classes are shares that tell of no single person
(:mod:`psychometrics.longitudinal.course_density`).
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from service.reports.figures.palette import INK, grid, readable, sheet
from service.reports.record import Json, ReportRecord

_COLOURS = LinearSegmentedColormap.from_list("persons", ["#EEF4FA", "#7FB3DA"])
_ACROSS = 2


def draw(record: ReportRecord) -> Figure | None:
    """Draw every scale of which two means are shown."""
    section = record.section("trajectory")
    if section is None:
        return None
    scales = {name: scale for name, scale in section["scales"].items() if len(_known(scale)) > 1}
    if not scales:
        return None
    down = -(-len(scales) // _ACROSS)
    figure = sheet(0.6 + 2.2 * down)
    panels = figure.subplots(down, _ACROSS, squeeze=False).ravel()
    for axes, (name, scale) in zip(panels, scales.items(), strict=False):
        _draw_scale(axes, scale)
        axes.set_title(readable(name))
        axes.set_xlabel("Session")
    for place, axes in enumerate(panels):
        if place % _ACROSS == 0:
            axes.set_ylabel("Score, points")
        if place >= len(scales):
            axes.set_axis_off()
    return figure


def _known(scale: Json) -> list[Json]:
    return [
        one
        for one in scale["occasion_means"]
        if one["mean"] is not None and one["interval"] is not None
    ]


def _draw_scale(axes: Axes, scale: Json) -> None:
    density, known = scale["density"], _known(scale)
    places = {one["occasion"]: place for place, one in enumerate(scale["occasion_means"])}
    if density is not None:
        shares = np.array(density["shares"], dtype=np.float64).T
        axes.pcolormesh(
            np.arange(len(places) + 1) - 0.5, density["edges"], np.ma.masked_invalid(shares),
            cmap=_COLOURS, vmin=0.0, linewidth=0,
        )  # fmt: skip
    at = [places[one["occasion"]] for one in known]
    means = [one["mean"] for one in known]
    lower, upper = ([one["interval"][end] for one in known] for end in ("lower", "upper"))
    axes.fill_between(at, lower, upper, color=INK, alpha=0.2, linewidth=0)
    axes.plot(at, means, color=INK, marker="o", markersize=4, linewidth=1.4)
    axes.set_xticks(list(places.values()), [f"{occasion:g}" for occasion in places])
    axes.margins(x=0.02)
    grid(axes, "y")
