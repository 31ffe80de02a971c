"""What the kind ``items`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psychometrics.types import FloatArray


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
class ScaleDistribution:
    """The distribution of a scale's score, prorated by the instrument's rule.

    Attributes
    ----------
    n_scored
        Persons who have the score.
    mean, sd, skewness
        As for items.
    floor, ceiling
        Share of the scores at the lowest and the highest possible score, 0 to 1.
    """

    n_scored: int
    mean: float | None
    sd: float | None
    skewness: float | None
    floor: float | None
    ceiling: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InterItem:
    """How the scored items correlate.

    Attributes
    ----------
    order
        Item numbers of the rows.
    pearson, polychoric
        Shape (n_items, n_items), each pair over the persons who answered both; ``nan`` or ``None``
        where there is none.
    reason
        Why there are no polychoric correlations.
    """

    order: tuple[int, ...]
    pearson: FloatArray
    polychoric: FloatArray | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectiveMissingness:
    """Cochran's Q: whether some items are left out more than others.

    Attributes
    ----------
    statistic, df, p_value
        Chi-square under no difference between items.
    reason
        Why there is none.
    """

    statistic: float | None
    df: int
    p_value: float | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPattern:
    """Persons who left out the same items and no others.

    Attributes
    ----------
    items
        Those left out; none in the complete pattern.
    share
        Of all persons, in steps (:func:`psychometrics.disclosure.protected_shares`).
    """

    items: tuple[int, ...]
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPatterns:
    """Which items are left out together.

    Attributes
    ----------
    patterns
        Those of 11 persons or more, the most frequent first.
    rarer
        Share of persons with any other pattern.
    step
        What every share is a multiple of.
    """

    patterns: tuple[MissingPattern, ...]
    rarer: float
    step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Missingness:
    """Which answers are missing.

    Attributes
    ----------
    share
        Of all answers of the persons used, 0 to 1.
    n_complete
        Persons with every item answered.
    n_patterns
        Different patterns of missing answers, the complete one included.
    selective
        Whether some items are left out more than others.
    patterns
        Which items are left out together; ``None`` where nobody left any out, or so few that it
        would tell of 10 persons or fewer.
    """

    share: float
    n_complete: int
    n_patterns: int
    selective: SelectiveMissingness
    patterns: MissingPatterns | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """One sign of careless answering.

    Attributes
    ----------
    n_screened, n_flagged
        Persons looked at, and those beyond the threshold.
    median
        Of the sign over persons.
    threshold, rule
        From where a person is flagged, and what that means.
    reason
        Why nobody could be screened.
    """

    n_screened: int
    n_flagged: int
    median: float | None
    threshold: float
    rule: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Careless:
    """Signs of careless answering."""

    long_strings: Screening
    even_odd: Screening
    mahalanobis: Screening


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeSuspicion:
    """Something odd about the range or the coding of the answers.

    Attributes
    ----------
    code
        A stable word for programs.
    detail
        A sentence for people.
    """

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DependentPair:
    """Two items that share more than their factors."""

    items: tuple[int, int]
    residual_correlation: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalDependence:
    """What pairs of items share beyond their factors.

    Attributes
    ----------
    largest
        The residual correlation farthest from zero.
    threshold
        Beyond which a pair is named.
    pairs
        Those pairs, the strongest first.
    reason
        Why it could not be examined.
    """

    largest: float | None
    threshold: float
    pairs: tuple[DependentPair, ...]
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFinding:
    """The key that made a subscale's published sums.

    Attributes
    ----------
    n_rows
        Rows with complete answers and a sum.
    n_agree
        Of these, rows whose sum is that of the definition's key.
    n_explained
        Rows whose sum is that of the key found, or of the best one tried when none was found.
    n_equally_good
        Keys that make as many sums; more than one leaves the key open, zero means none was found.
    items, reversed_items
        Items that the sums are made of, and those of them that are reversed; ``None`` when no key
        makes most of the sums.
    wrongly_reversed, wrongly_kept
        Items reversed against the definition, and items not reversed although they should be.
    moved_in, moved_out
        Items of other subscales that the sums hold, and the subscale's items that they lack.
    """

    n_rows: int
    n_agree: int
    n_explained: int
    n_equally_good: int = 0
    items: tuple[int, ...] | None = None
    reversed_items: tuple[int, ...] | None = None
    wrongly_reversed: tuple[int, ...] = ()
    wrongly_kept: tuple[int, ...] = ()
    moved_in: tuple[int, ...] = ()
    moved_out: tuple[int, ...] = ()

    @property
    def ambiguous(self) -> bool:
        """Whether several keys make as many of the sums."""
        return self.n_equally_good > 1

    @property
    def standard_key(self) -> bool:
        """Whether the key found is the definition's."""
        return self.items is not None and not (
            self.wrongly_reversed or self.wrongly_kept or self.moved_in or self.moved_out
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Something in the answers that contradicts the form.

    Attributes
    ----------
    code
        ``key`` or ``range``.
    subscale
        Of which subscale; ``None`` for the form as a whole.
    items
        The items that contradict the key; empty for the range.
    detail
        What it looks like, as a sentence.
    """

    code: str
    subscale: str | None
    items: tuple[int, ...]
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFit:
    """How well a definition fits a file's answers.

    Attributes
    ----------
    id, version
        The definition.
    possible
        Whether item count and range allow it at all.
    n_negative
        Items that fall with the rest of their subscale under its key.
    mean_item_rest
        Mean item-rest correlation under its key; ``None`` if impossible or inestimable.
    """

    id: str
    version: str
    possible: bool
    n_negative: int
    mean_item_rest: float | None


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
    scales
        Distributions of the scores, by scale.
    inter_item
        How items correlate.
    missing
        Which answers are missing.
    careless
        Signs of careless answering.
    response_range
        What is odd about the range or the coding of the answers.
    contradictions
        What contradicts the form's key or range; where there is any, nothing else should be read.
    local_dependence
        What pairs of items share beyond their factors.
    key_forensics
        By subscale, the key behind published sums; ``None`` when there were none to look at.
    form_check
        This definition and those it was compared with, the best first; ``None`` if with none.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    items: tuple[ItemStatistics, ...]
    key_check: KeyCheck
    scales: Mapping[str, ScaleDistribution]
    inter_item: InterItem
    missing: Missingness
    careless: Careless
    response_range: tuple[RangeSuspicion, ...]
    contradictions: tuple[Contradiction, ...]
    local_dependence: LocalDependence
    key_forensics: Mapping[str, KeyFinding] | None
    form_check: tuple[FormFit, ...] | None
    cautions: tuple[str, ...]
