"""Incomplete answers grouped by which answers are missing.

A pattern's covariance Σ_oo of the observed items is not inverted itself: with P = Σ⁻¹ and the
missing items m,

    P̃ = P − P_·m P_mm⁻¹ P_m·

holds Σ_oo⁻¹ at the observed items and zeros at the missing ones, and log|Σ_oo| is
log|Σ| + log|P_mm|. Few answers are missing in a row, so P_mm is small, and all patterns with
equally many missing answers are inverted as one stack.

References
----------
Harville, D. A. (1997). Matrix algebra from a statistician's perspective. doi:10.1007/b98818,
    theorem 8.5.11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.positive_definite import log_determinants, solve_square
from psychometrics.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternedAnswers:
    """One group's answers, sorted by pattern.

    Attributes
    ----------
    answers
        Missing ones are zero, shape (n_persons, n_items).
    observed
        Which are not, shape (n_persons, n_items).
    pattern
        Number of each person's pattern, ascending, shape (n_persons,).
    first
        First person of each pattern, shape (n_patterns,).
    counts
        Persons of each pattern, shape (n_patterns,).
    missing
        For each number of missing answers that occurs: the patterns and their missing items, of
        shapes (n_alike,) and (n_alike, n_missing).
    clusters
        Number of each person's cluster, from 0, shape (n_persons,); ``None`` if persons are
        independent of each other.
    """

    answers: FloatArray
    observed: BoolArray
    pattern: IntArray
    first: IntArray
    counts: IntArray
    missing: tuple[tuple[IntArray, IntArray], ...]
    clusters: IntArray | None = None

    @property
    def n_persons(self) -> int:
        """Number of persons."""
        return int(self.answers.shape[0])

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.answers.shape[1])


def by_pattern(answers: FloatArray, clusters: IntArray | None = None) -> PatternedAnswers:
    """Group answers, shape (n_persons, n_items), each row with one answer at least.

    ``clusters`` numbers each person's cluster from 0, shape (n_persons,).
    """
    observed = np.isfinite(answers)
    number = _numbered(observed)
    order = np.argsort(number, kind="stable")
    pattern = number[order]
    first = np.flatnonzero(np.diff(pattern, prepend=-1))
    masks = observed[order][first]
    n_missing = (~masks).sum(axis=1)
    alike = []
    for size in np.unique(n_missing[n_missing > 0]):
        which = np.flatnonzero(n_missing == size)
        alike.append((which, np.nonzero(~masks[which])[1].reshape(which.size, size)))
    return PatternedAnswers(
        answers=np.where(observed, answers, 0.0)[order],
        observed=observed[order],
        pattern=pattern,
        first=first,
        counts=np.bincount(pattern),
        missing=tuple(alike),
        clusters=None if clusters is None else clusters[order],
    )


def _numbered(observed: BoolArray) -> IntArray:
    """Give each row the number of its pattern, by first occurrence; shape (n_persons,)."""
    packed = np.packbits(observed, axis=1)
    numbers: dict[bytes, int] = {}
    rows = (row.tobytes() for row in packed)
    return np.asarray([numbers.setdefault(row, len(numbers)) for row in rows], dtype=np.int64)


def pattern_inverses(
    sample: PatternedAnswers, inverse: FloatArray, log_determinant: float
) -> tuple[FloatArray, FloatArray] | None:
    """Return P̃ and log|Σ_oo| of every pattern.

    Parameters
    ----------
    sample
        The patterns.
    inverse, log_determinant
        P = Σ⁻¹ of all items, shape (n_items, n_items), and log|Σ|.

    Returns
    -------
    tuple of FloatArray, or None
        Shapes (n_patterns, n_items, n_items) and (n_patterns,); ``None`` where rounding leaves a
        pattern's part of P singular, as it does when one item all but follows from others.
    """
    inverses = np.repeat(inverse[None], sample.counts.size, axis=0)
    logs = np.full(sample.counts.size, log_determinant)
    for patterns, items in sample.missing:
        among = inverse[items[:, :, None], items[:, None, :]]
        across = inverse[items]
        if items.shape[1] == 1:
            inverses[patterns] -= across.transpose(0, 2, 1) * (across / among)
            logs[patterns] += np.log(among[:, 0, 0])
        else:
            determinants, solved = log_determinants(among), solve_square(among, across)
            if determinants is None or solved is None:
                return None
            inverses[patterns] -= across.transpose(0, 2, 1) @ solved
            logs[patterns] += determinants
    return inverses, logs
