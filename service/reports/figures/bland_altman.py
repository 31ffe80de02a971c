"""Bland and Altman's plot without persons: difference against mean, as shares of pairs in bins.

Bins of 10 pairs or fewer are left empty where the analysis is made
(:mod:`psychometrics.reliability.agreement_bins`); where the pairs are too few for bins, the bias
and the limits stand alone.

References
----------
Bland, J. M., & Altman, D. G. (1986). Statistical methods for assessing agreement between two
methods of clinical measurement. The Lancet, 327, 307–310. doi:10.1016/S0140-6736(86)90837-8
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from service.reports.figures import limits_of_agreement
from service.reports.figures.palette import (
    FAINT,
    INK,
    PAPER,
    QUIET,
    VERMILION,
    per_cent,
    readable,
    sheet,
)
from service.reports.record import Json, ReportRecord

_COLOURS = LinearSegmentedColormap.from_list("pairs", ["#DCEAF5", "#7FB3DA", "#0B4F86"])
_ACROSS = 2


def draw_retest(record: ReportRecord) -> Figure | None:
    """Draw the differences between two occasions."""
    return _draw(record, record.section("retest"), "Second − first")


def draw_agreement(record: ReportRecord) -> Figure | None:
    """Draw the differences between two respondents."""
    section = record.section("agreement")
    if section is None:
        return None
    return _draw(record, section, f"{section['judge'][:16]} − {section['truth'][:16]}")


def _draw(record: ReportRecord, section: Json | None, label: str) -> Figure | None:
    if section is None:
        return None
    scales = {name: one for name, one in section["scales"].items() if _drawable(one)}
    if not scales:
        return None
    if not any(has_density(one) for one in scales.values()):
        return limits_of_agreement.draw(scales, f"{label}, points")
    down = -(-len(scales) // _ACROSS)
    figure = sheet(0.8 + 2.3 * down)
    panels = figure.subplots(down, _ACROSS, squeeze=False).ravel()
    colours = _colours(scales.values())
    for axes, (name, scale) in zip(panels, scales.items(), strict=False):
        _draw_scale(axes, scale, colours)
        _range(axes, record, name)
        axes.set_title(readable(name))
        axes.set_xlabel("Mean of both, points")
        axes.locator_params(integer=True, nbins=6)
    for place, axes in enumerate(panels):
        if place % _ACROSS == 0:
            axes.set_ylabel(label)
        if place >= len(scales):
            axes.set_axis_off()
    _legend(figure, panels, colours)
    return figure


def has_density(scale: Json) -> bool:
    """Whether it is known in which bins the pairs of a scale lie."""
    return bool((scale.get("density") or {}).get("mean_edges"))


def _drawable(scale: Json) -> bool:
    limits = scale["limits_of_agreement"]
    return all(
        one["estimate"] is not None
        for one in (scale["difference"], limits["lower"], limits["upper"])
    )


def _colours(scales: Any) -> Normalize:
    shares = [
        share
        for scale in scales
        if has_density(scale)
        for line in scale["density"]["shares"]
        for share in line
        if share is not None
    ]
    return Normalize(vmin=0.0, vmax=max(shares))


def _draw_scale(axes: Axes, scale: Json, colours: Normalize) -> None:
    if has_density(scale):
        density = scale["density"]
        shares = np.array(density["shares"], dtype=np.float64).T
        axes.pcolormesh(
            density["mean_edges"], density["difference_edges"], np.ma.masked_invalid(shares),
            cmap=_COLOURS, norm=colours, edgecolors=PAPER, linewidth=0.6,
        )  # fmt: skip
    axes.axhline(0, color=QUIET, linewidth=0.8)
    limits = scale["limits_of_agreement"]
    for limit in (limits["lower"], limits["upper"]):
        _line(axes, limit, INK, "--")
    _line(axes, scale["difference"], VERMILION, "-")
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.06 * (high - low), high + 0.06 * (high - low))


def _line(axes: Axes, estimate: Json, colour: str, style: str) -> None:
    value, interval = estimate["estimate"], estimate["interval"]
    if interval is not None:
        axes.axhspan(
            interval["lower"], interval["upper"], facecolor=colour, alpha=0.15, linewidth=0
        )
    axes.axhline(value, color=colour, linewidth=1.6, linestyle=style)
    axes.text(
        1.0, value, f" {limits_of_agreement.points(value)}", transform=axes.get_yaxis_transform(),
        ha="left", va="center", fontsize=8.5, color=colour,
    )  # fmt: skip


def _range(axes: Axes, record: ReportRecord, name: str) -> None:
    """Show no mean that the scale cannot have."""
    response, scales = record.definition["response"], record.scales()
    n_items = len(scales[name]) if name in scales else sum(map(len, scales.values()))
    low, high = axes.get_xlim()
    lowest, highest = n_items * response["minimum"], n_items * response["maximum"]
    if low < highest and high > lowest:
        axes.set_xlim(max(low, lowest - 0.25), min(high, highest + 0.25))


def _legend(figure: Figure, panels: Any, colours: Normalize) -> None:
    bar = figure.colorbar(
        ScalarMappable(norm=colours, cmap=_COLOURS), ax=list(panels), orientation="horizontal",
        shrink=0.55, aspect=34, label="Share of pairs in a bin; white: ten or fewer, or nobody",
    )  # fmt: skip
    bar.ax.xaxis.set_major_formatter(per_cent)
    bar.outline.set_edgecolor(FAINT)
    lines = [
        Line2D([], [], color=VERMILION, linewidth=1.6, label="mean difference"),
        Line2D([], [], color=INK, linewidth=1.6, linestyle="--", label="limits of agreement"),
    ]
    figure.legend(handles=lines, loc="outside upper center", ncols=2)
