"""Persons: their pseudonyms, and that rows of one person are told apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from psychometrics.types import BoolArray, FloatArray, IntArray
from schemas.file_mapping import FileMapping
from schemas.responses import covariates
from service.file_reader.cells import as_text, is_missing_word
from service.file_reader.column_roles import LEFT_OUT, Role
from service.file_reader.columns import Column, Table
from service.file_reader.questions import Choice, Remarks, counted, first_row, shortened

Pseudonym = Callable[[str, int], str]
"""Makes a pseudonym of a value and its place in the order of appearance, from 1."""

_CODE = re.compile(r"[A-Za-z]{1,6}[-_ ]?[0-9]{1,8}[A-Za-z]?")
_MANY_PERSONS = 10


def numbered_pseudonym(_: str, place: int) -> str:
    """Name persons by their order in the file."""
    return f"person-{place}"


def named_values(
    column: Column, role: str, mapping: FileMapping, pseudonym: Pseudonym, remarks: Remarks
) -> list[str | None]:
    """Read the values of a column that names persons or clinicians.

    Values that identify are replaced where a mapping says so; else one question is asked.
    """
    texts = [None if is_missing_word(value) else as_text(value) for value in column.values]
    if role in mapping.replace:
        replaced: list[str | None] = []
        for text in texts:
            replaced.append(None if text is None else pseudonym(text, len(replaced) + 1))
        remarks.note(f"The values of column {shortened(column.name)} were replaced by pseudonyms.")
        texts = replaced
    else:
        _ask_if_identifying(column, texts, role, remarks)
    return [texts[code] for code in column.codes.tolist()]


def _ask_if_identifying(
    column: Column, texts: Sequence[str | None], role: str, remarks: Remarks
) -> None:
    occurring = column.counts > 0
    used = [text for text, occurs in zip(texts, occurring.tolist(), strict=True) if occurs]
    given = [text for text in used if text is not None]
    invalid = not all(map(covariates.is_text, given))
    if invalid or next(iter(covariates.identifying_values(role, given)), None) is not None:
        remarks.ask(
            "identifying",
            f"Column {shortened(column.name)} names the {role} by values that may identify (names, "
            "dates, long numbers, e-mail addresses): replace them by pseudonyms?",
            [column.name],
            Choice(label="replace them by pseudonyms", mapping={"replace": [role]}),
            Choice(label="leave the column out", mapping={"leave_out": [column.name]}),
        )


def ask_possible_person(
    table: Table, roles: Mapping[int, Role], mapping: FileMapping, remarks: Remarks
) -> None:
    """Ask about a column of codes that repeat as persons do, under a name that does not say so."""
    for place, one in roles.items():
        column = table.columns[place]
        free = one.role in {LEFT_OUT, "outcome", "group"} and column.name
        if not free or mapping.role_of(column.name) or column.name in mapping.leave_out:
            continue
        if column.name in (mapping.outcomes or ()) or not _repeats_as_persons(column):
            continue
        name = shortened(column.name)
        remarks.ask(
            "possible-person",
            f"Column {name} holds codes that repeat: does it name the persons?",
            [column.name],
            Choice(label="yes, the persons", mapping={"person": column.name}),
            Choice(label="no", mapping={"leave_out": [column.name]}),
        )
        return


def _repeats_as_persons(column: Column) -> bool:
    """Whether every row has a code, and many codes come a few times, numbers all as often."""
    counts = column.counts[column.counts > 0]
    if counts.size < _MANY_PERSONS or column.n_given < column.codes.size or counts.max() > 30:
        return False
    texts = [as_text(cell) or "" for cell in column.present]
    if all(text.isdigit() for text in texts):
        return bool(counts.min() == counts.max() >= 2)
    return counts.mean() >= 1.5 and all(_CODE.fullmatch(text) for text in texts)


def check_repeated(
    persons: Sequence[str | None],
    sessions: FloatArray | None,
    others: Sequence[Sequence[object]],
    row_numbers: IntArray,
    column: Column,
    candidates: Sequence[str],
    mapping: FileMapping,
    remarks: Remarks,
) -> FloatArray | None:
    """See that rows of one person are different occasions, or ask.

    Parameters
    ----------
    persons
        The person of each row.
    sessions
        The session's number of each row, if there is one.
    others
        Further columns that tell rows of one person apart (respondent, days).
    row_numbers
        The rows' numbers in the file.
    column
        The column that names the persons.
    candidates
        Names of columns that could be the occasion.
    mapping
        What was said.
    remarks
        Gathers the question.

    Returns
    -------
    FloatArray or None
        The sessions' numbers; counted in the order of the rows where a mapping says so.
    """
    if mapping.repeated is not None:
        return _counted_in_order(persons)
    keys = list(zip(persons, *others, strict=True))
    if sessions is not None:
        keys = [(*key, session) for key, session in zip(keys, sessions.tolist(), strict=True)]
    again = _seen_before(keys)
    if not again.any():
        return sessions
    n, first = int(again.sum()), first_row(again, row_numbers)
    name = shortened(column.name)
    in_order = Choice(
        label="they are its sessions, in the order of the rows",
        mapping={"repeated": "in-row-order"},
    )
    if sessions is not None:
        remarks.ask(
            "repeated-occasion",
            f"{counted(n, 'row')} repeat{'s' if n == 1 else ''} a person and an occasion, first "
            f"row {first}: are these further sessions?",
            [column.name],
            in_order,
        )
        return sessions
    remarks.ask(
        "repeated-person",
        f"Persons (column {name}) stand in several rows, first again in row {first}, and no column "
        "tells the occasion: which one does, or are the rows in order?",
        [column.name],
        *[Choice(label=f"column {one}", mapping={"occasion": one}) for one in candidates],
        in_order,
        Choice(label=f"{name} names no persons", mapping={"leave_out": [column.name]}),
    )
    return None


def _counted_in_order(persons: Sequence[str | None]) -> FloatArray:
    counts: dict[str | None, int] = {}
    numbers = np.full(len(persons), np.nan)
    for row, person in enumerate(persons):
        if person is not None:
            counts[person] = counts.get(person, 0) + 1
            numbers[row] = counts[person]
    return numbers


def _seen_before(keys: Sequence[tuple[object, ...]]) -> BoolArray:
    again = np.zeros(len(keys), dtype=np.bool_)
    if len(set(keys)) == len(keys):
        return again
    seen: set[tuple[object, ...]] = set()
    for row, key in enumerate(keys):
        if key[0] is not None and key in seen:
            again[row] = True
        seen.add(key)
    return again
