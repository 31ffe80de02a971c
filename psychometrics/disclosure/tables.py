"""Tables of groups by categories, so far as no small cell can be found in any margin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from psychometrics.disclosure.counts import (
    ProtectedRow,
    is_small,
    leaves_doubt,
    protected_counts,
    smallest,
)


def protected_table(rows: Sequence[Sequence[int]]) -> tuple[ProtectedRow, ...]:
    """Withhold cells of a table of groups (rows) by categories (columns) with all its margins.

    Parameters
    ----------
    rows
        Every group's counts, so that they add up to the whole; all of one length.

    Notes
    -----
    Groups that are too small are withheld whole, with a further one where they could be found from
    the whole. Then the same columns are withheld in every row that is left, in the union of the
    withheld ones and in the whole: their cells are bound by the rows' sums alone, and by the rule
    that chose the columns, so that more are withheld where that would tell a small cell.
    """
    sizes = protected_counts([sum(row) for row in rows])
    shown = [row for row, size in zip(rows, sizes.counts, strict=True) if size is not None]
    hidden = [row for row, size in zip(rows, sizes.counts, strict=True) if size is None]
    withheld = _columns_to_withhold([*shown, _column_sums(hidden)] if hidden else shown)
    return tuple(
        ProtectedRow(counts=(None,) * len(row), total=None)
        if size is None
        else ProtectedRow(
            counts=tuple(None if place in withheld else count for place, count in enumerate(row)),
            total=size,
        )
        for row, size in zip(rows, sizes.counts, strict=True)
    )


def _columns_to_withhold(rows: Sequence[Sequence[int]]) -> frozenset[int]:
    """Choose columns of a table of which all rows' sums are known."""
    whole = _column_sums(rows)
    withheld = _columns_for_sums(rows)
    while len(withheld) < len(whole) and not _columns_leave_doubt(rows, withheld):
        others = [place for place, count in enumerate(whole) if count and place not in withheld]
        withheld = withheld | {smallest(others, whole)} if others else frozenset(range(len(whole)))
    return withheld


def _columns_for_sums(rows: Sequence[Sequence[int]]) -> frozenset[int]:
    """Columns with a small cell, and the smallest others until no row's sum of them is small."""
    whole = _column_sums(rows)
    every = [*rows, whole]
    withheld = {place for row in every for place, count in enumerate(row) if is_small(count)}
    while withheld and (
        len(withheld) == 1 or any(is_small(sum(row[place] for place in withheld)) for row in every)
    ):
        others = [place for place, count in enumerate(whole) if count and place not in withheld]
        if not others:
            return frozenset(range(len(whole)))
        withheld.add(smallest(others, whole))
    return frozenset(withheld)


def _columns_leave_doubt(rows: Sequence[Sequence[int]], withheld: frozenset[int]) -> bool:
    """Whether every small cell could be another and the choice of columns would be the same."""

    def choice(at: int, other: Sequence[int]) -> frozenset[int]:
        return _columns_for_sums([*rows[:at], other, *rows[at + 1 :]])

    return all(leaves_doubt(row, withheld, partial(choice, at)) for at, row in enumerate(rows))


def _column_sums(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]
