"""What the kind ``sufficiency`` finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Question(Enum):
    """What a sample may be asked."""

    FACTORS = "factors"
    GROUPS = "groups"
    ITEMS = "items"
    CATEGORIES = "categories"
    CLINICIANS = "clinicians"
    OUTCOMES = "outcomes"
    RASCH = "rasch"
    GRADED = "graded"


class Status(Enum):
    """How well a rule is known."""

    VERIFIED = "verified"
    COMPUTED = "computed"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One rule held against the sample.

    Attributes
    ----------
    question
        The question it belongs to.
    where
        What was counted: the sample, a group, an item, a category, an outcome.
    rule
        The rule, as a sentence.
    status
        ``verified`` in a source, ``computed`` from what was asked for, or ``chosen`` here.
    required, observed
        Persons (or clinicians) it asks for and the sample has.
    met
        Whether that is enough.
    more
        How many more persons (or clinicians) it takes; for a category, persons in all at the
        present share of it; ``None`` where nobody chose it.
    """

    question: Question
    where: str
    rule: str
    status: Status
    required: int
    observed: int
    met: bool
    more: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether the sample can answer one question.

    Attributes
    ----------
    question
        The question.
    sufficient
        Whether every rule of it is met.
    more
        The largest number still needed, ``None`` where it cannot be said.
    """

    question: Question
    sufficient: bool
    more: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCounts:
    """How often each category of an item was chosen, after recoding.

    Attributes
    ----------
    item
        Its number on the form.
    group
        The group, or ``None`` for all persons.
    n_answered
        Persons who answered it.
    category_counts
        From the lowest to the highest category.
    """

    item: int
    group: str | None
    n_answered: int
    category_counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clinicians:
    """How persons spread over clinicians.

    Attributes
    ----------
    n_clinicians
        How many there are.
    n_with_several
        Those with at least two persons.
    smallest, median, largest
        Persons of one clinician.
    """

    n_clinicians: int
    n_with_several: int
    smallest: int
    median: float
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeResult:
    """What samples of one size would give.

    Attributes
    ----------
    n_persons
        The size.
    usable
        Share of the samples whose solution converges and is proper.
    loading_bias
        Mean estimate of a loading less the true one, averaged over loadings, relative to them.
    standard_error_bias
        Mean standard error less the estimates' standard deviation, relative to it, averaged.
    coverage
        How often the loadings' 95% intervals hold the truth.
    largest_standard_error
        The mean standard error of the least precise loading.
    separation
        How often every factor correlation's upper 95% limit lies below 1; ``None`` for one factor.
    shortfalls
        The targets that are missed, by name; empty when the size is enough.
    """

    n_persons: int
    usable: float
    loading_bias: float | None
    standard_error_bias: float | None
    coverage: float | None
    largest_standard_error: float | None
    separation: float | None
    shortfalls: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationResult:
    """A Monte Carlo study of the sample size.

    Attributes
    ----------
    truth
        The population, as a sentence.
    replicates, seed
        As asked for.
    sizes
        The sizes tried, ascending, up to the first that is enough.
    required
        The smallest size tried that meets every target, ``None`` if none does.
    more
        How many more persons with complete answers that is.
    targets
        The targets, by name, as sentences.
    reason
        Why there is no result.
    """

    truth: str
    replicates: int
    seed: int
    sizes: tuple[SizeResult, ...]
    required: int | None
    more: int | None
    targets: dict[str, str]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SufficiencyResult:
    """Whether a sample can answer.

    Attributes
    ----------
    n_persons, n_complete
        Persons with a rating, each counted once; those who answered every scored item.
    verdicts
        By question.
    requirements
        Every rule.
    items
        Answers by category, for each group where there are groups.
    clinicians
        ``None`` where there is no such column.
    simulation
        ``None`` where none was asked for.
    cautions
        Doubts a reader must know.
    """

    n_persons: int
    n_complete: int
    verdicts: tuple[Verdict, ...]
    requirements: tuple[Requirement, ...]
    items: tuple[ItemCounts, ...]
    clinicians: Clinicians | None
    simulation: SimulationResult | None
    cautions: tuple[str, ...]
