"""How far groups lie apart in each factor, with intervals; drawn behind an open gate alone."""

from __future__ import annotations

from matplotlib.figure import Figure

from service.reports.figures.palette import (
    FACTOR_COLOURS,
    MARKERS,
    QUIET,
    grid,
    readable,
    sheet,
    shortened,
)
from service.reports.record import Json, ReportRecord

_OPEN = frozenset({"permitted", "partial"})


def draw(record: ReportRecord) -> Figure | None:
    """Draw latent means of every group but the reference; ``None`` behind a shut gate."""
    section = record.section("comparison")
    if section is None or section["status"] not in _OPEN:
        return None
    means = [one for one in section["latent_means"] if _drawable(section, one)]
    if not means:
        return None
    rows = _rows(means)
    figure = sheet(0.9 + 0.28 * len(rows))
    axes = figure.subplots()
    factors = list(dict.fromkeys(one["factor"] for one in means))
    for place, (_, mean) in enumerate(rows):
        if mean is None:
            continue
        style = factors.index(mean["factor"]) % len(MARKERS)
        ends = [mean["interval"]["lower"], mean["interval"]["upper"]]
        axes.plot(ends, [place, place], color=FACTOR_COLOURS[style], linewidth=1.6)
        axes.plot(
            mean["estimate"], place, MARKERS[style], color=FACTOR_COLOURS[style], markersize=6
        )
    axes.axvline(0, color=QUIET, linewidth=0.9)
    axes.set_yticks(range(len(rows)), [label for label, _ in rows])
    for label, (_, mean) in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_fontweight("bold" if mean is None else "normal")
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.margins(x=0.08)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(
        f"Latent mean; 0: {shortened(str(section['reference']), 30)}, in its SD, 95% interval"
    )
    grid(axes, "x")
    return figure


def _drawable(section: Json, mean: Json) -> bool:
    known = mean["estimate"] is not None and mean["interval"] is not None
    return known and mean["group"] != section["reference"]


def _rows(means: list[Json]) -> list[tuple[str, Json | None]]:
    """Put each group's factors under the group's name."""
    rows: list[tuple[str, Json | None]] = []
    for group in dict.fromkeys(one["group"] for one in means):
        rows.append((shortened(str(group), 26), None))
        rows += [(readable(one["factor"]), one) for one in means if one["group"] == group]
    return rows
