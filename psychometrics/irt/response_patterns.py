"""Answers as counted patterns: persons with the same answers are one row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.correlation.categories import Coding
from psychometrics.types import FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsePatterns:
    """The distinct rows of one group's answers.

    Attributes
    ----------
    codes
        Shape (n_patterns, n_items): categories 0, 1, …; ``width`` stands for a missing answer.
    counts
        Persons with each pattern, shape (n_patterns,).
    person
        Pattern of each person, shape (n_persons,).
    width
        The largest number of categories of any item.
    """

    codes: IntArray
    counts: FloatArray
    person: IntArray
    width: int

    @property
    def n_persons(self) -> int:
        """Number of persons."""
        return int(self.person.size)

    @property
    def indicators(self) -> FloatArray:
        """1 where a pattern has an item's category, shape (n_patterns, n_items × width)."""
        chosen = self.codes[:, :, None] == np.arange(self.width)
        return np.asarray(chosen.reshape(self.codes.shape[0], -1), dtype=np.float64)

    def every(self, step: int) -> ResponsePatterns:
        """Return every step-th pattern; ``person`` is then empty."""
        return ResponsePatterns(
            codes=self.codes[::step],
            counts=self.counts[::step],
            person=np.zeros(0, dtype=np.int64),
            width=self.width,
        )


def count_patterns(codes: IntArray, width: int) -> ResponsePatterns:
    """Group persons by their answers.

    Parameters
    ----------
    codes
        Shape (n_persons, n_items): categories 0, 1, …; ``width`` stands for a missing answer.
    width
        The largest number of categories of any item.
    """
    small = np.ascontiguousarray(codes.astype(np.uint8))
    rows = small.view([("", np.uint8)] * small.shape[1]).ravel()
    _, first, person, counts = np.unique(
        rows, return_index=True, return_inverse=True, return_counts=True
    )
    return ResponsePatterns(
        codes=codes[first],
        counts=counts.astype(np.float64),
        person=person.astype(np.int64),
        width=width,
    )


def category_counts(coding: Coding) -> FloatArray:
    """Return how many persons chose each category, shape (n_items, width)."""
    chosen = coding.codes[:, :, None] == np.arange(coding.width)
    return np.asarray(chosen.sum(axis=0, dtype=np.float64))
