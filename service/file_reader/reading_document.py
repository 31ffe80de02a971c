"""What a reading says of itself: the answer of ``alliance inspect``, and ``reading`` in results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.file_mapping import FileMapping
from schemas.responses.response_batch import ResponseBlock
from schemas.validation_errors import Fault, RefusedInputError
from service.file_reader.answers import Answers
from service.file_reader.cells import as_text
from service.file_reader.column_roles import LEFT_OUT, RESPONSE, Role
from service.file_reader.columns import Column, Table
from service.file_reader.file_facts import FileFacts
from service.file_reader.item_series import FoundItems, item_mapping, occasion_mapping
from service.file_reader.questions import Question, Remarks

_SHOWN_VALUES = 12
"""Columns with at most so many different values are shown with them."""

_RECURRING = 3
"""Values that stand in fewer cells are not shown: they may be one person's."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """How a file was read.

    Attributes
    ----------
    facts
        Of the file itself.
    n_rows
        Rows with something in them below the header.
    table
        The table; ``None`` for the API's own JSON.
    roles
        Role of each column that is no item, by position.
    items
        The items found.
    answers
        What their cells say.
    remarks
        Questions and notes.
    mapping
        Reads the file in this way again.
    block
        The responses; ``None`` while a question is open.
    """

    facts: FileFacts
    n_rows: int
    remarks: Remarks
    table: Table | None = None
    roles: Mapping[int, Role] = field(default_factory=dict)
    items: FoundItems = field(default_factory=FoundItems)
    answers: Answers | None = None
    mapping: dict[str, Any] = field(default_factory=dict)
    block: ResponseBlock | None = None

    @property
    def questions(self) -> list[Question]:
        """What is asked."""
        return self.remarks.questions

    def responses(self) -> ResponseBlock:
        """Return the responses.

        Raises
        ------
        RefusedInputError
            With every open question.
        """
        if self.block is None:
            raise RefusedInputError(
                Fault(pointer="/file", code=one.code, detail=one.detail) for one in self.questions
            )
        return self.block

    def document(self) -> dict[str, Any]:
        """Write the whole reading as JSON values: the answer of ``alliance inspect``."""
        return {
            "file": self.facts.document(),
            "n_rows": self.n_rows,
            "columns": [self._column(place) for place in self._places()],
            "questions": [question_document(one) for one in self.questions],
            "left_out": self._left_out(),
            "notes": list(self.remarks.notes),
            "mapping": self.mapping,
        }

    def result_document(self) -> dict[str, Any]:
        """Write what belongs into a result: which columns were read as what."""
        columns = self._columns()
        occasions = self.items.occasions
        wide = len(occasions) > 1
        return {
            "format": self.facts.format,
            "preset": self.facts.preset,
            "n_rows": self.n_rows,
            "items": {} if wide or not occasions else item_mapping(occasions[0][1], columns),
            "occasions": occasion_mapping(occasions, columns) if wide else [],
            "roles": self.mapping.get("roles", {})
            | {role: self.mapping[role] for role in ("person", "occasion") if role in self.mapping},
            "left_out": self._left_out(),
            "missing": [] if self.answers is None else self.answers.missing,
            "labels": {} if self.answers is None else self.answers.labels,
            "add": 0 if self.answers is None else self.answers.add,
            "notes": list(self.remarks.notes),
        }

    def _columns(self) -> Sequence[Column]:
        return () if self.table is None else self.table.columns

    def _places(self) -> list[int]:
        columns = self._columns()
        return [
            place for place, column in enumerate(columns) if column.name or place in self._item_of()
            or column.n_given
        ]  # fmt: skip

    def _item_of(self) -> dict[int, tuple[int, str]]:
        return {
            place: (number, name)
            for name, places in self.items.occasions
            for number, place in places.items()
        }

    def _column(self, place: int) -> dict[str, Any]:
        column, items = self._columns()[place], self._item_of()
        if place in items:
            number, occasion = items[place]
            role, why = "item", self.items.why + (f"; occasion {occasion}" if occasion else "")
        else:
            number, one = 0, self.roles.get(place, Role(role=LEFT_OUT, why="is not read"))
            role, why = one.role, one.why
        return {
            "name": column.name,
            "role": role,
            "item": number or None,
            "why": why,
            "n_given": column.n_given,
            "n_different": len(column.present),
            "values": _shown_values(column, role),
        }

    def _left_out(self) -> list[dict[str, str]]:
        columns = self._columns()
        return [
            {"column": columns[place].name, "reason": one.why}
            for place, one in sorted(self.roles.items())
            if one.role == LEFT_OUT and (columns[place].name or columns[place].n_given)
        ]


def question_document(question: Question) -> dict[str, Any]:
    """Write a question as JSON values."""
    return {
        "code": question.code,
        "detail": question.detail,
        "columns": list(question.columns),
        "choices": [
            {"label": choice.label, "mapping": dict(choice.mapping)} for choice in question.choices
        ],
        "labels": list(question.labels),
    }


def _shown_values(column: Column, role: str) -> list[str]:
    """Return the few different values of a column that is kept; none of a person's or left out."""
    if role in {"person", "clinician", LEFT_OUT} or len(column.present) > _SHOWN_VALUES:
        return []
    counts = column.counts.tolist()
    texts = [
        as_text(cell)
        for cell, count in zip(column.values, counts, strict=True)
        if count >= _RECURRING
    ]
    return sorted((text[:80] for text in texts if text), key=lambda text: (len(text), text))


def reading_mapping(
    said: FileMapping,
    facts: FileFacts,
    items: FoundItems,
    roles: Mapping[int, Role],
    answers: Answers,
    columns: Sequence[Column],
) -> dict[str, Any]:
    """Write the mapping that reproduces a reading."""
    by_role: dict[str, list[str]] = {}
    for place, one in roles.items():
        by_role.setdefault(one.role, []).append(columns[place].name)
    further = {
        role: names if len(names) > 1 or role == "group" else names[0]
        for role, names in by_role.items()
        if role not in {"person", "occasion", "outcome", RESPONSE, LEFT_OUT}
    }
    order = [{"name": one.name} for one in said.occasions if not one.items]
    wide = len(items.occasions) > 1
    mapping: dict[str, Any] = {
        "items": {} if wide else item_mapping(items.occasions[0][1], columns),
        "occasions": occasion_mapping(items.occasions, columns) if wide else order,
        "person": next(iter(by_role.get("person", [])), None),
        "occasion": next(iter(by_role.get("occasion", [])), None),
        "roles": further,
        "leave_out": list(said.leave_out),
        "labels": answers.labels,
        "missing": answers.missing,
        "add": answers.add,
        "replace": list(said.replace),
        "accept": list(said.accept),
        "repeated": said.repeated,
        "file": facts.mapping(),
    }
    kept = {name: value for name, value in mapping.items() if value}
    return {**kept, "outcomes": by_role.get("outcome", [])}
