"""The columns beside the answers that are kept: who, when, where, outcomes and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psychometrics.types import BoolArray, FloatArray
from schemas.file_mapping import FileMapping
from schemas.responses import covariates
from schemas.responses.response_batch import Value
from service.file_reader.cells import as_number, as_text, is_missing_word, may_have_thousands
from service.file_reader.column_roles import LEFT_OUT, RESPONSE, Role, left_out
from service.file_reader.columns import Column, Table
from service.file_reader.occasions import session_numbers
from service.file_reader.persons import Pseudonym, ask_possible_person, check_repeated, named_values
from service.file_reader.questions import Remarks, counted, shortened
from service.file_reader.vocabulary import plain_name

_DAYS = ("days_since_first_visit", "days_since_delivery")


@dataclass(slots=True, kw_only=True)
class Beside:
    """Columns beside the answers, by the names that the service knows them by.

    Attributes
    ----------
    columns, outcomes
        One value for each row of the table.
    ids
        The responses' names, where a column names every row differently.
    skipped
        Rows that are no rating, shape (n_rows,).
    decimal
        ``,`` if a number was written with a decimal comma.
    """

    skipped: BoolArray
    columns: dict[str, list[Value]] = field(default_factory=dict)
    outcomes: dict[str, list[float | None]] = field(default_factory=dict)
    ids: list[str] | None = None
    decimal: str | None = None

    def repeated(
        self, n_occasions: int, kept: BoolArray
    ) -> tuple[dict[str, list[Value]], dict[str, list[float | None]], list[str] | None]:
        """Return columns, outcomes and names of the ratings: all rows of each occasion in turn."""
        rows = np.flatnonzero(kept)
        if n_occasions == 1 and kept.all():
            columns, outcomes = dict(self.columns), dict(self.outcomes)
        else:
            places = (rows % self.skipped.size).tolist()
            columns = {
                name: [values[place] for place in places] for name, values in self.columns.items()
            }
            outcomes = {
                name: [values[place] for place in places] for name, values in self.outcomes.items()
            }
        if n_occasions > 1:
            columns["session_number"] = (rows // self.skipped.size + 1).astype(float).tolist()
        named = n_occasions == 1 and self.ids is not None
        ids = [self.ids[row] for row in rows.tolist()] if named and self.ids else None
        return (
            {name: values for name, values in columns.items() if covariates.any_given(values)},
            {name: values for name, values in outcomes.items() if covariates.any_given(values)},
            ids,
        )


def read_beside(
    table: Table,
    roles: dict[int, Role],
    mapping: FileMapping,
    pseudonym: Pseudonym,
    remarks: Remarks,
    *,
    n_occasions: int,
    skipped: BoolArray,
) -> Beside:
    """Read the columns beside the items by their roles; roles change where values forbid them."""
    beside = Beside(skipped=skipped)
    by_role = {
        one.role: table.columns[place]
        for place, one in roles.items()
        if one.role not in {LEFT_OUT, "outcome", "group"}
    }
    sessions = _sessions(by_role, roles, table, mapping, remarks, n_occasions)
    for role in ("person", "clinician"):
        if role in by_role:
            beside.columns[role] = list(
                named_values(by_role[role], role, mapping, pseudonym, remarks)
            )
    _labels(by_role, roles, table, beside)
    _days(by_role, beside, remarks)
    _outcomes_and_groups(table, roles, beside, remarks)
    if RESPONSE in by_role and n_occasions == 1:
        beside.ids = [str(value) for value in _texts(by_role[RESPONSE])]
    unordered = "occasion" in by_role and sessions is None and n_occasions == 1
    if "person" in by_role and not unordered:
        sessions = _told_apart(by_role, sessions, table, roles, beside, mapping, remarks)
    if sessions is not None and n_occasions == 1:
        beside.columns["session_number"] = _or_none(sessions)
    if "person" not in by_role and n_occasions == 1:
        ask_possible_person(table, roles, mapping, remarks)
    return beside


def _outcomes_and_groups(
    table: Table, roles: dict[int, Role], beside: Beside, remarks: Remarks
) -> None:
    for place, one in roles.items():
        column = table.columns[place]
        if one.role == "outcome":
            _outcome(column, place, roles, beside, remarks)
        elif one.role == "group":
            beside.columns[column.name] = _texts(column)


def _sessions(
    by_role: Mapping[str, Column],
    roles: dict[int, Role],
    table: Table,
    mapping: FileMapping,
    remarks: Remarks,
    n_occasions: int,
) -> FloatArray | None:
    column = by_role.get("occasion")
    if column is None:
        return None
    if n_occasions > 1:
        place = table.columns.index(column)
        roles[place] = left_out("the occasions stand in the item columns")
        return None
    return session_numbers(column, mapping, remarks)


def _told_apart(
    by_role: Mapping[str, Column],
    sessions: FloatArray | None,
    table: Table,
    roles: Mapping[int, Role],
    beside: Beside,
    mapping: FileMapping,
    remarks: Remarks,
) -> FloatArray | None:
    """Check repeated persons, and take unique values of a column ``id`` as the rows' names."""
    column, kept = by_role["person"], ~beside.skipped
    persons = [value for value, keep in zip(beside.columns["person"], kept, strict=True) if keep]
    others = [
        [value for value, keep in zip(beside.columns[name], kept, strict=True) if keep]
        for name in ("respondent", *_DAYS)
        if name in beside.columns
    ]
    found = check_repeated(
        [None if value is None else str(value) for value in persons],
        None if sessions is None else sessions[kept],
        others,
        table.row_numbers[kept],
        column,
        _possible_occasions(table, roles),
        mapping,
        remarks,
    )
    if (
        plain_name(column.name) == "id"
        and None not in persons
        and len(set(persons)) == len(persons)
    ):
        beside.ids = [str(value) for value in beside.columns["person"]]
    if found is None or found.size == kept.size:
        return found
    spread = np.full(kept.size, np.nan)
    spread[kept] = found
    return spread


def _possible_occasions(table: Table, roles: Mapping[int, Role]) -> list[str]:
    """Columns of few whole numbers from 1, or of few texts: any may tell the occasion."""
    return [
        table.columns[place].name
        for place, one in roles.items()
        if one.role in {"outcome", "group"} and 2 <= len(table.columns[place].present) <= 30
        and all(
            number is None or (number.is_integer() and number >= 0)
            for number in map(as_number, table.columns[place].present)
        )
    ][:4]  # fmt: skip


def _labels(
    by_role: Mapping[str, Column], roles: dict[int, Role], table: Table, beside: Beside
) -> None:
    """Read site and respondent; what identifies or cannot be printed is left out."""
    for role in ("site", "respondent"):
        column = by_role.get(role)
        if column is None:
            continue
        texts = [as_text(value) for value in column.present if not is_missing_word(value)]
        given = [text for text in texts if text is not None]
        identifying = next(iter(covariates.identifying_values(role, given)), None)
        if identifying is not None or not all(map(covariates.is_text, given)):
            place = table.columns.index(column)
            roles[place] = left_out("looks like something that identifies persons, or dates")
            continue
        beside.columns[role] = _texts(column)


def _texts(column: Column) -> list[Value]:
    return _spread(
        [None if is_missing_word(value) else as_text(value) for value in column.values], column
    )


def _spread(table: Sequence[object], column: Column) -> list[Any]:
    """Write what stands for each different cell into every row."""
    known = np.empty(len(table), dtype=object)
    known[:] = table
    return known[column.codes].tolist() if len(table) else []


def _days(by_role: Mapping[str, Column], beside: Beside, remarks: Remarks) -> None:
    for role in _DAYS:
        column = by_role.get(role)
        if column is None:
            continue
        accepts, rule = covariates.RULES[role]
        numbers = _number_values(column)
        if any(number is not None and not accepts(number) for number in set(numbers)):
            remarks.ask("invalid", f"Column {shortened(column.name)}: {rule}", [column.name])
        beside.columns[role] = list(numbers)


def _outcome(
    column: Column, place: int, roles: dict[int, Role], beside: Beside, remarks: Remarks
) -> None:
    missing = {value for value in column.present if is_missing_word(value)}
    faulty = [
        value for value in column.present if value not in missing and as_number(value) is None
    ]
    if faulty:
        remarks.ask(
            "not-a-number",
            f"Column {shortened(column.name)} is to be an outcome, but it holds "
            f"{counted(len(faulty), 'different text')} that are no numbers.",
            [column.name],
        )
        return
    if may_have_thousands(column.present):
        remarks.ask(
            "not-a-number",
            f"Column {shortened(column.name)}: the commas may be thousands or decimals; write the "
            "numbers without thousands separators.",
            [column.name],
        )
        return
    if not covariates.is_name(column.name):
        roles[place] = left_out("its name is one of the service's own, or too long")
        return
    if any(isinstance(value, str) and "," in value for value in column.present):
        beside.decimal = ","
    beside.outcomes[column.name] = _number_values(column)


def _number_values(column: Column) -> list[float | None]:
    return _spread([as_number(value) for value in column.values], column)


def _or_none(numbers: FloatArray) -> list[Value]:
    return [None if number != number else number for number in numbers.tolist()]
