"""The course of one person's scores as coordinates of a small drawing: a line within its band."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT, MARGIN = 320.0, 120.0, 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseDrawing:
    """What the page draws.

    Attributes
    ----------
    line, band
        Points of the line and of the area around it, as SVG writes them.
    points
        Where each score stands.
    """

    line: str
    band: str
    points: tuple[tuple[float, float], ...]


def course_drawing(course: Mapping[str, Any], span: tuple[int, int]) -> CourseDrawing:
    """Place scores and band; occasions without a score are passed over.

    Parameters
    ----------
    course
        ``scores`` and ``band``, first to last.
    span
        Lowest and highest possible score.
    """
    scores, band = course["scores"], course["band"]
    step = (WIDTH - 2.0 * MARGIN) / max(len(scores) - 1, 1)
    low, high = span

    def place(number: int, value: float) -> tuple[float, float]:
        share = (value - low) / (high - low)
        return round(MARGIN + number * step, 1), round(HEIGHT - MARGIN - share * _INNER, 1)

    known = [number for number, score in enumerate(scores) if score is not None]
    points = tuple(place(number, scores[number]) for number in known)
    lower = [place(number, band[number]["lower"]) for number in known]
    upper = [place(number, band[number]["upper"]) for number in reversed(known)]
    return CourseDrawing(line=_written(points), band=_written([*lower, *upper]), points=points)


_INNER = HEIGHT - 2.0 * MARGIN


def _written(points: tuple[tuple[float, float], ...] | list[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)
