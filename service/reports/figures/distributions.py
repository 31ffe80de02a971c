"""How each item was answered: stacked bars that diverge from the middle category.

What is withheld or missing stands apart at the right, hatched, so that the bars at the left show
nothing but published shares.

References
----------
Heiberger, R. M., & Robbins, N. B. (2014). Design of diverging stacked bar charts for Likert scales.
Journal of Statistical Software, 57(5). doi:10.18637/jss.v057.i05
"""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from psychometrics.types import FloatArray
from service.reports.figures.palette import BLUE, FAINT, INK, ORANGE, PAPER, QUIET, grid, sheet
from service.reports.record import Json, ReportRecord

_COLOURS = LinearSegmentedColormap.from_list(
    "answers", [ORANGE, "#F6D48A", "#EDEEF0", "#9CC8E3", BLUE]
)
_LABELLED = 0.08


def draw(record: ReportRecord) -> Figure | None:
    """Draw the answers to each item; ``None`` where no item has a share to show."""
    section = record.section("items")
    if section is None or not section["n_persons"]:
        return None
    items = _in_order(record, section["items"])
    shares = _shares(items, section["n_persons"])
    if not items or not shares.any():
        return None
    figure = sheet(1.3 + 0.25 * len(items))
    bars, apart = figure.subplots(1, 2, sharey=True, width_ratios=[6, 1])
    _draw_bars(bars, shares)
    _draw_rest(apart, 1.0 - shares.sum(axis=1))
    lowest = int(record.definition["response"]["minimum"])
    bars.set_yticks(range(len(items)), [_label(item) for item in items])
    bars.set_ylim(len(items) - 0.4, -0.6)
    _legend(figure, shares.shape[1], lowest)
    return figure


def _in_order(record: ReportRecord, items: list[Json]) -> list[Json]:
    """Order items by subscale, then by number; those of no subscale come last."""
    names = list(record.scales())
    place = {name: number for number, name in enumerate(names)}
    return sorted(items, key=lambda one: (place.get(one["subscale"], len(names)), one["item"]))


def _shares(items: list[Json], n_persons: int) -> FloatArray:
    """Shares of the persons, shape (n_items, n_categories); zero where withheld."""
    return np.array([[(n or 0) / n_persons for n in one["category_counts"]] for one in items])


def _label(item: Json) -> str:
    scale = item["subscale"]
    return f"{item['item']}" if scale is None else f"{scale[:12]} {item['item']}"


def _draw_bars(axes: Axes, shares: FloatArray) -> None:
    n_items, n_categories = shares.shape
    middle = n_categories // 2
    below = shares[:, :middle].sum(axis=1)
    odd = n_categories % 2
    left = -below - (shares[:, middle] / 2 if odd else 0.0)
    rows = np.arange(n_items)
    for category in range(n_categories):
        colour = _COLOURS(category / max(n_categories - 1, 1))
        axes.barh(
            rows, shares[:, category], left=left, height=0.78, color=colour,
            edgecolor=PAPER, linewidth=0.6,
        )  # fmt: skip
        _write_shares(axes, shares[:, category], left, category in {0, n_categories - 1})
        left = left + shares[:, category]
    axes.axvline(0, color=QUIET, linewidth=0.8)
    limits = axes.get_xlim()
    ticks = np.arange(-1.0, 1.01, 0.25)
    ticks = ticks[(ticks >= limits[0]) & (ticks <= limits[1])]
    axes.set_xticks(ticks, [f"{abs(tick):.0%}" for tick in ticks])
    axes.set_xlabel("Share of persons: lower answers | higher answers")
    grid(axes, "x")


def _write_shares(axes: Axes, shares: FloatArray, left: FloatArray, extreme: bool) -> None:  # noqa: FBT001
    """Write the share into the segments of the lowest and highest answer."""
    if not extreme:
        return
    for row, (share, start) in enumerate(zip(shares, left, strict=True)):
        if share >= _LABELLED:
            axes.text(
                start + share / 2, row, f"{share:.0%}", ha="center", va="center",
                fontsize=8.5, color=PAPER if start >= 0 else INK, fontweight="bold",
            )  # fmt: skip


def _draw_rest(axes: Axes, rest: FloatArray) -> None:
    rest = np.where(rest > 1e-9, rest, 0.0)
    axes.barh(
        np.arange(rest.size), rest, height=0.78, color=PAPER, edgecolor=QUIET, hatch="////",
        linewidth=0.6,
    )  # fmt: skip
    top = max(0.05, float(rest.max()) * 1.1)
    axes.set_xlim(0, top)
    axes.set_xticks([0, round(top * 0.8, 2)], ["0", f"{round(top * 0.8, 2):.0%}"])
    axes.tick_params(axis="y", length=0, labelleft=False)
    axes.spines["left"].set_color(FAINT)


def _legend(figure: Figure, n_categories: int, lowest: int) -> None:
    answers = [
        Patch(
            facecolor=_COLOURS(category / max(n_categories - 1, 1)),
            edgecolor=FAINT,
            label=str(lowest + category),
        )
        for category in range(n_categories)
    ]
    apart = Patch(facecolor=PAPER, edgecolor=QUIET, hatch="////", label="withheld or missing")
    figure.legend(
        handles=[*answers, apart], loc="outside upper center", ncols=n_categories + 1,
        title="Answer", handlelength=1.2, columnspacing=0.9, title_fontsize=9,
    )  # fmt: skip
