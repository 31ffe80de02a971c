"""What published output may say of few persons: no count of 1 to 10, shown or derivable.

Notes
-----
The rule is that of the Centers for Medicare & Medicaid Services for cells of published tables: a
count of 1 to 10 is withheld, zero and 11 or more may stand. A number is *derivable* when it follows
from others that are shown:

- the complement of a shown count in a shown total, hence the difference of any two numbers of
  persons of which one group contains the other;
- a share with the number it is a share of, for their product is a count;
- the only withheld cell of a row with a total, hence complementary suppression: a further cell is
  withheld with it;
- the sum of withheld cells, which is itself the count of a union of categories, hence it must be
  11 or more too;
- the same cell in a part of the sample and in the whole, hence the same columns are withheld in
  every row of a table of groups;
- withheld categories of an item with its mean and standard deviation, which are equations in them.

What is withheld is ``None``. Who knows these rules and reads the output still cannot tell a
withheld small count from at least one other value: that is the property under test.

References
----------
CMS cell size suppression policy, https://www.hhs.gov/guidance/document/cms-cell-suppression-policy.
Cox, L. H. (1980). Suppression methodology and statistical disclosure control. Journal of the
American Statistical Association, 75, 377–385. doi:10.1080/01621459.1980.10477481
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, permutations, product

import numpy as np

from psychometrics.types import FloatArray, IntArray

LARGEST_SMALL = 10
"""The largest count that is withheld."""

DECIMALS = 1
"""Digits of an item's mean and standard deviation where some of its categories are withheld."""

_LARGEST_MOVE = 5

_SMALL_NUMBER_OF_PEOPLE = re.compile(
    r"(?<![\w.,-])(?<!least )(?<!than )(?<!ession )(?<!item )(?:[1-9]|10)"
    r"(?= (?:of (?:the |all )?(?:[\d,]+ )?)?(?:further |other |more )?"
    r"(?:persons?|people|patients?|responses?|ratings?|rows?|pairs?|answers?|clinicians?|clusters?)\b)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedRow:
    """A row of a table as it may be published.

    Attributes
    ----------
    counts
        Its cells, ``None`` where withheld.
    total
        Their sum, ``None`` where it must be withheld too.
    """

    counts: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectedShares:
    """Shares of persons as they may be published beside exact numbers of the same persons.

    Attributes
    ----------
    shares
        Of all persons, by class; ``None`` where a class is part of the rest.
    rest
        Of all classes that are not shown.
    step
        What every share is a multiple of.
    """

    shares: tuple[float | None, ...]
    rest: float
    step: float


def is_small(count: float | None) -> bool:
    """Whether a count may not be shown: 1 to 10."""
    return count is not None and 1 <= round(count) <= LARGEST_SMALL


def protected_count(count: int | None, total: int | None = None) -> int | None:
    """Return a count as it may be published.

    Parameters
    ----------
    count
        Persons (or answers) with some feature.
    total
        Of how many, where that is shown too; those without the feature are then derivable.
    """
    if count is None or is_small(count):
        return None
    return None if total is not None and is_small(total - count) else count


def protected_proportion(proportion: float | None, n: int | None) -> float | None:
    """Return a share as it may be published beside the number it is a share of.

    Parameters
    ----------
    proportion
        Between 0 and 1.
    n
        Of how many; without it (it is withheld) the share is withheld too.
    """
    if proportion is None or n is None or is_small(n):
        return None
    return None if protected_count(round(proportion * n), n) is None else proportion


def protected_counts(counts: Sequence[int]) -> ProtectedRow:
    """Withhold cells of a row whose total is known, so that no small one can be found.

    Parameters
    ----------
    counts
        Every cell of the row, not negative.

    Notes
    -----
    Small cells are withheld first; then, as long as the withheld ones can be found from their sum,
    or from it and this rule, the smallest of the others. Zeros are shown unless nothing else is
    left to withhold.
    """
    withheld = _withheld_for_sum(counts)
    while withheld is not None and not _leaves_doubt(counts, withheld, _withheld_for_sum):
        others = [place for place, count in enumerate(counts) if count and place not in withheld]
        withheld = withheld | {_smallest(others, counts)} if others else None
    if withheld is None:
        return ProtectedRow(counts=(None,) * len(counts), total=None)
    return ProtectedRow(
        counts=tuple(None if place in withheld else count for place, count in enumerate(counts)),
        total=sum(counts),
    )


def shown_sizes(fixed: Iterable[int], sizes: Iterable[int]) -> frozenset[int]:
    """Choose which numbers of persons of one population may be shown beside each other.

    Parameters
    ----------
    fixed
        Numbers that are shown in any case.
    sizes
        Further numbers, each of a part of the population or of the whole of it.

    Returns
    -------
    frozenset of int
        The fixed ones, and of the others, from the largest on, each that differs from all chosen
        before by 0 or by 11 or more.

    Notes
    -----
    Which part contains which is not asked: no difference of 1 to 10 stands, so none can be one.
    """
    chosen = set(fixed)
    for size in sorted(set(sizes), reverse=True):
        if not is_small(size) and not any(is_small(abs(size - other)) for other in chosen):
            chosen.add(size)
    return frozenset(chosen)


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


def protected_shares(counts: Sequence[int]) -> ProtectedShares | None:
    """Return shares of persons in classes that do not overlap, so coarse that no count follows.

    Parameters
    ----------
    counts
        Persons in each class, together all of them.

    Returns
    -------
    ProtectedShares or None
        ``None`` where no class but the rest can be shown, or the persons are too few.

    Notes
    -----
    Classes of 10 or fewer persons, empty ones among them, are one rest of 11 or more (or of none);
    the smallest others join it until it is. Shares are multiples of a step that is worth 10 persons
    or more, for exact ones would give counts by what else is known of the same persons.
    """
    n = sum(counts)
    withheld = {place for place, count in enumerate(counts) if count <= LARGEST_SMALL}
    while is_small(sum(counts[place] for place in withheld)):
        others = [place for place in range(len(counts)) if place not in withheld]
        if not others:
            break
        withheld.add(min(others, key=lambda place: (counts[place], place)))
    step = _step(n)
    if step is None or len(withheld) == len(counts):
        return None
    return ProtectedShares(
        shares=tuple(
            None if place in withheld else _in_steps(count / n, step)
            for place, count in enumerate(counts)
        ),
        rest=_in_steps(sum(counts[place] for place in withheld) / n, step),
        step=step,
    )


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
    return round(mean, DECIMALS), round(sd, DECIMALS)


def protected_sentence(sentence: str) -> str:
    """Replace small numbers of people in a sentence by a word."""
    return _SMALL_NUMBER_OF_PEOPLE.sub(f"{LARGEST_SMALL} or fewer", sentence)


def _step(n: int) -> float | None:
    """Return the smallest share with one digit that is worth 10 of n persons or more."""
    if n < 10 * LARGEST_SMALL:
        return None
    exponent = math.floor(math.log10(LARGEST_SMALL / n))
    return round(math.ceil(round(LARGEST_SMALL / n / 10.0**exponent, 9)) * 10.0**exponent, 12)


def _in_steps(share: float, step: float) -> float:
    """Round a share to steps; what is not nothing is at least one."""
    return round(max(1, round(share / step)) * step, 12) if share else 0.0


def _withheld_for_sum(counts: Sequence[int]) -> frozenset[int] | None:
    """Choose the cells that their sum does not give away; ``None`` if there are too few."""
    withheld = {place for place, count in enumerate(counts) if is_small(count)}
    while _can_be_found([counts[place] for place in withheld]):
        others = [place for place, count in enumerate(counts) if count and place not in withheld]
        if not others:
            return None
        withheld.add(_smallest(others, counts))
    return frozenset(withheld)


def _smallest(places: Sequence[int], counts: Sequence[int]) -> int:
    return min(places, key=lambda place: (counts[place], place))


def _leaves_doubt(
    counts: Sequence[int],
    withheld: frozenset[int],
    choice: Callable[[list[int]], frozenset[int] | None],
) -> bool:
    """Whether every small cell could be another and the choice of cells would be the same.

    Of 40, 40 and 10 the first and last are withheld. Their sum is 50, and the first is no more than
    the 40 shown, or that would have been chosen: so the last is 10, unless more is withheld.
    """
    in_doubt = {place for place in withheld if is_small(counts[place])}
    for taker, giver in permutations(sorted(withheld), 2):
        for moved in range(1, min(_LARGEST_MOVE, counts[giver]) + 1):
            if not in_doubt:
                return True
            other = list(counts)
            other[taker] += moved
            other[giver] -= moved
            if choice(other) == withheld:
                in_doubt -= {taker, giver}
    return not in_doubt


def _can_be_found(withheld: Sequence[int]) -> bool:
    """Whether withheld cells follow from their sum.

    A lone cell does, and so do those whose sum is small, for that is a count too. Three or more
    that are all as small or all as large as a small count can be are found by who knows the rule.
    """
    if not withheld:
        return False
    extreme = set(withheld) in ({1}, {LARGEST_SMALL})
    return len(withheld) == 1 or is_small(sum(withheld)) or (len(withheld) > 2 and extreme)


def _column_sums(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def _columns_to_withhold(rows: Sequence[Sequence[int]]) -> frozenset[int]:
    """Choose columns of a table of which all rows' sums are known."""
    whole = _column_sums(rows)
    withheld = _columns_for_sums(rows)
    while len(withheld) < len(whole) and not _columns_leave_doubt(rows, withheld):
        others = [place for place, count in enumerate(whole) if count and place not in withheld]
        withheld = withheld | {_smallest(others, whole)} if others else frozenset(range(len(whole)))
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
        withheld.add(_smallest(others, whole))
    return frozenset(withheld)


def _columns_leave_doubt(rows: Sequence[Sequence[int]], withheld: frozenset[int]) -> bool:
    """Whether every small cell could be another and the choice of columns would be the same."""

    def choice(at: int, other: Sequence[int]) -> frozenset[int]:
        return _columns_for_sums([*rows[:at], other, *rows[at + 1 :]])

    return all(_leaves_doubt(row, withheld, partial(choice, at)) for at, row in enumerate(rows))


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
    steps = np.array([step for step in range(-_LARGEST_MOVE, _LARGEST_MOVE + 1) if step])
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
