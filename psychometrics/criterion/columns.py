"""Which columns are outcomes, and how a column is read."""

from __future__ import annotations

import numpy as np

from psychometrics.criterion.options import Moment, Outcome
from psychometrics.errors import OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, IntArray

PERSON, CLINICIAN, SITE, SAMPLE = "person", "clinician", "site", "sample"
SESSION, SINCE_VISIT, SINCE_DELIVERY = (
    "session_number",
    "days_since_first_visit",
    "days_since_delivery",
)
AGE = "age"
PARTICIPANT = (AGE, "sex", "gender", "device")
"""Columns that describe the person, for the table of participants."""
DESCRIPTIVE = frozenset(
    {PERSON, CLINICIAN, SITE, SAMPLE, "respondent", SESSION, SINCE_VISIT, SINCE_DELIVERY}
) | frozenset(PARTICIPANT)
"""Columns that describe a response or a person and are never an outcome."""


def is_numeric(responses: ResponseMatrix, name: str) -> bool:
    """Whether a column exists and holds numbers."""
    return name in responses.columns and responses.columns[name].dtype.kind in "fiub"


def numbers(responses: ResponseMatrix, name: str, *, option: str) -> FloatArray:
    """Read a column of numbers, shape (n_responses,), missing is ``nan``.

    Raises
    ------
    OptionError
        Under ``option``, if there is no such column or it does not hold numbers.
    """
    if name not in responses.columns:
        raise OptionError(option, "there is no column of this name")
    if not is_numeric(responses, name):
        raise OptionError(option, "must name a column of numbers, this one holds text")
    column = responses.columns[name].astype(np.float64)
    return np.where(np.isfinite(column), column, np.nan)


def moment(responses: ResponseMatrix, when: Moment | None, *, option: str) -> FloatArray:
    """Read a point in time for each response, shape (n_responses,); ``nan`` is unknown."""
    if isinstance(when, str):
        return numbers(responses, when, option=option)
    return np.full(responses.n_persons, np.nan if when is None else float(when))


def codes(responses: ResponseMatrix, *names: str) -> IntArray:
    """Give each combination of some columns a number, −1 where the last is missing.

    Parameters
    ----------
    responses
        The sample.
    names
        Columns; those that do not exist are left out. The last one decides what is missing: a
        person of one sample is not the person of the same name in another.

    Returns
    -------
    IntArray
        Shape (n_responses,).
    """
    known = [name for name in names if name in responses.columns]
    if names[-1] not in known:
        return np.full(responses.n_persons, -1, dtype=np.int64)
    combined = list(zip(*(labels(responses, name) for name in known), strict=True))
    number = {label: place for place, label in enumerate(dict.fromkeys(combined))}
    return np.array([-1 if label[-1] is None else number[label] for label in combined], np.int64)


def labels(responses: ResponseMatrix, name: str) -> list[str | None]:
    """Read a column as names, one for each response; ``None`` is missing."""
    column = responses.columns[name]
    if column.dtype.kind in "fiub":
        return [f"{value:g}" if np.isfinite(value) else None for value in column.astype(np.float64)]
    return [None if value is None or value == "" else str(value) for value in column]


def chosen_outcomes(
    responses: ResponseMatrix, outcomes: tuple[Outcome, ...], *, strata: str | None
) -> tuple[Outcome, ...]:
    """Return the outcomes to analyse: those named, or every column of numbers that may be one.

    Raises
    ------
    OptionError
        If one cannot be an outcome, is named twice, or there is none at all.
    """
    if outcomes:
        _check(responses, outcomes)
        return outcomes
    found = tuple(Outcome(name=name) for name in possible_outcomes(responses, besides=strata))
    if not found:
        raise OptionError(
            "outcomes", "there is no outcome: add a column of numbers to the responses and name it"
        )
    return found


def possible_outcomes(responses: ResponseMatrix, *, besides: str | None) -> tuple[str, ...]:
    """List the columns of numbers that do not describe the response itself.

    Parameters
    ----------
    responses
        The sample.
    besides
        A column that serves another purpose, or ``None``.
    """
    return tuple(
        name
        for name in responses.columns
        if name not in DESCRIPTIVE and name != besides and is_numeric(responses, name)
    )


def _check(responses: ResponseMatrix, outcomes: tuple[Outcome, ...]) -> None:
    seen: set[str] = set()
    for place, outcome in enumerate(outcomes):
        if outcome.name in DESCRIPTIVE:
            raise OptionError(
                f"outcomes/{place}", "this column describes the response, it is not an outcome"
            )
        if outcome.name in seen:
            raise OptionError(f"outcomes/{place}", "this outcome is named twice")
        seen.add(outcome.name)
        numbers(responses, outcome.name, option=f"outcomes/{place}")
        if outcome.baseline == outcome.name:
            raise OptionError(f"outcomes/{place}/baseline", "must be another column")
