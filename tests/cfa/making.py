"""Makes instruments and reads answers for the tests beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from psychometrics.instrument import Instrument, Scale
from psychometrics.types import FloatArray

SCALES = {"goal": (4, 6, 8, 11), "task": (1, 2, 10, 12), "bond": (3, 5, 7, 9)}


def instrument_of(
    subscales: dict[str, tuple[int, ...]],
    *,
    maximum: int = 5,
    reversed_items: tuple[int, ...] = (),
) -> Instrument:
    return Instrument(
        id="test",
        version="1.0.0",
        n_items=max(item for items in subscales.values() for item in items),
        minimum=1,
        maximum=maximum,
        subscales={
            name: Scale(name=name, items=items, minimum_answered=1)
            for name, items in subscales.items()
        },
        reversed_items=reversed_items,
    )


def answers_in(path: Path) -> FloatArray:
    return np.genfromtxt(path, delimiter=",", skip_header=1)[:, 1:13]


def groups_in(path: Path) -> FloatArray:
    return np.genfromtxt(path, delimiter=",", skip_header=1)[:, 0]
