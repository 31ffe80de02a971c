"""Who answered: persons by group, session and clinician, and which answers are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.criterion import columns
from psychometrics.criterion.occasions import Ratings, choose_ratings
from psychometrics.errors import OptionError, ResponsesError
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.counts import clinicians
from psychometrics.types import BoolArray
from psychometrics.validity.results import ColumnCounts, Count, ItemMissing, SampleResult

RESPONDENT, SETTING = "respondent", "setting"
MOST_VALUES = 50
"""A column of more values than this is described by their number alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The rows that the sections of a study rest on.

    Attributes
    ----------
    everyone
        All rows.
    respondents
        Every row of one kind of respondent.
    persons
        One row a person.
    ratings
        Which rows these are among ``respondents``, and by what rule.
    respondent
        Whose they are; ``None`` where nothing tells respondents apart.
    """

    everyone: ResponseMatrix
    respondents: ResponseMatrix
    persons: ResponseMatrix
    ratings: Ratings
    respondent: str | None


def choose(
    responses: ResponseMatrix, *, respondent: str | None, session_number: int | None
) -> Chosen:
    """Choose the rows that sections rest on: one respondent, one rating a person.

    Parameters
    ----------
    responses
        Answers as given.
    respondent
        Whose ratings; ``None`` for those who gave the most (of as many, the first in sorted order).
    session_number
        Which session's; ``None`` for each person's first.

    Raises
    ------
    OptionError
        If there is no such respondent or session.
    ResponsesError
        If there is no rating at all.
    """
    name = _respondent(responses, respondent)
    mine = responses if name is None else responses.rows(_equal(responses, RESPONDENT, name))
    ratings = choose_ratings(mine, session_number)
    if not ratings.rows.size:
        raise ResponsesError("answers: there is no rating, every answer is missing")
    selected = np.zeros(mine.n_persons, dtype=np.bool_)
    selected[ratings.rows] = True
    return Chosen(
        everyone=responses,
        respondents=mine,
        persons=mine.rows(selected),
        ratings=ratings,
        respondent=name,
    )


def describe(chosen: Chosen, *, group: str | None) -> SampleResult:
    """Describe who answered.

    Parameters
    ----------
    chosen
        The rows.
    group
        A column of groups, or ``None``.
    """
    persons, mine = chosen.persons, chosen.respondents
    of_persons = [columns.SAMPLE, SETTING, group, columns.SITE, *columns.PARTICIPANT]
    codes = columns.codes(persons, columns.SAMPLE, columns.SITE, columns.CLINICIAN)
    occasions = chosen.ratings.occasions
    return SampleResult(
        n_responses=chosen.everyone.n_persons,
        respondent=chosen.respondent,
        n_other_respondents=chosen.everyone.n_persons - mine.n_persons,
        n_persons=persons.n_persons,
        n_complete=int(persons.complete.sum()),
        n_set_aside=occasions.n_set_aside,
        rule=occasions.rule,
        counts=(
            *_column_counts(persons, of_persons, "persons"),
            *_column_counts(chosen.everyone, [RESPONDENT], "responses"),
            *_column_counts(mine, [columns.SESSION], "responses"),
        ),
        clinicians=clinicians(codes),
        missing=float(_left_out(persons).mean()),
        items=_items_missing(persons, group),
        cautions=_cautions(chosen),
    )


def _respondent(responses: ResponseMatrix, wanted: str | None) -> str | None:
    if RESPONDENT not in responses.columns:
        if wanted is not None:
            raise OptionError("respondent", "the responses name no respondents")
        return None
    found = Counter(columns.labels(responses, RESPONDENT))
    del found[None]
    if wanted is not None:
        if wanted not in found:
            raise OptionError("respondent", "nobody of this name answered")
        return wanted
    return min(found, key=lambda name: (-found[name], str(name)), default=None)


def _equal(responses: ResponseMatrix, column: str, name: str) -> BoolArray:
    return np.array([label == name for label in columns.labels(responses, column)], dtype=np.bool_)


def _column_counts(
    responses: ResponseMatrix, names: Sequence[str | None], of: str
) -> list[ColumnCounts]:
    present = dict.fromkeys(name for name in names if name is not None)
    return [_counted(responses, name, of) for name in present if name in responses.columns]


def _counted(responses: ResponseMatrix, name: str, of: str) -> ColumnCounts:
    banded = name == columns.AGE and columns.is_numeric(responses, name)
    found = Counter(_ages(responses) if banded else columns.labels(responses, name))
    n_missing = found.pop(None, 0)
    values = sorted((value for value in found if value is not None), key=_numbers_first)
    return ColumnCounts(
        column=name,
        of=of,
        distinct=len(values),
        counts=None
        if len(values) > MOST_VALUES
        else tuple(Count(value=value, n=found[value]) for value in values),
        n_missing=n_missing,
    )


def _ages(responses: ResponseMatrix) -> list[str | None]:
    """Read ages as spans of ten years; single ages would tell of few persons."""
    ages = columns.numbers(responses, columns.AGE, option=columns.AGE)
    tens = [None if np.isnan(age) else int(age // 10) * 10 for age in ages]
    return [None if ten is None else f"{ten} to {ten + 9}" for ten in tens]


def _numbers_first(value: str) -> tuple[int, float, str]:
    try:
        return 0, float(value), value
    except ValueError:
        return 1, 0.0, value


def _left_out(persons: ResponseMatrix) -> BoolArray:
    """Which scored items a person left out, shape (n_persons, n_scored_items)."""
    scored = np.asarray(persons.instrument.scored_items) - 1
    return np.isnan(persons.answers[:, scored])


def _items_missing(persons: ResponseMatrix, group: str | None) -> tuple[ItemMissing, ...]:
    groups: list[tuple[str | None, ResponseMatrix]] = [(None, persons)]
    if group is not None and group in persons.columns:
        names = sorted({name for name in columns.labels(persons, group) if name is not None})
        if 1 < len(names) <= MOST_VALUES:
            groups += [(name, persons.rows(_equal(persons, group, name))) for name in names]
    return tuple(
        ItemMissing(
            item=item,
            group=name,
            n_persons=members.n_persons,
            n_missing=int(count),
            missing=float(count / members.n_persons),
        )
        for name, members in groups
        for item, count in zip(
            members.instrument.scored_items, _left_out(members).sum(axis=0), strict=True
        )
    )


def _cautions(chosen: Chosen) -> tuple[str, ...]:
    found = []
    others = chosen.everyone.n_persons - chosen.respondents.n_persons
    if others:
        found.append(
            "Several respondents answered; all sections but agreement rest on one of them."
        )
    if chosen.ratings.n_unnamed and columns.PERSON in chosen.everyone.columns:
        found.append("Responses that name no person count as one person each.")
    return tuple(found)
