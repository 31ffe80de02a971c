"""How likely each answer to an item is along the trait (category curves)."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from psychometrics.irt.item_models import Graded
from psychometrics.irt.item_parameters import ItemParameters
from service.reports.figures.palette import FACTOR_COLOURS, sheet
from service.reports.record import Json, ReportRecord

_ACROSS = 4
_MOST = 40
_STYLES = ("-", "--", "-.", ":")
_THETA = np.linspace(-4.0, 4.0, 121)


def draw(record: ReportRecord) -> Figure | None:
    """Draw a panel for each item, at most forty."""
    section = record.section("irt")
    scales = {} if section is None else section["scales"]
    items = [
        item
        for scale in scales.values()
        for item in scale["items"]
        if item["discrimination"] is not None and item["thresholds"]
    ][:_MOST]
    if not items:
        return None
    down = -(-len(items) // _ACROSS)
    figure = sheet(0.7 + 1.5 * down)
    panels = figure.subplots(down, _ACROSS, sharex=True, sharey=True, squeeze=False)
    for place, item in enumerate(items):
        axes = panels[place // _ACROSS, place % _ACROSS]
        _draw_item(axes, item)
        if place % _ACROSS == 0:
            axes.set_ylabel("Probability")
        if place + _ACROSS >= len(items):
            axes.set_xlabel("Alliance, SD")
            axes.tick_params(axis="x", labelbottom=True)
    for place in range(len(items), _ACROSS * down):
        panels[place // _ACROSS, place % _ACROSS].set_axis_off()
    return figure


def _draw_item(axes: Axes, item: Json) -> None:
    """Draw a graded item, the model of a study of validity."""
    slope, thresholds = item["discrimination"], np.array(item["thresholds"])
    parameters = ItemParameters(
        model=Graded(), slopes=np.array([slope]), intercepts=(-slope * thresholds)[None]
    )
    for place, curve in enumerate(parameters.probabilities(_THETA)[0]):
        axes.plot(
            _THETA, curve, linewidth=1.4, color=FACTOR_COLOURS[place % len(FACTOR_COLOURS)],
            linestyle=_STYLES[place % len(_STYLES)],
        )  # fmt: skip
        top = int(np.argmax(curve))
        axes.text(_THETA[top], min(curve[top], 0.93), f"{item['categories'][place]:g}", fontsize=7)
    axes.set_ylim(0.0, 1.05)
    axes.set_title(f"Item {item['item']}", fontsize=9)
