"""How a table of sums × categories is collapsed where expected counts are small.

The rule is that of mirt 1.47 (`itemfit`), so that statistics can be compared cell by cell:

1. Sums at either end at which a category cannot occur join the first sum where all can.
2. Rows with nobody go; a row with one person joins the next (the last the one before).
3. In a row with a small expected count the smallest (of ties the last) joins its smaller neighbour
   (of ties the left) until none is small or two are left; the cells then stand at the left. The
   rows are those that were marked, by position, after the empty ones had gone and before rows with
   one person did: a quirk of mirt, kept.
4. From the right, while more than two columns are left, a column whose expected total is below a
   tenth of the number of rows (rounded up) joins the one to its left; then, from the right, columns
   filled in fewer than 5% of the rows do.
5. While a filled cell is small, the first such row joins its neighbour with fewer persons (of ties
   the upper).

References
----------
Chalmers, R. P. (2012). mirt: a multidimensional item response theory package for the R environment.
Journal of Statistical Software, 48(6). doi:10.18637/jss.v048.i06
"""

from __future__ import annotations

import math

import numpy as np

from psychometrics.types import BoolArray, FloatArray

Tables = tuple[FloatArray, FloatArray]


def collapse(observed: FloatArray, expected: FloatArray, *, smallest: float) -> Tables:
    """Return observed and expected counts after collapsing; an empty cell expects 0.

    Parameters
    ----------
    observed, expected
        Shape (n_sums, n_categories); ``nan`` is expected where a category cannot occur.
    smallest
        Expected counts below it are small.
    """
    observed, expected = _join_ends(observed, expected)
    used = observed.sum(axis=1) > 0.0
    observed, expected = observed[used], expected[used]
    small = np.asarray((expected < smallest).any(axis=1))
    observed, expected = _join_single_persons(observed, expected)
    _join_cells(observed, expected, small, smallest)
    observed, expected = _join_columns(observed, expected, smallest)
    return _join_rows(observed, expected, smallest)


def _join_ends(observed: FloatArray, expected: FloatArray) -> Tables:
    possible = np.flatnonzero(np.isfinite(expected).all(axis=1))
    if possible.size == 0:
        return observed, np.nan_to_num(expected)
    first, last = possible[0], possible[-1]
    expected = np.nan_to_num(expected)
    joined = []
    for table in (observed, expected):
        kept = table[first : last + 1].copy()
        kept[0] += table[:first].sum(axis=0)
        kept[-1] += table[last + 1 :].sum(axis=0)
        joined.append(kept)
    return joined[0], joined[1]


def _join_single_persons(observed: FloatArray, expected: FloatArray) -> Tables:
    observed, expected = observed.copy(), expected.copy()
    gone = []
    for row in range(observed.shape[0] - 1):
        if observed[row].sum() == 1.0:
            observed[row + 1] += observed[row]
            expected[row + 1] += expected[row]
            gone.append(row)
    observed, expected = np.delete(observed, gone, axis=0), np.delete(expected, gone, axis=0)
    if observed.shape[0] > 1 and observed[-1].sum() == 1.0:
        observed[-2] += observed[-1]
        expected[-2] += expected[-1]
        observed, expected = observed[:-1], expected[:-1]
    return observed, expected


def _join_cells(
    observed: FloatArray, expected: FloatArray, marked: BoolArray, smallest: float
) -> None:
    if expected.shape[1] <= 2:
        return
    for row in np.flatnonzero(marked[: expected.shape[0]]):
        cells, counts = list(expected[row]), list(observed[row])
        while len(cells) > 2:
            place = max(at for at, cell in enumerate(cells) if cell == min(cells))
            into = _smaller_neighbour(cells, place)
            cells[into] += cells[place]
            counts[into] += counts[place]
            del cells[place], counts[place]
            if min(cells) >= smallest:
                break
        expected[row], observed[row] = 0.0, 0.0
        expected[row, : len(cells)], observed[row, : len(counts)] = cells, counts


def _smaller_neighbour(cells: list[float], place: int) -> int:
    if place == 0:
        return 1
    if place == len(cells) - 1 or cells[place - 1] <= cells[place + 1]:
        return place - 1
    return place + 1


def _join_columns(observed: FloatArray, expected: FloatArray, smallest: float) -> Tables:
    least = smallest * math.ceil(expected.shape[0] * 0.1)
    while expected.shape[1] > 2 and expected[:, -1].sum() < least:
        observed, expected = _join_last_column(observed), _join_last_column(expected)
    kept = np.ones(expected.shape[1], dtype=np.bool_)
    for column in range(expected.shape[1] - 1, 0, -1):
        if (expected[:, column] > 0.0).mean() < 0.05:
            kept[column] = False
            expected[:, column - 1] += expected[:, column]
            observed[:, column - 1] += observed[:, column]
    return observed[:, kept], expected[:, kept]


def _join_last_column(table: FloatArray) -> FloatArray:
    table = table.copy()
    table[:, -2] += table[:, -1]
    return table[:, :-1]


def _join_rows(observed: FloatArray, expected: FloatArray, smallest: float) -> Tables:
    while expected.shape[0] > 1:
        small = ((expected < smallest) & (expected != 0.0)).any(axis=1)
        if not small.any():
            break
        row = int(np.flatnonzero(small)[0])
        persons = observed.sum(axis=1)
        if row == 0:
            into = 1
        elif row == expected.shape[0] - 1 or persons[row - 1] <= persons[row + 1]:
            into = row - 1
        else:
            into = row + 1
        for table in (observed, expected):
            table[into] += table[row]
        observed, expected = np.delete(observed, row, axis=0), np.delete(expected, row, axis=0)
    return observed, expected
