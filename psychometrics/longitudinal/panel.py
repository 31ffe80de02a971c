"""A sample as a panel: persons × occasions.

An occasion is a session number. Where the time is a column of days, a person's responses are
numbered by their order, and an occasion's time is the median of its days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.criterion import columns
from psychometrics.errors import EstimationError, OptionError
from psychometrics.longitudinal.options import SESSION
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, IntArray

LEAST_PERSONS = 10
"""Persons on an occasion; an occasion with fewer is left out."""

MOST_OCCASIONS = 24
"""Occasions that one model takes."""

_STEP = "occasions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Which response belongs to which person and occasion.

    Attributes
    ----------
    occasions
        Session numbers, ascending, shape (n_occasions,).
    times
        Time since the first occasion, in sessions or days, shape (n_occasions,).
    rows
        Row of each person's response, −1 where there is none, shape (n_persons, n_occasions).
    cautions
        What was left out, as sentences.
    """

    occasions: FloatArray
    times: FloatArray
    rows: IntArray
    cautions: tuple[str, ...] = ()

    @property
    def n_occasions(self) -> int:
        """Number of occasions."""
        return int(self.occasions.size)

    def arranged(self, by_row: FloatArray) -> FloatArray:
        """Arrange values of responses, shape (n_responses, …), as (n_persons, n_occasions, …)."""
        values = by_row[self.rows]
        values[self.rows < 0] = np.nan
        return values

    def place_of(self, occasion: float, *, option: str) -> int:
        """Return the position of a session number.

        Raises
        ------
        OptionError
            When the panel has no such session.
        """
        found = np.flatnonzero(self.occasions == occasion)
        if not found.size:
            raise OptionError(option, f"there is no session {occasion:g}; {self._known()}")
        return int(found[0])

    def _known(self) -> str:
        return "the sample has " + ", ".join(f"{occasion:g}" for occasion in self.occasions)


def panel_of(
    responses: ResponseMatrix,
    *,
    time: str = SESSION,
    occasions: Sequence[float] = (),
    present: BoolArray | None = None,
) -> Panel:
    """Arrange a sample by person and occasion.

    Parameters
    ----------
    responses
        Answers with the column ``person`` and the one that names the time.
    time
        ``session_number`` or a column of days.
    occasions
        The session numbers to use; empty for all of them.
    present
        Which responses hold anything to analyse, shape (n_responses,); ``None`` for all.

    Raises
    ------
    OptionError
        When there is no person column, or no order of occasions, or too many occasions.
    EstimationError
        When a person has several responses on an occasion, or there is a single occasion.
    """
    person = _persons(responses)
    when = _times(responses, time)
    session = when if time == SESSION else _ranks(person, when)
    known = (person >= 0) & np.isfinite(session)
    cautions = list(_left_out(person, session))
    if present is not None:
        known &= present
    _check_duplicates(person[known], session[known], time=time)
    chosen, sparse = _chosen(session[known], occasions)
    cautions += _sparse(sparse)
    kept = known & np.isin(session, chosen)
    numbers = np.unique(person[kept], return_inverse=True)[1]
    rows = np.full((int(numbers.max()) + 1, chosen.size), -1, dtype=np.int64)
    rows[numbers, np.searchsorted(chosen, session[kept])] = np.flatnonzero(kept)
    times = chosen if time == SESSION else _medians(when, session, chosen, kept)
    if time != SESSION:
        cautions.append(
            "A person's responses are numbered by their days; an occasion's time is the median of "
            "its days."
        )
    once = int(((rows >= 0).sum(axis=1) == 1).sum())
    if once:
        cautions.append(
            f"{once} of {len(rows)} persons have a single response; they count for means, not for "
            "change."
        )
    return Panel(occasions=chosen, times=times - times[0], rows=rows, cautions=tuple(cautions))


def _persons(responses: ResponseMatrix) -> IntArray:
    if columns.PERSON not in responses.columns:
        raise OptionError(
            "person", "repeated measurements need a column that names the person of each response"
        )
    return columns.codes(responses, columns.SAMPLE, columns.PERSON)


def _times(responses: ResponseMatrix, time: str) -> FloatArray:
    if time in responses.columns and not columns.is_numeric(responses, time):
        raise OptionError(
            "time", f"column {time!r} holds text; occasions have no order without numbers"
        )
    if time not in responses.columns:
        raise OptionError("time", f"there is no column {time!r}; occasions have no order without")
    return columns.numbers(responses, time, option="time")


def _ranks(person: IntArray, when: FloatArray) -> FloatArray:
    """Return each response's rank in time among the person's, ``nan`` without a time."""
    order = np.lexsort([when, person])
    known = order[np.isfinite(when[order]) & (person[order] >= 0)]
    starts = np.flatnonzero(np.diff(person[known], prepend=-1))
    lengths = np.diff(np.append(starts, known.size))
    ranks = np.full(when.size, np.nan)
    ranks[known] = np.arange(known.size) - np.repeat(starts, lengths) + 1.0
    _check_duplicates(person[known], when[known], time="days")
    return ranks


def _left_out(person: IntArray, session: FloatArray) -> Iterator[str]:
    unnamed = int((person < 0).sum())
    if unnamed:
        yield f"{unnamed} responses name no person and are left out."
    timeless = int(((person >= 0) & ~np.isfinite(session)).sum())
    if timeless:
        yield f"{timeless} responses have no time and are left out."


def _check_duplicates(person: IntArray, session: FloatArray, *, time: str) -> None:
    pairs = np.column_stack([person, session])
    twice = len(pairs) - len(np.unique(pairs, axis=0))
    if twice:
        what = "session" if time == SESSION else "day"
        raise EstimationError(
            _STEP,
            f"{twice} responses repeat a person and {what} that another response has; keep one of "
            "them",
        )


def _chosen(session: FloatArray, occasions: Sequence[float]) -> tuple[FloatArray, FloatArray]:
    """Return the occasions to use, and those left out because too few persons have them."""
    found, counts = np.unique(session, return_counts=True)
    for place, occasion in enumerate(occasions):
        if occasion not in found:
            raise OptionError(f"occasions/{place}", "there is no such session in the sample")
    asked = np.isin(found, occasions) if occasions else np.ones(found.size, dtype=bool)
    enough = counts >= LEAST_PERSONS
    chosen = found[asked & enough]
    if chosen.size < 2:
        raise EstimationError(
            _STEP,
            f"{chosen.size} occasion(s) with at least {LEAST_PERSONS} persons; change needs two "
            "or more",
        )
    if chosen.size > MOST_OCCASIONS:
        raise OptionError(
            "occasions",
            f"{chosen.size} occasions are too many for one model of at most {MOST_OCCASIONS}; "
            "name those to use",
        )
    return chosen, found[asked & ~enough]


def _sparse(sparse: FloatArray) -> Iterator[str]:
    if sparse.size:
        named = ", ".join(f"{occasion:g}" for occasion in sparse[:10])
        yield f"Fewer than {LEAST_PERSONS} persons have session {named}; left out."


def _medians(
    when: FloatArray, session: FloatArray, chosen: FloatArray, kept: BoolArray
) -> FloatArray:
    return np.array([np.median(when[kept & (session == occasion)]) for occasion in chosen])
