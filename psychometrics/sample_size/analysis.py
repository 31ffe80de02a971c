"""The kind ``sufficiency``: whether a sample can answer, and how many more it would take."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from psychometrics.criterion import columns
from psychometrics.criterion.occasions import Ratings, choose_ratings, source_rows
from psychometrics.errors import OptionError, ResponsesError
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size import counts
from psychometrics.sample_size.montecarlo import simulate
from psychometrics.sample_size.options import Simulation, SufficiencyOptions, Truth
from psychometrics.sample_size.results import (
    ItemCounts,
    Question,
    Requirement,
    Status,
    SufficiencyResult,
    Verdict,
)
from psychometrics.sample_size.rules import persons_for_correlation
from psychometrics.types import Progress


def analyse(
    responses: ResponseMatrix, options: SufficiencyOptions, *, progress: Progress
) -> SufficiencyResult:
    """Count persons against what each question needs.

    Parameters
    ----------
    responses
        Answers as given; each person counts once, with the first rating.
    options
        What is to be compared or correlated, and whether to simulate.
    progress
        Called as the work goes on.

    Raises
    ------
    OptionError
        If an option names a column that cannot serve.
    ResponsesError
        If there is no rating at all.
    """
    ratings = choose_ratings(responses, None)
    if ratings.rows.size == 0:
        raise ResponsesError("answers: there is no rating, every answer is missing")
    persons = _persons(responses, ratings)
    groups = _groups(persons, options.group)
    items = _item_counts(persons, groups)
    codes = columns.codes(persons, columns.SAMPLE, columns.SITE, columns.CLINICIAN)
    clinicians = counts.clinicians(codes)
    requirements = (
        counts.of_sample(persons),
        *counts.of_groups(groups),
        *counts.of_items(persons),
        *counts.of_categories(items, responses.instrument.minimum),
        *counts.of_clinicians(clinicians),
        *_of_outcomes(responses, ratings, options),
        *counts.of_item_response(persons),
    )
    return SufficiencyResult(
        n_persons=persons.n_persons,
        n_complete=int(persons.complete.sum()),
        verdicts=_verdicts(requirements),
        requirements=requirements,
        items=items,
        clinicians=clinicians,
        simulation=None
        if options.simulation is None
        else simulate(persons, options.simulation, progress=progress),
        cautions=_cautions(ratings, options.simulation),
    )


def _persons(responses: ResponseMatrix, ratings: Ratings) -> ResponseMatrix:
    selected = np.zeros(responses.n_persons, dtype=np.bool_)
    selected[ratings.rows] = True
    return responses.rows(selected)


def _groups(persons: ResponseMatrix, group: str | None) -> dict[str, ResponseMatrix]:
    """Split persons by a column, groups in sorted order; those without a group are left out."""
    if group is None:
        return {}
    if group not in persons.columns:
        raise OptionError("group", "there is no column of this name")
    labels = columns.labels(persons, group)
    names = sorted({label for label in labels if label is not None})
    if len(names) < 2:
        raise OptionError("group", "must tell at least two groups apart")
    return {
        name: persons.rows(np.array([label == name for label in labels], dtype=np.bool_))
        for name in names
    }


def _item_counts(
    persons: ResponseMatrix, groups: dict[str, ResponseMatrix]
) -> tuple[ItemCounts, ...]:
    if not groups:
        return counts.item_counts(persons, None)
    return tuple(
        one for name, members in groups.items() for one in counts.item_counts(members, name)
    )


def _of_outcomes(
    responses: ResponseMatrix, ratings: Ratings, options: SufficiencyOptions
) -> Iterator[Requirement]:
    """Require persons with both a rating and the outcome."""
    if options.outcomes is None:
        return
    names = options.outcomes or columns.possible_outcomes(responses, besides=options.group)
    required = persons_for_correlation(options.correlation, options.power)
    rule = (
        f"Enough persons with rating and outcome to find a correlation of {options.correlation:g} "
        f"with a power of {options.power:g} (two-sided test at 5%)."
    )
    for place, name in enumerate(names):
        values = columns.numbers(responses, name, option=f"outcomes/{place}")
        sources = source_rows(ratings, values, measured_once=False)
        yield counts.requirement(
            Question.OUTCOMES,
            f"outcome {name}",
            rule,
            Status.COMPUTED,
            required=required,
            observed=int((sources >= 0).sum()),
        )


def _verdicts(requirements: Sequence[Requirement]) -> tuple[Verdict, ...]:
    found = []
    for question in Question:
        of_question = [one for one in requirements if one.question is question]
        if of_question:
            more = [one.more for one in of_question]
            known = [number for number in more if number is not None]
            found.append(
                Verdict(
                    question=question,
                    sufficient=all(one.met for one in of_question),
                    more=max(known) if len(known) == len(more) else None,
                )
            )
    return tuple(found)


def _cautions(ratings: Ratings, simulation: Simulation | None) -> tuple[str, ...]:
    found = []
    if ratings.occasions.n_set_aside:
        found.append(
            f"{ratings.occasions.n_set_aside} responses are further ratings of the same persons or "
            "hold no answers; they do not count as persons."
        )
    if ratings.n_unnamed:
        found.append(f"{ratings.n_unnamed} responses name no person and count as one each.")
    if simulation is not None:
        error = math.sqrt(0.95 * 0.05 / simulation.replicates)
        found.append(
            f"With {simulation.replicates} replicates a share of 95% has a standard error of "
            f"{error:.1%}; the size found is no more exact than that."
        )
    if simulation is not None and simulation.truth is Truth.FITTED:
        found.append(
            "The simulated population is fitted to these answers and as uncertain as they."
        )
    return tuple(found)
