"""Answers as category codes, and one rule for categories that nobody chose.

Within one sample a category is a value that occurs: an item of a five-point form that was never
answered with 1 has four categories and three thresholds, as in lavaan. Several groups that are to
be compared need the same thresholds in each, so there a category that is empty in any group is
merged into a neighbour in all groups alike: the neighbour that fewer persons chose over all groups,
the lower one on a tie, again and again until no category is empty anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.correlation.missing import MissingPolicy
from psychometrics.errors import EstimationError
from psychometrics.types import BoolArray, FloatArray, IntArray

_STEP = "categories"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """Answers as codes 0, 1, … of the categories that occur in each item.

    Attributes
    ----------
    codes
        Shape (n_persons, n_items); ``width`` stands for a missing answer.
    categories
        For each item the values that occur, ascending.
    width
        The largest number of categories of any item.
    items
        Numbers of the items, for messages.
    """

    codes: IntArray
    categories: tuple[FloatArray, ...]
    width: int
    items: tuple[int, ...]

    @property
    def n_categories(self) -> IntArray:
        """Number of categories of each item, shape (n_items,)."""
        return np.array([len(values) for values in self.categories])


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCategory:
    """A category that was merged away in all groups.

    Attributes
    ----------
    item
        Number of the item.
    category
        The value that was empty in some group.
    into
        The value that stands for it now.
    """

    item: int
    category: float
    into: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonCategories:
    """Answers of several groups with the same categories in each.

    Attributes
    ----------
    answers
        For each group its answers, shape (n_persons, n_items), merged categories replaced.
    merged
        What was merged, in the order of merging.
    cautions
        The same as sentences.
    """

    answers: tuple[FloatArray, ...]
    merged: tuple[MergedCategory, ...]
    cautions: tuple[str, ...]


def numbered(answers: FloatArray, items: Sequence[int] | None) -> tuple[int, ...]:
    """Return the items' numbers, 1, 2, … where none are given."""
    return tuple(range(1, answers.shape[-1] + 1)) if items is None else tuple(items)


def usable_rows(answers: FloatArray, missing: MissingPolicy) -> BoolArray:
    """Return which rows of (n_persons, n_items) a policy uses: complete ones, or any answered."""
    answered = np.isfinite(answers)
    if missing is MissingPolicy.LISTWISE:
        return np.asarray(answered.all(axis=-1))
    return np.asarray(answered.any(axis=-1))


def code_answers(answers: FloatArray, *, items: Sequence[int] | None = None) -> Coding:
    """Code each item's answers by the categories that occur.

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), missing is ``nan``.
    items
        Numbers of the items, for messages.

    Returns
    -------
    Coding
        Codes and the values they stand for.

    Raises
    ------
    EstimationError
        An item has no answer, or one category only.
    """
    names = numbered(answers, items)
    values = np.unique(answers[np.isfinite(answers)])
    position = np.searchsorted(values, answers)  # nan sorts last: its position is len(values)
    occurs = (position[:, :, None] == np.arange(len(values))).any(axis=0)
    check_occurring(occurs, names)
    width = int(occurs.sum(axis=1).max())
    rank = np.full((len(names), len(values) + 1), width)
    rank[:, :-1][occurs] = (occurs.cumsum(axis=1) - 1)[occurs]
    return Coding(
        codes=rank[np.arange(len(names)), position],
        categories=tuple(values[row] for row in occurs),
        width=width,
        items=names,
    )


def merge_empty_categories(
    groups: Sequence[FloatArray], *, items: Sequence[int] | None = None
) -> CommonCategories:
    """Give all groups the same categories by merging those that are empty in any of them.

    Parameters
    ----------
    groups
        Answers of each group, shape (n_persons, n_items), missing is ``nan``; already without the
        rows that the analysis will not use.
    items
        Numbers of the items, for messages.

    Returns
    -------
    CommonCategories
        The answers, and what was merged.

    Raises
    ------
    EstimationError
        An item would be left with a single category.
    """
    names = numbered(groups[0], items)
    merged_groups = [group.copy() for group in groups]
    merged: list[MergedCategory] = []
    for column, item in enumerate(names):
        for category, into in _merges([group[:, column] for group in groups], item):
            merged.append(MergedCategory(item=item, category=category, into=into))
            for group in merged_groups:
                group[group[:, column] == category, column] = into
    cautions = tuple(
        f"item {one.item}: category {one.category:g} is empty in at least one group; "
        f"it was merged with category {one.into:g} in all groups"
        for one in merged
    )
    return CommonCategories(answers=tuple(merged_groups), merged=tuple(merged), cautions=cautions)


def check_answered(answers: FloatArray, items: tuple[int, ...]) -> None:
    """Refuse an item that no one answered in a sample, by its number.

    Parameters
    ----------
    answers
        Shape (…, n_persons, n_items), before any row is left out.
    items
        Numbers of the items.
    """
    empty = ~np.isfinite(answers).any(axis=-2)
    if empty.any():
        item = items[int(np.argwhere(empty)[0][-1])]
        raise EstimationError(_STEP, f"item {item} has no answer at all; leave the item out")


def check_occurring(occurs: BoolArray, items: tuple[int, ...]) -> None:
    """Refuse an item without at least two categories in a sample, by its number.

    Parameters
    ----------
    occurs
        Which categories occur, shape (…, n_items, n_categories).
    items
        Numbers of the items.
    """
    found = occurs.sum(axis=-1)
    if not found.any():
        raise EstimationError(
            _STEP, "no person is left to use; every one has a missing answer, or there are none"
        )
    if (found == 0).any():
        item = items[int(np.argwhere(found == 0)[0][-1])]
        raise EstimationError(_STEP, f"item {item} has no answer at all; leave the item out")
    if (found < 2).all():
        raise EstimationError(
            _STEP,
            f"item {items[0]} is constant, and so is every other: all persons used answered alike, "
            "so nothing can be told apart",
        )
    if (found < 2).any():
        item = items[int(np.argwhere(found < 2)[0][-1])]
        raise EstimationError(
            _STEP,
            f"item {item} is constant: all persons used chose the same category; at least two "
            "categories must occur, leave the item out",
        )


def _merges(columns: Sequence[FloatArray], item: int) -> list[tuple[float, float]]:
    """List the merges (from, into) of one item, given its answers in each group."""
    values = list(np.unique(np.concatenate([c[np.isfinite(c)] for c in columns])))
    counts = np.array([[np.count_nonzero(column == v) for v in values] for column in columns])
    merges: list[tuple[float, float]] = []
    while len(values) > 1 and (counts == 0).any():
        empty = int(np.argmax((counts == 0).any(axis=0)))
        neighbours = [n for n in (empty - 1, empty + 1) if 0 <= n < len(values)]
        into = min(neighbours, key=lambda n: int(counts[:, n].sum()))
        merges.append((float(values[empty]), float(values[into])))
        counts[:, into] += counts[:, empty]
        counts = np.delete(counts, empty, axis=1)
        del values[empty]
    if len(values) < 2:
        raise EstimationError(
            _STEP,
            f"item {item} has no two categories that occur in every group; leave the item out, "
            "or add persons to the smallest group",
        )
    return merges
