"""Who is compared with themselves: occasions of the same persons, row by row.

A person is who has the same ``person`` in the same sample (or across samples, where each sample is
an occasion). Persons absent on an occasion have missing answers there.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import EstimationError, OptionError
from psychometrics.invariance.groups import (
    PERSON,
    Group,
    distinct_values,
    given,
    reference_first,
)
from psychometrics.invariance.options import SAMPLE, InvarianceOptions, group_name
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, IntArray

LEAST_PERSONS = 30
"""Persons who answered on every occasion; with fewer nothing is estimated."""

MOST_ITEMS = 108
"""Items times occasions that one model takes: three occasions of the longest form."""

_STEP = "occasions"


def occasions_of(responses: ResponseMatrix, options: InvarianceOptions) -> tuple[Group, ...]:
    """Divide rows into occasions, the reference first, the others in sorted order.

    Parameters
    ----------
    responses
        Answers with the columns ``person`` and the one that names occasions.
    options
        Which column and which occasions.

    Returns
    -------
    tuple of Group
        All with the same persons in the same order; the answers of a person who was absent are
        missing. Rows that name no person or no occasion are left out.

    Raises
    ------
    OptionError
        When a column or an occasion does not exist, or the model would become too large.
    EstimationError
        When there is a single occasion, a person answered twice on one, or too few persons
        answered on all of them.
    """
    chosen = _chosen(responses, options)
    values = responses.columns[str(options.occasion)]
    persons = _persons(responses, by_sample=options.occasion != SAMPLE)
    rows = [
        _rows_of(persons, (persons >= 0) & given(values) & (values == value)) for _, value in chosen
    ]
    here = np.column_stack(rows) >= 0
    together = int(here.all(axis=1).sum())
    if together < LEAST_PERSONS:
        raise EstimationError(
            _STEP,
            f"{together} persons answered on all of the {len(chosen)} occasions; at least "
            f"{LEAST_PERSONS} are needed (name fewer occasions in 'occasions'?)",
        )
    present = here.any(axis=1)
    columns = _clusters(responses, [at[present] for at in rows], options.cluster)
    return tuple(
        Group(name=name, number=number, responses=_taken(responses, at[present], columns))
        for number, ((name, _), at) in enumerate(zip(chosen, rows, strict=True), start=1)
    )


def without_occasion(responses: ResponseMatrix, options: InvarianceOptions) -> int:
    """Return how many rows name no person or no occasion."""
    named = given(responses.columns[PERSON]) & given(responses.columns[str(options.occasion)])
    return int((~named).sum())


def absences(groups: Sequence[Group]) -> int:
    """Return how many persons have no answer at all on some occasion."""
    present = [np.isfinite(group.responses.answers).any(axis=1) for group in groups]
    return int((~np.logical_and.reduce(present)).sum())


def some_person_twice(responses: ResponseMatrix) -> bool:
    """Whether some person, where persons are named, has several rows."""
    if PERSON not in responses.columns:
        return False
    persons = _persons(responses, by_sample=True)
    named = persons[persons >= 0]
    return bool(np.unique(named).size < named.size)


def _chosen(responses: ResponseMatrix, options: InvarianceOptions) -> list[tuple[str, object]]:
    """List names and values of the occasions, the reference first."""
    column = str(options.occasion)
    for name in (PERSON, column):
        if name not in responses.columns:
            raise OptionError(
                "occasion", f"needs a column {name!r}, which the sample does not have"
            )
    if column == PERSON:
        raise OptionError("occasion", "a person is no occasion; name a column of occasions")
    found = {group_name(value): value for value in distinct_values(responses.columns[column])}
    for place, name in enumerate(options.occasions):
        if name not in found:
            raise OptionError(f"occasions/{place}", f"column {column!r} names no such occasion")
    kept = [name for name in found if not options.occasions or name in options.occasions]
    if len(kept) < 2:
        raise EstimationError(_STEP, f"column {column!r} must name at least two occasions")
    if len(kept) * len(responses.instrument.scored_items) > MOST_ITEMS:
        raise OptionError(
            "occasions",
            f"{len(kept)} occasions are too many for one model of at most {MOST_ITEMS} items in "
            "all; name fewer",
        )
    return reference_first([(name, found[name]) for name in kept], options)


def _persons(responses: ResponseMatrix, *, by_sample: bool) -> IntArray:
    """Give persons numbers from 0 in order of appearance, −1 where none is named."""
    columns = [responses.columns[PERSON]]
    if by_sample and SAMPLE in responses.columns:
        columns.append(responses.columns[SAMPLE])
    numbers: dict[Hashable, int] = {}
    found = np.full(responses.n_persons, -1, dtype=np.int64)
    for row in np.flatnonzero(_all_given(columns)):
        key = tuple(column[row] for column in columns)
        found[row] = numbers.setdefault(key, len(numbers))
    return found


def _all_given(columns: Sequence[NDArray[np.generic]]) -> BoolArray:
    return np.asarray(np.logical_and.reduce([given(column) for column in columns]))


def _rows_of(persons: IntArray, selected: BoolArray) -> IntArray:
    """Return the row of each person among the selected ones, −1 where there is none."""
    chosen = np.flatnonzero(selected)
    if np.unique(persons[chosen]).size < chosen.size:
        raise EstimationError(
            _STEP, "a person has several responses on the same occasion; keep one of them"
        )
    rows = np.full(int(persons.max(initial=-1)) + 1, -1, dtype=np.int64)
    rows[persons[chosen]] = chosen
    return rows


def _clusters(
    responses: ResponseMatrix, rows: Sequence[IntArray], column: str | None
) -> Mapping[str, NDArray[np.generic]]:
    """Return each person's cluster, the same on every occasion, if clusters were asked for."""
    if column is None:
        return {}
    values = responses.columns[column]
    known: NDArray[np.generic] = values[np.max(rows, axis=0)]
    if any((values[at[at >= 0]] != known[at >= 0]).any() for at in rows):
        raise OptionError("cluster", "some persons change their cluster between occasions")
    return {column: known}


def _taken(
    responses: ResponseMatrix, rows: IntArray, columns: Mapping[str, NDArray[np.generic]]
) -> ResponseMatrix:
    """Return rows in an order, those numbered −1 without any answer."""
    answers = np.where((rows >= 0)[:, None], responses.answers[rows], np.nan)
    return ResponseMatrix(instrument=responses.instrument, answers=answers, columns=columns)
