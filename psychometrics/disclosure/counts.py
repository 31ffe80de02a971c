"""Counts, shares and rows of them, so far as none of 1 to 10 can be found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

LARGEST_SMALL = 10
"""The largest count that is withheld."""

LARGEST_MOVE = 5
"""So far a cell is moved when it is tried whether it could be another."""


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
    while withheld is not None and not leaves_doubt(counts, withheld, _withheld_for_sum):
        others = [place for place, count in enumerate(counts) if count and place not in withheld]
        withheld = withheld | {smallest(others, counts)} if others else None
    if withheld is None:
        return ProtectedRow(counts=(None,) * len(counts), total=None)
    return ProtectedRow(
        counts=tuple(None if place in withheld else count for place, count in enumerate(counts)),
        total=sum(counts),
    )


def follows_from_sum(withheld: Sequence[int]) -> bool:
    """Whether a withheld cell follows from the sum of those that are.

    Parameters
    ----------
    withheld
        The cells, of which the sum is shown or follows from what is.

    Notes
    -----
    A lone cell does, and so do those whose sum is small, for that is a count too. Three or more
    that are all as small or all as large as a small count can be are found by who knows the rule.
    """
    if not withheld:
        return False
    extreme = set(withheld) in ({1}, {LARGEST_SMALL})
    return len(withheld) == 1 or is_small(sum(withheld)) or (len(withheld) > 2 and extreme)


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


def _withheld_for_sum(counts: Sequence[int]) -> frozenset[int] | None:
    """Choose the cells that their sum does not give away; ``None`` if there are too few."""
    withheld = {place for place, count in enumerate(counts) if is_small(count)}
    while follows_from_sum([counts[place] for place in withheld]):
        others = [place for place, count in enumerate(counts) if count and place not in withheld]
        if not others:
            return None
        withheld.add(smallest(others, counts))
    return frozenset(withheld)


def smallest(places: Sequence[int], counts: Sequence[int]) -> int:
    """Return the place of the smallest cell, the first of several."""
    return min(places, key=lambda place: (counts[place], place))


def leaves_doubt(
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
        for moved in range(1, min(LARGEST_MOVE, counts[giver]) + 1):
            if not in_doubt:
                return True
            other = list(counts)
            other[taker] += moved
            other[giver] -= moved
            if choice(other) == withheld:
                in_doubt -= {taker, giver}
    return not in_doubt
