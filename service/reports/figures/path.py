"""Path diagram of the best proper model: circles are factors, squares are items.

A line is as wide as its standardized loading is large. A general factor stands at the left, what is
specific at the right of the items' column; correlations of factors are arcs.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch

from service.reports.figures.best_model import factors_of, shown_model
from service.reports.figures.palette import (
    FACTOR_COLOURS,
    INK,
    PAPER,
    QUIET,
    bare,
    bounded,
    readable,
    sheet,
)
from service.reports.record import Json, ReportRecord

_RADIUS = 0.55
_ITEM_X, _GENERAL_X, _SPECIFIC_X = 4.4, 1.4, 7.4
_HIGHER_X = _SPECIFIC_X + 2.2
_ROW = 0.62


def draw(record: ReportRecord) -> Figure | None:
    """Draw the model; ``None`` where none is proper."""
    model = shown_model(record)
    if model is None:
        return None
    diagram = _Diagram(model)
    figure = sheet(max(2.6, 0.34 * len(diagram.items) + 0.5))
    axes = figure.subplots()
    bare(axes)
    axes.set_aspect("equal")
    diagram.draw_on(axes)
    axes.set_xlim(*diagram.width())
    axes.set_ylim(-0.6, _ROW * len(diagram.items) + 0.1)
    return figure


class _Diagram:
    """Places of factors and items, and the lines between them.

    Parameters
    ----------
    model
        A model of the section ``cfa``.
    """

    def __init__(self, model: Json) -> None:
        self._model = model
        factors = factors_of(model)
        loads = {factor: self._items_of(factor) for factor in factors}
        every = {item for items in loads.values() for item in items}
        crossed = len(factors) > 1 and len(loads.get("general", ())) == len(every)
        self._general = ["general"] if crossed else []
        self._specific = [factor for factor in factors if factor not in self._general]
        self.items = self._ordered(loads)
        self._y = {item: _ROW * (len(self.items) - 1 - row) for row, item in enumerate(self.items)}
        self._factor_y = {
            factor: float(np.mean([self._y[item] for item in loads[factor]])) for factor in factors
        }
        self._spread_out()

    def draw_on(self, axes: Axes) -> None:
        """Draw lines first, then what they join."""
        self._draw_loadings(axes)
        self._draw_higher_order(axes)
        self._draw_correlations(axes)
        for item, y in self._y.items():
            _box(axes, _ITEM_X, y, str(item))
        for factor in self._specific:
            _circle(axes, self._x(factor), self._factor_y[factor], factor, self._colour(factor))
        for factor in self._general:
            _circle(axes, _GENERAL_X, self._factor_y[factor], factor, INK)

    def width(self) -> tuple[float, float]:
        """Left and right end of what is drawn."""
        left = _GENERAL_X - 1.2 * _RADIUS if self._general else _ITEM_X - 0.6
        right = _SPECIFIC_X + _RADIUS * 1.2
        if self._model["higher_order_loadings"]:
            return left, _HIGHER_X + _RADIUS * 1.2
        return left, right + (1.6 if self._model["factor_correlations"] else 0.0)

    def _items_of(self, factor: str) -> list[int]:
        return [one["item"] for one in self._model["loadings"] if one["factor"] == factor]

    def _ordered(self, loads: dict[str, list[int]]) -> list[int]:
        order: dict[int, None] = {}
        for factor in (*self._specific, *self._general):
            for item in sorted(loads[factor]):
                order.setdefault(item)
        return list(order)

    def _spread_out(self) -> None:
        """Keep circles of one column from covering each other."""
        column = sorted(self._specific, key=lambda factor: -self._factor_y[factor])
        for above, below in pairwise(column):
            most = self._factor_y[above] - 2.3 * _RADIUS
            self._factor_y[below] = min(self._factor_y[below], most)

    def _x(self, factor: str) -> float:
        if factor in self._general:
            return _GENERAL_X
        return _SPECIFIC_X

    def _colour(self, factor: str) -> str:
        if factor in self._general:
            return INK
        return FACTOR_COLOURS[self._specific.index(factor) % len(FACTOR_COLOURS)]

    def _draw_loadings(self, axes: Axes) -> None:
        for one in self._model["loadings"]:
            value = one["standardized"]
            if value is None:
                continue
            x, y = self._x(one["factor"]), self._factor_y[one["factor"]]
            side = 1 if x > _ITEM_X else -1
            start, end = (x - side * _RADIUS, y), (_ITEM_X + side * 0.32, self._y[one["item"]])
            _line(axes, start, end, value, self._colour(one["factor"]))

    def _draw_higher_order(self, axes: Axes) -> None:
        loadings = self._model["higher_order_loadings"]
        if not loadings:
            return
        y = float(np.mean([self._factor_y[one["indicator"]] for one in loadings]))
        for one in loadings:
            if one["standardized"] is None:
                continue
            x = _HIGHER_X - _RADIUS
            end = (_SPECIFIC_X + _RADIUS, self._factor_y[one["indicator"]])
            axes.plot([x, end[0]], [y, end[1]], color=QUIET, linewidth=1.2)
            axes.text(
                (x + end[0]) / 2, (y + end[1]) / 2, bounded(one["standardized"]), fontsize=8.5,
                ha="center", va="center",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8},
            )  # fmt: skip
        _circle(axes, _HIGHER_X, y, loadings[0]["factor"], INK)

    def _draw_correlations(self, axes: Axes) -> None:
        for one in self._model["factor_correlations"]:
            first, second = one["factors"]
            if one["estimate"] is None or first not in self._factor_y:
                continue
            top, bottom = sorted((self._factor_y[first], self._factor_y[second]), reverse=True)
            neighbours = abs(self._specific.index(first) - self._specific.index(second)) == 1
            bend = 0.35 if neighbours else 0.55
            x = _SPECIFIC_X + _RADIUS * 0.75
            axes.add_patch(
                FancyArrowPatch(
                    (x, top - 0.4), (x, bottom + 0.4), arrowstyle="<->", color=QUIET,
                    mutation_scale=9, connectionstyle=f"arc3,rad={-bend}", linewidth=1.1,
                )
            )  # fmt: skip
            axes.text(
                x + bend * (top - bottom - 0.8) / 2 + 0.05, (top + bottom) / 2,
                bounded(one["estimate"]), fontsize=9, va="center", ha="left",
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip


def _line(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], value: float, colour: str
) -> None:
    axes.plot(
        [start[0], end[0]], [start[1], end[1]], color=colour,
        linewidth=0.4 + 2.2 * min(abs(value), 1.2), linestyle="-" if value >= 0 else "--",
        solid_capstyle="round", alpha=0.85,
    )  # fmt: skip
    where = 0.74
    x = start[0] + where * (end[0] - start[0])
    y = start[1] + where * (end[1] - start[1])
    axes.text(
        x, y, bounded(value), fontsize=8, ha="center", va="center",
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5, "alpha": 0.9},
    )  # fmt: skip


def _box(axes: Axes, x: float, y: float, text: str) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (x - 0.24, y - 0.17), 0.48, 0.34, boxstyle="round,pad=0.03,rounding_size=0.06",
            facecolor=PAPER, edgecolor=INK, linewidth=0.9, zorder=3,
        )
    )  # fmt: skip
    axes.text(x, y - 0.01, text, ha="center", va="center", fontsize=9, zorder=4)


def _circle(axes: Axes, x: float, y: float, name: str, colour: str) -> None:
    axes.add_patch(
        Circle((x, y), _RADIUS, facecolor=PAPER, edgecolor=colour, linewidth=2.0, zorder=3)
    )
    words = readable(name)
    axes.text(
        x, y, words.replace("-", "-\n").replace(" ", "\n"), ha="center", va="center",
        fontsize=9.5 if len(words) < 7 else 7.5, fontweight="bold", zorder=4,
    )  # fmt: skip
