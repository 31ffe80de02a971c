"""Colours, sizes and the empty sheet: what all figures share.

Colours are those of Okabe and Ito, chosen to be told apart by colour-blind readers; every figure
also tells things apart by shape, place or hatching, so that a grey print loses nothing.

References
----------
Okabe, M., & Ito, K. (2008). Color universal design. https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, VERMILION, GREEN = "#0072B2", "#D55E00", "#009E73"
ORANGE, SKY, PURPLE = "#E69F00", "#56B4E9", "#AA4499"
INK, QUIET, FAINT, PAPER = "#1b1b1b", "#5f6368", "#d8dade", "#ffffff"

FACTOR_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "D", "^", "v", "P")

WIDTH = 6.4
"""Inches; narrow enough to stay legible on a phone and in one column of a printed page."""

SETTINGS: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.8,
    "ytick.major.width": 0.8,
    "grid.color": FAINT,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9.0,
    "hatch.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "alliance",
    "path.simplify": False,
    "text.parse_math": False,
}


def sheet(height: float, *, width: float = WIDTH) -> Figure:
    """Return an empty figure; nothing of it is known to pyplot."""
    return Figure(figsize=(width, height), layout="constrained")


def bare(axes: Axes) -> None:
    """Take away an axes' frame and ticks."""
    axes.set_axis_off()


def grid(axes: Axes, direction: str) -> None:
    """Draw quiet grid lines along one direction, ``"x"`` or ``"y"``."""
    axes.grid(visible=True, axis="x" if direction == "x" else "y")
    axes.tick_params(axis="y" if direction == "x" else "x", length=0)


def bounded(value: float, digits: int = 2) -> str:
    """Write a number that cannot exceed one without its leading zero, as APA does."""
    text = f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")
    return text if abs(round(value, digits)) >= 1 else text.replace("0.", ".", 1)


def shortened(text: str, most: int = 22) -> str:
    """Return a name that fits; names of groups and outcomes are as long as their authors like."""
    clean = " ".join(text.split())
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"


def told_apart(names: Sequence[str], most: int = 22) -> list[str]:
    """Shorten names; those that become alike get their number."""
    short = [shortened(name, most) for name in names]
    return [
        f"{name} ({place})" if short.count(name) > 1 else name
        for place, name in enumerate(short, start=1)
    ]


def readable(name: str) -> str:
    """Write a scale's or factor's name as a word of a sentence begins."""
    return shortened(name[:1].upper() + name[1:].replace("_", " "), 26)


def per_cent(share: float, _: object = None) -> str:
    """Write a share at an axis, with as many digits as it has."""
    return f"{100 * share:.3g}%"
