"""What the kind ``items`` finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStatistics:
    """One item, after recoding of reverse-keyed answers.

    Attributes
    ----------
    item
        Its number on the form.
    subscale
        The subscale that holds it, or ``None`` for an item that is not scored.
    n_answered
        Persons who answered it; the statistics below are theirs.
    missing
        Share of the persons used who did not answer it, 0 to 1.
    mean, sd
        Mean and standard deviation (divisor n − 1); ``None`` where there are too few answers.
    skewness, kurtosis
        Standardized by the n − 1 standard deviation; kurtosis is zero for a normal distribution.
    floor, ceiling
        Share of the answers at the lowest and highest category, 0 to 1.
    category_counts
        Answers in each category from the lowest to the highest.
    item_rest_correlation
        Correlation with the sum of the subscale's other items.
    reason
        Why a statistic is ``None``.
    """

    item: int
    subscale: str | None
    n_answered: int
    missing: float
    mean: float | None
    sd: float | None
    skewness: float | None
    kurtosis: float | None
    floor: float | None
    ceiling: float | None
    category_counts: tuple[int, ...]
    item_rest_correlation: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An item that the key may get wrong.

    Attributes
    ----------
    item
        Its number on the form.
    reason
        What speaks against its key.
    """

    item: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyCheck:
    """Whether the answers contradict the key.

    Attributes
    ----------
    suspects
        Items whose key is doubtful, in ascending order.
    """

    suspects: tuple[Suspect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsResult:
    """An item analysis.

    Attributes
    ----------
    n_persons
        Persons with at least one answer.
    items
        Every item of the form, in its order.
    key_check
        Whether the answers contradict the key.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    items: tuple[ItemStatistics, ...]
    key_check: KeyCheck
    cautions: tuple[str, ...]
