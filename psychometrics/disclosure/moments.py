"""Means and standard deviations that stand beside withheld categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import numpy as np

from psychometrics.disclosure.counts import LARGEST_MOVE, ProtectedRow, is_small, protected_counts
from psychometrics.types import FloatArray, IntArray

DECIMALS = 1
"""Digits of an item's mean and standard deviation where some of its categories are withheld."""


def protected_moments(
    mean: float | None, sd: float | None, counts: Sequence[int], *, missing: int = 0
) -> tuple[float | None, float | None]:
    """Return an item's mean and standard deviation as they may stand beside its categories.

    Parameters
    ----------
    mean, sd
        As estimated from the answers.
    counts
        Answers in each category, from the lowest to the highest.
    missing
        Persons without an answer, the last cell of the row that is published.

    Returns
    -------
    mean, sd
        Unchanged where no cell is withheld; rounded to one digit where some is and every small one
        could still be another number; else ``None``.
    """
    cells = np.array([*counts, missing])
    row = protected_counts([*counts, missing])
    if None not in row.counts or mean is None or sd is None:
        return mean, sd
    if row.total is None or not _moments_leave_doubt(cells, row):
        return None, None
    above_lowest, rounded_sd = _rounded_moments(cells[None, :])[0]  # for which the doubt was found
    lowest = round(mean - above_lowest)
    return round(lowest + float(above_lowest), DECIMALS), float(rounded_sd)


def _moments_leave_doubt(counts: IntArray, row: ProtectedRow) -> bool:
    """Whether every withheld small count could be another, mean and sd rounded as published."""
    cells = [place for place, count in enumerate(row.counts) if count is None]
    in_doubt = {place for place in cells if is_small(int(counts[place]))}
    published = _rounded_moments(counts[None, :])
    for alternatives in _alternatives(counts, cells):
        possible = alternatives[(alternatives >= 0).all(axis=1)]
        for one in possible[(_rounded_moments(possible) == published).all(axis=1)]:
            moved = {place for place in in_doubt if one[place] != counts[place]}
            if moved and protected_counts(one.tolist()) == row:
                in_doubt -= moved
        if not in_doubt:
            return True
    return False


def _alternatives(counts: IntArray, cells: Sequence[int]) -> Iterator[IntArray]:
    """Move a few persons between two or three cells; each shape (n_moves, n_cells)."""
    steps = np.array([step for step in range(-LARGEST_MOVE, LARGEST_MOVE + 1) if step])
    pairs = np.array(list(product(steps, steps)))
    for chosen in (*combinations(cells, 2), *combinations(cells, 3)):
        taken = steps[:, None] if len(chosen) == 2 else pairs
        moves = np.zeros((len(taken), counts.size), dtype=np.int64)
        moves[:, chosen] = np.column_stack((taken, -taken.sum(axis=1)))
        yield counts + moves


def _rounded_moments(cells: IntArray) -> FloatArray:
    """Mean and sd (divisor n − 1) of all cells but the last, rounded; shape (n_rows, 2)."""
    counts, categories = cells[:, :-1], np.arange(cells.shape[1] - 1)
    n = np.maximum(counts.sum(axis=1), 1)
    mean = counts @ categories / n
    variance = np.maximum(counts @ categories**2 - n * mean**2, 0.0) / np.maximum(n - 1, 1)
    return np.round(np.column_stack((mean, np.sqrt(variance))), DECIMALS)
