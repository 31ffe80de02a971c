"""Which items keep most of the scale's reliability at each length.

The criterion is marginal reliability, ∫ I / (I + 1) φ. Up to twelve items all selections are tried;
the greedy search leaves out, one after the other, the item whose loss costs least.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from psychometrics.irt.results import ShortForm
from psychometrics.types import FloatArray

_EXHAUSTIVE_UP_TO = 12
_SHORTEST = 2


def short_forms(
    information: FloatArray, density: FloatArray, numbers: Sequence[int]
) -> tuple[ShortForm, ...]:
    """Return the best selection of each length, from all items but one downwards.

    Parameters
    ----------
    information
        Each item's information for θ with variance 1, shape (n_items, n_points).
    density
        The trait's weights, shape (n_points,).
    numbers
        The items' numbers.
    """
    whole = tuple(range(len(numbers)))
    full = _reliability(information, density, whole)
    greedy, found = whole, []
    for size in range(len(numbers) - 1, _SHORTEST - 1, -1):
        greedy = _best(information, density, list(combinations(greedy, size)))
        exhaustive = len(numbers) <= _EXHAUSTIVE_UP_TO
        best = greedy
        if exhaustive:
            best = _best(information, density, list(combinations(whole, size)))
        kept = _reliability(information, density, best)
        found.append(
            ShortForm(
                n_items=size,
                items=tuple(numbers[item] for item in best),
                search="exhaustive" if exhaustive else "greedy",
                marginal_reliability=kept,
                lost=full - kept,
                greedy_items=tuple(numbers[item] for item in greedy),
                greedy_marginal_reliability=_reliability(information, density, greedy),
            )
        )
    return tuple(found)


def _best(
    information: FloatArray, density: FloatArray, selections: list[tuple[int, ...]]
) -> tuple[int, ...]:
    chosen = np.zeros((len(selections), information.shape[0]))
    np.put_along_axis(chosen, np.array(selections), 1.0, axis=1)
    test = chosen @ information
    return selections[int(np.argmax((test / (test + 1.0)) @ density))]


def _reliability(information: FloatArray, density: FloatArray, selection: tuple[int, ...]) -> float:
    test = information[list(selection)].sum(axis=0)
    return float((test / (test + 1.0)) @ density)
