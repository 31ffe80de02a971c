"""What the kind ``sufficiency`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    ChosenWhole,
    ClinicianCount,
    GroupName,
    Item,
    NotNegative,
    Persons,
    PersonsUsed,
    Reason,
    Seed,
    Share,
    Things,
)


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


@result
class Requirement:
    """One rule held against the sample."""

    question: Question = about("The question it belongs to.")
    where: str = about("What was counted: the sample, a group, an item, a category, an outcome.")
    rule: str = about("The rule, as a sentence.")
    status: Status = about(
        "`verified` in a source, `computed` from what was asked for, or `chosen` here."
    )
    required: Things = about("Persons (or clinicians) it asks for.")
    observed: Persons = about("Persons (or clinicians) that the sample has.")
    met: bool = about("Whether that is enough.")
    more: Things | None = about(
        "How many more persons (or clinicians) it takes; for a category, persons in all at the "
        "present share of it; null where nobody chose it."
    )


@result
class Verdict:
    """Whether the sample can answer one question."""

    question: Question = about("The question.")
    sufficient: bool = about("Whether every rule of it is met.")
    more: Things | None = about("The largest number still needed, null where it cannot be said.")


@result
class ItemCounts:
    """How often each category of an item was chosen, after recoding."""

    item: Item
    group: GroupName | None = about("The group, or null for all persons.")
    n_answered: PersonsUsed = about("Persons who answered it.")
    category_counts: tuple[Persons, ...] = about("From the lowest to the highest category.")


@result
class Clinicians:
    """How persons spread over clinicians."""

    n_clinicians: ClinicianCount = about("How many there are.")
    n_with_several: ClinicianCount = about("Those with at least two persons.")
    smallest: Persons = about("Persons of the clinician who has the fewest.")
    median: float = about("Median number of persons of a clinician.")
    largest: Persons = about("Persons of the clinician who has the most.")


@result
class SizeResult:
    """What samples of one size would give."""

    n_persons: ChosenWhole = about("The size.")
    usable: Share = about("Share of the samples whose solution converges and is proper.")
    loading_bias: float | None = about(
        "Mean estimate of a loading less the true one, averaged over loadings, relative to them."
    )
    standard_error_bias: float | None = about(
        "Mean standard error less the estimates' standard deviation, relative to it, averaged."
    )
    coverage: Share | None = about("How often the loadings' 95% intervals hold the truth.")
    largest_standard_error: NotNegative | None = about(
        "The mean standard error of the least precise loading."
    )
    separation: Share | None = about(
        "How often every factor correlation's upper 95% limit lies below 1; null for one factor."
    )
    shortfalls: tuple[str, ...] = about(
        "The targets that are missed, by name; empty when the size is enough."
    )


@result
class SimulationResult:
    """A Monte Carlo study of the sample size."""

    truth: str = about("The population, as a sentence.")
    replicates: ChosenWhole = about("As asked for.")
    seed: Seed
    sizes: tuple[SizeResult, ...] = about(
        "The sizes tried, ascending, up to the first that is enough."
    )
    required: ChosenWhole | None = about(
        "The smallest size tried that meets every target, null if none does."
    )
    more: Things | None = about("How many more persons with complete answers that is.")
    targets: Mapping[str, str] = about("The targets, by name, as sentences.")
    reason: Reason | None = about(default=None)


@result
class SufficiencyResult:
    """Whether a sample can answer."""

    n_persons: PersonsUsed = about("Persons with a rating, each counted once.")
    n_complete: Persons = about("Those who answered every scored item.")
    verdicts: tuple[Verdict, ...] = about("By question.")
    requirements: tuple[Requirement, ...] = about("Every rule.")
    items: tuple[ItemCounts, ...] = about(
        "Answers by category, for each group where there are groups."
    )
    clinicians: Clinicians | None = about("null where there is no such column.")
    simulation: SimulationResult | None = about("null where none was asked for.")
    cautions: Cautions
