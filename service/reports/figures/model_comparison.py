"""Rival models side by side: three indices of fit, for ordered and for continuous answers."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from service.reports.figures.palette import BLUE, INK, PAPER, QUIET, VERMILION, bounded, grid, sheet
from service.reports.indices import block_of, indices_shown
from service.reports.record import Json, ReportRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class _Estimation:
    """One way of fitting the models, and how it is drawn."""

    section: str
    label: str
    colour: str
    marker: str
    shift: float


_ESTIMATIONS = (
    _Estimation(section="cfa", label="ordered answers", colour=BLUE, marker="o", shift=-0.14),
    _Estimation(
        section="cfa_continuous",
        label="continuous answers",
        colour=VERMILION,
        marker="s",
        shift=0.14,
    ),
)
_PANELS = (("cfi", "CFI", 0.95), ("rmsea", "RMSEA", 0.06), ("srmr", "SRMR", 0.08))


def draw(record: ReportRecord) -> Figure | None:
    """Draw a row for each model and a panel for each index; improper solutions are hollow."""
    names = _models(record)
    if not names:
        return None
    figure = sheet(1.7 + 0.36 * len(names))
    panels = figure.subplots(1, 3, sharey=True)
    for axes, (index, title, bound) in zip(panels, _PANELS, strict=True):
        for estimation in _ESTIMATIONS:
            _draw_points(axes, record, estimation, index, names)
        axes.axvline(bound, color=QUIET, linestyle=":", linewidth=1.2)
        axes.set_title(title, loc="center")
        axes.locator_params(axis="x", nbins=4)
        axes.xaxis.set_major_formatter(lambda value, _: bounded(value))
        grid(axes, "x")
    best = {one["best"] for name in ("cfa", "cfa_continuous") if (one := record.section(name))}
    panels[0].set_yticks(range(len(names)), names)
    for label in panels[0].get_yticklabels():
        label.set_fontweight("bold" if label.get_text() in best else "normal")
    panels[0].set_ylim(len(names) - 0.5, -0.5)
    figure.legend(handles=_key(record), loc="outside lower center", ncols=2)
    return figure


def _models(record: ReportRecord) -> list[str]:
    found: dict[str, None] = {}
    for estimation in _ESTIMATIONS:
        section = record.section(estimation.section)
        for model in [] if section is None else section["models"]:
            if any(value is not None for value in indices_shown(model).values()):
                found.setdefault(model["model"])
    return list(found)


def _draw_points(
    axes: Axes, record: ReportRecord, estimation: _Estimation, index: str, names: list[str]
) -> None:
    section = record.section(estimation.section)
    for model in [] if section is None else section["models"]:
        value = indices_shown(model)[index]
        if value is None:
            continue
        row = names.index(model["model"]) + estimation.shift
        interval = _interval(model) if index == "rmsea" else None
        if interval is not None:
            axes.plot(interval, [row, row], color=estimation.colour, linewidth=1.4)
        axes.plot(
            value, row, estimation.marker, color=estimation.colour, markersize=6,
            markerfacecolor=estimation.colour if model["proper"] else PAPER,
        )  # fmt: skip


def _interval(model: Json) -> tuple[float, float] | None:
    interval = block_of(model)["rmsea_interval"]
    return None if interval is None else (interval["lower"], interval["upper"])


def _key(record: ReportRecord) -> list[Line2D]:
    drawn = [one for one in _ESTIMATIONS if record.section(one.section) is not None]
    marks = [
        Line2D([], [], color=one.colour, marker=one.marker, linestyle="", label=one.label)
        for one in drawn
    ]
    improper = Line2D(
        [],
        [],
        color=INK,
        marker="o",
        markerfacecolor=PAPER,
        linestyle="",
        label="improper solution",
    )
    bound = Line2D([], [], color=QUIET, linestyle=":", label="usual cut-off, with caution")
    return [*marks, improper, bound]
