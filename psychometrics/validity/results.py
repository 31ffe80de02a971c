"""What the kind ``validity`` finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from psychometrics.cfa.results import CfaResult
from psychometrics.criterion.results import CriterionResult
from psychometrics.declared.traits import about, result
from psychometrics.declared.vocabulary import (
    Cautions,
    GroupName,
    Item,
    Persons,
    PersonsUsed,
    Responses,
    Share,
    Things,
)
from psychometrics.efa.results import DimensionalityResult, EfaResult
from psychometrics.invariance.results import ComparisonResult, InvarianceResult
from psychometrics.irt.results import IrtResult
from psychometrics.items.results import ItemsResult
from psychometrics.longitudinal.responsiveness_results import ResponsivenessResult
from psychometrics.longitudinal.trajectory_results import TrajectoryResult
from psychometrics.reliability.paired_results import AgreementResult, RetestResult
from psychometrics.reliability.results import ReliabilityResult
from psychometrics.sample_size.results import Clinicians, SufficiencyResult
from psychometrics.simulation.results import CutoffResult
from psychometrics.validity.rules import Code, Rating, Status
from psychometrics.validity.scores import ScoreVerdict


@result
class NotComputed:
    """A section that could not be computed."""

    computed: bool = about("False.")
    reason: str = about("Why not.")


@result
class Count:
    """How many have one value of a column."""

    value: str = about("The value.")
    n: Persons = about("How many have it.")


@result
class ColumnCounts:
    """How a column divides the responses or persons."""

    column: str = about("Its name.")
    of: str = about("What is counted: `persons` or `responses`.")
    distinct: Things = about("How many different values it has.")
    counts: tuple[Count, ...] | None = about(
        "By value in sorted order; null where there are more than 50."
    )
    n_missing: Persons = about("How many have none.")


@result
class ItemMissing:
    """How often an item is left out, of all persons and in each group."""

    item: Item
    group: GroupName | None
    n_persons: PersonsUsed = about("Persons of the group, or all.")
    n_missing: Persons = about("Those of them who left it out.")
    missing: Share = about("Their share.")


@result
class SampleResult:
    """Who answered, and what is missing."""

    n_responses: Responses = about("All responses.")
    respondent: str | None = about(
        "Whose responses are analysed, where several kinds of respondents answered."
    )
    n_other_respondents: Responses = about("Responses of the others.")
    n_persons: PersonsUsed = about("Persons with a rating, each counted once.")
    n_complete: Persons = about("Those who answered every scored item.")
    n_set_aside: Responses = about(
        "Responses of the respondent that do not speak for a person: later or empty ones."
    )
    rule: str = about("Which rating speaks for a person.")
    counts: tuple[ColumnCounts, ...] = about("By column.")
    clinicians: Clinicians | None = about(
        "How persons spread over clinicians, null where there is no such column."
    )
    missing: Share = about("Share of the answers to scored items that are missing.")
    items: tuple[ItemMissing, ...] = about("By item; first of all persons, then for each group.")
    cautions: Cautions


@result
class PropertyResult:
    """One measurement property."""

    property: str = about("The property.")
    title: str = about("Its name.")
    rating: Rating = about("What came of it.")
    rule: str = about("Which rule of the section `standards`.")
    status: Status = about("How well the rule's source is known.")
    because: str = about("Why, in sentences.")
    numbers: Mapping[str, float | None] = about("What the rule looked at, by name.")
    caution: str = about("What a reader must know of the rule.")


@result
class VerdictResult:
    """The answer, what it rests on, and what would change it."""

    answer: str = about("One plain sentence.")
    code: Code = about("The answer in a word.")
    because: tuple[str, ...] = about("What it rests on.")
    would_change_it: tuple[str, ...] = about("What would change it.")
    scores: tuple[ScoreVerdict, ...] = about("Each subscale in definition order, then the total.")
    properties: tuple[PropertyResult, ...] = about("By measurement property.")


@result
class StandardResult:
    """A rule as it is shown."""

    id: str = about("Its id.")
    property: str = about("The property that it is held against.")
    title: str = about("Its name.")
    statement: str = about("What it asks.")
    status: Status = about("How well its source is known.")
    source: str = about("Where it comes from.")
    doi: str | None = about("The source's DOI.")
    caution: str = about("What a reader must know of it.")


@result
class ComparedRating:
    """A property by our rule and by COSMIN's."""

    property: str = about("The property.")
    title: str = about("Its name.")
    alliance: Rating = about("Its rating by our rule.")
    cosmin: Rating = about("Its rating by COSMIN's criteria as published (Prinsen 2018).")
    cosmin_statement: str = about("What COSMIN asks, as far as it is applied here.")
    deviation: str = about("How our rule departs from COSMIN's, and why.")


@result
class StandardsResult:
    """The rules that made the verdict."""

    id: str = about("Their id.")
    version: str = about("Their version.")
    rules: tuple[StandardResult, ...] = about("Each rule.")
    compared: tuple[ComparedRating, ...] = about("Each property by both standards, side by side.")


@result
class Sections:
    """The evidence, in reading order; each is a result, or says why there is none."""

    sample: SampleResult | NotComputed
    sufficiency: SufficiencyResult | NotComputed
    items: ItemsResult | NotComputed
    dimensionality: DimensionalityResult | NotComputed
    efa: EfaResult | NotComputed
    cfa: CfaResult | NotComputed
    cfa_continuous: CfaResult | NotComputed
    cutoffs: CutoffResult | NotComputed
    irt: IrtResult | NotComputed
    reliability: ReliabilityResult | NotComputed
    invariance: InvarianceResult | NotComputed
    comparison: ComparisonResult | NotComputed
    trajectory: TrajectoryResult | NotComputed
    retest: RetestResult | NotComputed
    agreement: AgreementResult | NotComputed
    criterion: CriterionResult | NotComputed
    responsiveness: ResponsivenessResult | NotComputed
    standards: StandardsResult


@result
class ValidityResult:
    """Whether the form holds up in this sample: one answer, with its evidence."""

    audience: Literal["owner", "public"] = about(
        "`owner`: every number is exact. `public`: no count of 1 to 10 of people is shown, or "
        "follows "
        "from what is."
    )
    verdict: VerdictResult
    sections: Sections
    software: Mapping[str, str] = about("Versions of what did it.")
    method: Mapping[str, str] = about("By section: how it was done, in a sentence.")
