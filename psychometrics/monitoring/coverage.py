"""After which sessions persons are rated."""

from __future__ import annotations

import numpy as np

from psychometrics.criterion import columns
from psychometrics.disclosure.counts import is_small
from psychometrics.monitoring.results import Coverage, SessionCoverage
from psychometrics.monitoring.shares import shared_out
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, IntArray

MOST_SESSIONS = 24
"""Sessions that are listed, the first ones."""


def coverage_of(
    responses: ResponseMatrix, person: IntArray, answered: BoolArray, between: tuple[int, int]
) -> Coverage | None:
    """Describe after which sessions persons are rated.

    Parameters
    ----------
    responses
        With the column ``session_number``, if there is one.
    person
        Number of each row's person, shape (n_responses,).
    answered
        Which rows hold an answer, shape (n_responses,).
    between
        First and last session between which everybody should be rated once.

    Returns
    -------
    Coverage or None
        ``None`` without a session number, or of 1 to 10 persons.
    """
    if not columns.is_numeric(responses, columns.SESSION):
        return None
    session = responses.columns[columns.SESSION].astype(np.float64)
    known = answered & np.isfinite(session)
    total = np.unique(person[known]).size
    if not total or is_small(total):
        return None
    first, last = between
    return Coverage(
        n_persons=total,
        first_session=float(first),
        last_session=float(last),
        rated_between=shared_out(
            _persons(person, known & (session >= first) & (session <= last)), total
        ),
        by_session=tuple(
            _of_session(one, session, person, known, total) for one in _listed(session, known)
        ),
    )


def _listed(session: FloatArray, known: BoolArray) -> FloatArray:
    return np.asarray(np.unique(session[known])[:MOST_SESSIONS])


def _of_session(
    number: float, session: FloatArray, person: IntArray, known: BoolArray, total: int
) -> SessionCoverage:
    rated = _persons(person, known & (session == number))
    return SessionCoverage(session=float(number), rated=shared_out(rated, total))


def _persons(person: IntArray, rows: BoolArray) -> int:
    return int(np.unique(person[rows]).size)
