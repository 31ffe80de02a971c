"""Shares of persons so coarse that no count follows from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from psychometrics.disclosure.counts import LARGEST_SMALL, is_small


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


def _step(n: int) -> float | None:
    """Return the smallest share with one digit that is worth 10 of n persons or more."""
    if n < 10 * LARGEST_SMALL:
        return None
    exponent = math.floor(math.log10(LARGEST_SMALL / n))
    return round(math.ceil(round(LARGEST_SMALL / n / 10.0**exponent, 9)) * 10.0**exponent, 12)


def _in_steps(share: float, step: float) -> float:
    """Round a share to steps; what is not nothing is at least one."""
    return round(max(1, round(share / step)) * step, 12) if share else 0.0
