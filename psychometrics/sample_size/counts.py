"""Count persons: in groups, by item and category, by clinician, with outcomes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psychometrics.irt.options import ModelName
from psychometrics.irt.sample_sizes import persons_for_model
from psychometrics.items.distribution import category_counts
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.results import Clinicians, ItemCounts, Question, Requirement, Status
from psychometrics.sample_size.rules import (
    CATEGORY_RULE,
    CLINICIAN_RULE,
    CLINICIANS_AT_LEAST,
    FACTOR_RULE,
    GRADED_RULE,
    GROUP_RULE,
    ITEM_RULE,
    PERSONS_PER_CATEGORY,
    RASCH_RULE,
    persons_for_category,
    persons_for_factors,
)
from psychometrics.types import IntArray


def requirement(
    question: Question, where: str, rule: str, status: Status, *, required: int, observed: int
) -> Requirement:
    """Hold one rule against a count."""
    return Requirement(
        question=question,
        where=where,
        rule=rule,
        status=status,
        required=required,
        observed=observed,
        met=observed >= required,
        more=max(0, required - observed),
    )


def of_sample(persons: ResponseMatrix) -> Requirement:
    """Require persons for a factor analysis."""
    return requirement(
        Question.FACTORS,
        "all persons",
        FACTOR_RULE,
        Status.VERIFIED,
        required=_needed(persons),
        observed=int(persons.complete.sum()),
    )


def of_item_response(persons: ResponseMatrix) -> Iterator[Requirement]:
    """Require persons for item response models of the subscales."""
    shortest = min(len(scale.items) for scale in persons.instrument)
    for question, rule, model in (
        (Question.RASCH, RASCH_RULE, ModelName.PARTIAL_CREDIT),
        (Question.GRADED, GRADED_RULE, ModelName.GRADED),
    ):
        yield requirement(
            question,
            "all persons",
            rule,
            Status.CHOSEN,
            required=persons_for_model(model, shortest),
            observed=int(persons.complete.sum()),
        )


def of_groups(groups: dict[str, ResponseMatrix]) -> Iterator[Requirement]:
    """Require the same of each group."""
    for name, persons in groups.items():
        yield requirement(
            Question.GROUPS,
            f"group {name}",
            GROUP_RULE,
            Status.CHOSEN,
            required=_needed(persons),
            observed=int(persons.complete.sum()),
        )


def of_items(persons: ResponseMatrix) -> Iterator[Requirement]:
    """Require answers to each item."""
    for item in persons.instrument.scored_items:
        yield requirement(
            Question.ITEMS,
            f"item {item}",
            ITEM_RULE,
            Status.CHOSEN,
            required=_needed(persons),
            observed=int(np.isfinite(persons.answers[:, item - 1]).sum()),
        )


def item_counts(persons: ResponseMatrix, group: str | None) -> tuple[ItemCounts, ...]:
    """Count the answers to each item by category, reverse-keyed items recoded."""
    instrument, recoded = persons.instrument, persons.recoded
    found = []
    for item in instrument.scored_items:
        answers = recoded[:, item - 1]
        given = answers[np.isfinite(answers)]
        found.append(
            ItemCounts(
                item=item,
                group=group,
                n_answered=given.size,
                category_counts=category_counts(given, instrument.minimum, instrument.maximum),
            )
        )
    return tuple(found)


def of_categories(items: tuple[ItemCounts, ...], minimum: int) -> Iterator[Requirement]:
    """Require persons in the rarest category of each item.

    Parameters
    ----------
    items
        Counts, for each group where there are groups.
    minimum
        The form's lowest answer, to name the category.
    """
    for one in items:
        rarest = int(np.argmin(one.category_counts))
        chosen = one.category_counts[rarest]
        needed = persons_for_category(chosen, one.n_answered)
        where = f"item {one.item}, category {minimum + rarest}"
        yield Requirement(
            question=Question.CATEGORIES,
            where=where if one.group is None else f"{where}, group {one.group}",
            rule=CATEGORY_RULE,
            status=Status.CHOSEN,
            required=PERSONS_PER_CATEGORY,
            observed=chosen,
            met=chosen >= PERSONS_PER_CATEGORY,
            more=None if needed is None else max(0, needed - one.n_answered),
        )


def clinicians(codes: IntArray) -> Clinicians | None:
    """Describe how persons spread over clinicians.

    Parameters
    ----------
    codes
        Shape (n_persons,), one number for each clinician, −1 is missing.
    """
    sizes = np.unique(codes[codes >= 0], return_counts=True)[1]
    if sizes.size == 0:
        return None
    return Clinicians(
        n_clinicians=sizes.size,
        n_with_several=int((sizes >= 2).sum()),
        smallest=int(sizes.min()),
        median=float(np.median(sizes)),
        largest=int(sizes.max()),
    )


def of_clinicians(found: Clinicians | None) -> Iterator[Requirement]:
    """Require clinicians, where any are named."""
    if found is not None:
        yield requirement(
            Question.CLINICIANS,
            "clinicians",
            CLINICIAN_RULE,
            Status.CHOSEN,
            required=CLINICIANS_AT_LEAST,
            observed=found.n_clinicians,
        )


def _needed(persons: ResponseMatrix) -> int:
    return persons_for_factors(len(persons.instrument.scored_items))
