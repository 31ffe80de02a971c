"""Which rating speaks for a person, and which value of an outcome is the person's.

Notes
-----
A person with five ratings is one person. The rating that speaks is the first one (by session
number, then days since the first visit, then days since delivery, unknown ones last, then the order
of the responses), or the first of the session that was chosen. A response without any answer is no
rating; it may still carry an outcome.

The person's outcome is the value beside the rating. Where there is none, it is the value of the
person's other responses, if they agree on one. Where an outcome has one stated time, but the
person's responses give different values, they contradict each other and the person is set aside.

Responses that name no person count as persons of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.criterion import columns
from psychometrics.criterion.results import Occasions
from psychometrics.errors import OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, IntArray

FIRST_RULE = "Each person counts once, with the first rating."
SESSION_RULE = "Each person counts once, with the first rating of session {number}."
UNNAMED_RULE = " Responses that name no person count as persons of their own."

NOT_FOUND, CONTRADICTORY = -1, -2


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """The ratings that speak for the persons.

    Attributes
    ----------
    rows
        Their rows among the responses, shape (n_persons,).
    all_rows
        Every row of each of these persons, in order of time.
    occasions
        The rule and what it set aside.
    n_unnamed
        Responses that name no person.
    """

    rows: IntArray
    all_rows: tuple[IntArray, ...]
    occasions: Occasions
    n_unnamed: int


def choose_ratings(responses: ResponseMatrix, session_number: int | None) -> Ratings:
    """Choose one rating for each person.

    Raises
    ------
    OptionError
        If a session is asked for and nobody has a rating of it.
    """
    person = columns.codes(responses, columns.SAMPLE, columns.PERSON)
    named = person >= 0
    by_person = _rows_by_person(responses, person, named)
    eligible = np.asarray(np.isfinite(responses.answers).any(axis=1))
    if session_number is not None:
        eligible &= _of_session(responses, session_number)
    chosen = [(rows[eligible[rows]][0], rows) for rows in by_person if eligible[rows].any()]
    if not chosen and session_number is not None:
        raise OptionError("session_number", "there is no rating of this session")
    rule = FIRST_RULE if session_number is None else SESSION_RULE.format(number=session_number)
    n_unnamed = int((~named).sum())
    return Ratings(
        rows=np.array([row for row, _ in chosen], dtype=np.int64),
        all_rows=tuple(rows for _, rows in chosen),
        occasions=Occasions(
            rule=rule + (UNNAMED_RULE if n_unnamed else ""),
            n_responses=responses.n_persons,
            n_set_aside=responses.n_persons - len(chosen),
        ),
        n_unnamed=n_unnamed,
    )


def one_rating_a_person(responses: ResponseMatrix) -> ResponseMatrix:
    """Keep each person's first rating; a row without a person is a person of its own.

    Returns
    -------
    ResponseMatrix
        The same object if no person has two rows.
    """
    if columns.PERSON not in responses.columns:
        return responses
    person = columns.codes(responses, columns.SAMPLE, columns.PERSON)
    named = person >= 0
    if np.unique(person[named]).size == named.sum():
        return responses
    kept = ~named
    kept[choose_ratings(responses, None).rows] = True
    return responses.rows(kept)


def source_rows(ratings: Ratings, values: FloatArray, *, measured_once: bool) -> IntArray:
    """Find the response that holds each person's outcome.

    Parameters
    ----------
    ratings
        The persons.
    values
        The outcome of every response, shape (n_responses,), missing is ``nan``.
    measured_once
        Whether the outcome has one stated time, so that a person can have only one value.

    Returns
    -------
    IntArray
        Shape (n_persons,); ``NOT_FOUND`` or ``CONTRADICTORY`` where there is none.
    """
    sources = [
        _source(int(row), rows[np.isfinite(values[rows])], values, measured_once=measured_once)
        for row, rows in zip(ratings.rows, ratings.all_rows, strict=True)
    ]
    return np.array(sources, dtype=np.int64)


def _source(rating: int, known: IntArray, values: FloatArray, *, measured_once: bool) -> int:
    if known.size == 0:
        return NOT_FOUND
    beside = bool((known == rating).any())
    agree = bool((values[known] == values[known[0]]).all())
    if not agree and (measured_once or not beside):
        return CONTRADICTORY
    return rating if beside else int(known[0])


def _rows_by_person(
    responses: ResponseMatrix, person: IntArray, named: BoolArray
) -> list[IntArray]:
    """Rows of each person in order of time; persons in the order of their first row."""
    clocks = [
        np.where(np.isnan(clock), np.inf, clock)
        for clock in (
            rating_clock(responses, name)
            for name in (columns.SINCE_DELIVERY, columns.SINCE_VISIT, columns.SESSION)
        )
    ]
    own = np.where(named, person, person.max(initial=0) + 1 + np.arange(person.size))
    order = np.lexsort([np.arange(person.size), *clocks, own])
    starts = np.flatnonzero(np.diff(own[order], prepend=-1))
    groups = np.split(order, starts[1:])
    return sorted((rows for rows in groups if rows.size), key=lambda rows: int(rows.min()))


def rating_clock(responses: ResponseMatrix, name: str) -> FloatArray:
    """Read a timing column of the responses; unknown throughout where there is none."""
    if not columns.is_numeric(responses, name):
        return np.full(responses.n_persons, np.nan)
    return columns.numbers(responses, name, option=name)


def _of_session(responses: ResponseMatrix, session_number: int) -> BoolArray:
    return np.asarray(rating_clock(responses, columns.SESSION) == session_number)
