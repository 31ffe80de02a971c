"""What the kind ``items`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from psychometrics.declared.traits import about, result, shown
from psychometrics.declared.vocabulary import (
    Cautions,
    Chosen,
    Correlation,
    Df,
    Item,
    Matrix,
    NotNegative,
    Persons,
    PersonsUsed,
    PValue,
    Reason,
    Share,
    Things,
)


@result
class ItemStatistics:
    """One item, after recoding of reverse-keyed answers."""

    item: Item
    subscale: str | None = about(
        "The subscale that holds it, or null for an item that is not scored."
    )
    n_answered: PersonsUsed = about("Persons who answered it; the statistics below are theirs.")
    missing: Share = about("Share of the persons used who did not answer it.")
    mean: float | None = about("Mean; null where there are too few answers.", unit="points")
    sd: NotNegative | None = about("Standard deviation (divisor n − 1).", unit="points")
    skewness: float | None = about("Standardized by the n − 1 standard deviation.")
    kurtosis: float | None = about("The same; zero for a normal distribution.")
    floor: Share | None = about("Share of the answers at the lowest category.")
    ceiling: Share | None = about("Share of the answers at the highest category.")
    category_counts: tuple[Persons, ...] = about(
        "Answers in each category from the lowest to the highest."
    )
    item_rest_correlation: Correlation | None = about(
        "Correlation with the sum of the subscale's other items."
    )
    reason: Reason | None = about(default=None)


@result
class Suspect:
    """An item that the key may get wrong."""

    item: Item
    reason: str = about("What speaks against its key.")


@result
class KeyCheck:
    """Whether the answers contradict the key."""

    suspects: tuple[Suspect, ...] = about("Items whose key is doubtful, in ascending order.")


@result
class ScaleDistribution:
    """The distribution of a scale's score, prorated by the instrument's rule."""

    n_scored: PersonsUsed = about("Persons who have the score.")
    mean: float | None = about("Mean score.", unit="points")
    sd: NotNegative | None = about("Standard deviation (divisor n − 1).", unit="points")
    skewness: float | None = about("Standardized by the n − 1 standard deviation.")
    floor: Share | None = about("Share of the scores at the lowest possible score.")
    ceiling: Share | None = about("Share of the scores at the highest possible score.")


@result
class InterItem:
    """How the scored items correlate."""

    order: tuple[Item, ...] = about("Item numbers of the rows.")
    pearson: Matrix = about("Items by items, each pair over the persons who answered both.")
    polychoric: Matrix | None = about("The same for answers as ordered categories.")
    reason: Reason | None


@result
class SelectiveMissingness:
    """Cochran's Q: whether some items are left out more than others."""

    statistic: NotNegative | None = about("Chi-square under no difference between items.")
    df: Df
    p_value: PValue | None
    reason: Reason | None


@result
class MissingPattern:
    """Persons who left out the same items and no others."""

    items: tuple[Item, ...] = about("Those left out; none in the complete pattern.")
    share: Share = about("Of all persons, in steps that tell of nobody.")


@result
class MissingPatterns:
    """Which items are left out together."""

    patterns: tuple[MissingPattern, ...] = about(
        "Those of 11 persons or more, the most frequent first."
    )
    rarer: Share = about("Share of persons with any other pattern.")
    step: Share = about("What every share is a multiple of.")


@result
class Missingness:
    """Which answers are missing."""

    share: Share = about("Of all answers of the persons used.")
    n_complete: Persons = about("Persons with every item answered.")
    n_patterns: Persons = about("Different patterns of missing answers, the complete one included.")
    selective: SelectiveMissingness = about("Whether some items are left out more than others.")
    patterns: MissingPatterns | None = about(
        "Which items are left out together; null where nobody left any out, or so few that it "
        "would tell of 10 persons or fewer."
    )


@result
class Screening:
    """One sign of careless answering."""

    n_screened: Persons = about("Persons looked at.")
    n_flagged: Persons = about("Persons beyond the threshold.")
    median: float | None = about("Of the sign over persons.")
    threshold: Chosen = about("From where a person is flagged.")
    rule: str = about("What being flagged means.")
    reason: Reason | None


@result
class Careless:
    """Signs of careless answering."""

    long_strings: Screening = about("The longest run of equal answers.")
    even_odd: Screening = about("How far items of even and odd place agree.")
    mahalanobis: Screening = about("How far a person's answers lie from all others'.")


@result
class RangeSuspicion:
    """Something odd about the range or the coding of the answers."""

    code: str = about("A stable word for programs.")
    detail: str = about("A sentence for people.")


@result
class Contradiction:
    """Something in the answers that contradicts the form."""

    code: Literal["key", "range"] = about("What is contradicted.")
    subscale: str | None = about("Of which subscale; null for the form as a whole.")
    items: tuple[Item, ...] = about("The items that contradict the key; empty for the range.")
    detail: str = about("What it looks like, in a sentence.")


@result
class DependentPair:
    """Two items that share more than their factors."""

    items: tuple[Item, Item] = about("The two items.")
    residual_correlation: float = about("Sample less implied correlation.")


@result
class LocalDependence:
    """What pairs of items share beyond their factors."""

    largest: float | None = about("The residual correlation farthest from zero.")
    threshold: Chosen = about("Beyond which a pair is named.")
    pairs: tuple[DependentPair, ...] = about("Those pairs, the strongest first.")
    reason: Reason | None


@result
class KeyFinding:
    """The key that made a subscale's published sums."""

    n_rows: Persons = about("Rows with complete answers and a sum.")
    n_agree: Persons = about("Of these, rows whose sum is that of the definition's key.")
    n_explained: Persons = about(
        "Rows whose sum is that of the key found, or of the best one tried when none was found."
    )
    n_equally_good: Things = about(
        "Keys that make as many sums; more than one leaves the key open, zero means none was "
        "found.",
        default=0,
    )
    items: tuple[Item, ...] | None = about(
        "Items that the sums are made of; null when no key makes most of the sums.", default=None
    )
    reversed_items: tuple[Item, ...] | None = about(
        "Those of them that are reversed.", default=None
    )
    wrongly_reversed: tuple[Item, ...] = about("Items reversed against the definition.", default=())
    wrongly_kept: tuple[Item, ...] = about(
        "Items not reversed although they should be.", default=()
    )
    moved_in: tuple[Item, ...] = about("Items of other subscales that the sums hold.", default=())
    moved_out: tuple[Item, ...] = about("The subscale's items that they lack.", default=())

    @shown
    def ambiguous(self) -> bool:
        """Whether several keys make as many of the sums."""
        return self.n_equally_good > 1

    @shown
    def standard_key(self) -> bool:
        """Whether the key found is the definition's."""
        return self.items is not None and not (
            self.wrongly_reversed or self.wrongly_kept or self.moved_in or self.moved_out
        )


@result
class FormFit:
    """How well a definition fits a file's answers."""

    id: str = about("The definition's id.")
    version: str = about("Its version.")
    possible: bool = about("Whether item count and range allow it at all.")
    n_negative: Things = about("Items that fall with the rest of their subscale under its key.")
    mean_item_rest: Correlation | None = about(
        "Mean item-rest correlation under its key; null if impossible or inestimable."
    )


@result
class ItemsResult:
    """How each item is answered, and whether the answers contradict the key."""

    n_persons: PersonsUsed = about("Persons with at least one answer.")
    items: tuple[ItemStatistics, ...] = about("Every item of the form, in its order.")
    key_check: KeyCheck = about("Whether the answers contradict the key.")
    scales: Mapping[str, ScaleDistribution] = about("Distributions of the scores, by scale.")
    inter_item: InterItem = about("How items correlate.")
    missing: Missingness = about("Which answers are missing.")
    careless: Careless = about("Signs of careless answering.")
    response_range: tuple[RangeSuspicion, ...] = about(
        "What is odd about the range or the coding of the answers."
    )
    contradictions: tuple[Contradiction, ...] = about(
        "What contradicts the form's key or range; where there is any, read nothing else."
    )
    local_dependence: LocalDependence = about("What pairs of items share beyond their factors.")
    key_forensics: Mapping[str, KeyFinding] | None = about(
        "By subscale, the key behind published sums; null when there were none to look at."
    )
    form_check: tuple[FormFit, ...] | None = about(
        "This definition and those it was compared with, the best first; null if with none."
    )
    cautions: Cautions
