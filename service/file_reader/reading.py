"""Read a file of answers: find its items, roles and occasions, and say what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.types import BoolArray, FloatArray
from schemas.file_mapping import FileMapping
from schemas.responses.document import load_batch
from schemas.responses.response_batch import ResponseBlock, numbers_as_names
from service.file_reader.answers import Answers, read_answers
from service.file_reader.column_roles import Role, find_roles, left_out
from service.file_reader.columns import Table
from service.file_reader.covariate_columns import Beside, read_beside
from service.file_reader.file_facts import FileFacts
from service.file_reader.item_series import FoundItems, find_items
from service.file_reader.odd_rows import check_lengths, without_summaries
from service.file_reader.open_file import OpenedFile, open_file
from service.file_reader.persons import Pseudonym, numbered_pseudonym
from service.file_reader.presets import recognise
from service.file_reader.questions import Remarks, counted, listed
from service.file_reader.reading_document import Reading, reading_mapping

SAID = "as the mapping says"


def read_file(
    name: str,
    data: bytes,
    instrument: Instrument,
    mapping: FileMapping | None = None,
    pseudonym: Pseudonym = numbered_pseudonym,
) -> Reading:
    """Read a file of answers.

    Parameters
    ----------
    name
        Its name; only the ending is looked at.
    data
        Its content.
    instrument
        The form that was answered.
    mapping
        What was said of its columns.
    pseudonym
        Makes pseudonyms where the mapping asks for them.

    Raises
    ------
    UnreadableInputError
        If it cannot be read at all; what can be read but not understood is a question.
    RefusedInputError
        If it holds responses as the API takes them, and they are refused.
    """
    remarks, said = Remarks(), mapping or FileMapping()
    opened = open_file(name, data, instrument, said, remarks)
    if opened.table is None:
        block = load_batch(opened.responses, instrument)
        return Reading(facts=opened.facts, n_rows=len(block), remarks=remarks, block=block)
    return _Understanding(instrument, said, pseudonym, remarks, opened).read()


@dataclass(slots=True)
class _Understanding:
    """One file on its way from a table to answers."""

    instrument: Instrument
    mapping: FileMapping
    pseudonym: Pseudonym
    remarks: Remarks
    opened: OpenedFile
    table: Table = field(init=False)
    facts: FileFacts = field(init=False)

    def read(self) -> Reading:
        assert self.opened.table is not None  # noqa: S101 the caller has seen to it
        self.table, self.facts = self.opened.table, self.opened.facts
        columns = self.table.columns
        self._check_mapping()
        if not self.table.n_rows:
            self.remarks.ask("empty", "There is no row below the header.")
        preset = recognise([column.name for column in columns], self.opened.program)
        self.facts = replace(self.facts, preset=preset.name if preset else self.facts.preset)
        items = self._items()
        taken = {place for _, places in items.occasions for place in places.values()}
        free = [place for place in range(len(columns)) if place not in taken]
        roles = find_roles(columns, free, self.mapping, preset, items.others | items.copies)
        for place in items.copies & roles.keys():
            if roles[place].role == "outcome":
                roles[place] = left_out("repeats items in another coding")
        if taken and self.table.n_rows:
            self.table = without_summaries(
                self.table, taken, self.facts, self.mapping, self.remarks
            )
        if taken and self.table.n_rows:
            check_lengths(
                self.table,
                taken,
                self.mapping,
                self.remarks,
                in_a_sheet=self.facts.sheet is not None,
            )
        return self._answered(items, roles) if taken and self.table.n_rows else self._asked(roles)

    def _asked(self, roles: Mapping[int, Role]) -> Reading:
        return Reading(
            facts=self.facts,
            n_rows=self.table.n_rows,
            table=self.table,
            roles=roles,
            remarks=self.remarks,
            mapping={"file": self.facts.mapping()},
        )

    def _check_mapping(self) -> None:
        names = {column.name for column in self.table.columns}
        mapping = self.mapping
        said = [
            *mapping.items.values(), *mapping.leave_out, *(mapping.outcomes or ()),
            *[one for wide in mapping.occasions for one in wide.items.values()],
            *[one for ones in mapping.roles.values() for one in ones],
        ]  # fmt: skip
        unknown = [name for name in dict.fromkeys(said) if name not in names]
        if unknown:
            seen = listed([name for name in (c.name for c in self.table.columns) if name])
            self.remarks.ask(
                "unknown-column",
                f"The mapping names {counted(len(unknown), 'column')} that the file does not have; "
                f"columns seen: {seen}.",
            )

    def _items(self) -> FoundItems:
        columns, mapping = self.table.columns, self.mapping
        places = {column.name: place for place, column in enumerate(columns)}
        wide = [one for one in mapping.occasions if one.items]
        if wide or mapping.items:
            said = [(one.name, one.items) for one in wide] or [("", mapping.items)]
            if not all(name in places for _, items in said for name in items.values()):
                return FoundItems()
            return FoundItems(
                occasions=tuple(
                    (name, {number: places[column] for number, column in items.items()})
                    for name, items in said
                ),
                why=SAID,
            )
        spoken_of = {*mapping.leave_out, *(mapping.outcomes or ())}
        spoken_of |= {name for names in mapping.roles.values() for name in names}
        seen = [
            column if column.name not in spoken_of else column.changed(name="")
            for column in columns
        ]
        return find_items(seen, self.instrument, self.remarks)

    def _answered(self, items: FoundItems, roles: dict[int, Role]) -> Reading:
        occasions = [
            (name, [places[number] for number in sorted(places)])
            for name, places in items.occasions
        ]
        columns = self.table.columns
        answers = read_answers(
            [columns[place] for _, places in occasions for place in places],
            self.table.row_numbers,
            self.instrument,
            self.mapping,
            self.remarks,
        )
        beside = read_beside(
            self.table, roles, self.mapping, self.pseudonym, self.remarks,
            n_occasions=len(occasions), skipped=_without_answers(answers, self.facts, roles),
        )  # fmt: skip
        self.facts = replace(
            self.facts, decimal=self.facts.decimal or answers.decimal or beside.decimal
        )
        return Reading(
            facts=self.facts,
            n_rows=self.table.n_rows,
            table=self.table,
            roles=roles,
            items=items,
            answers=answers,
            remarks=self.remarks,
            mapping=reading_mapping(self.mapping, self.facts, items, roles, answers, columns),
            block=None
            if self.remarks.questions
            else _block(self.instrument, answers, occasions, beside, self.remarks),
        )


def _without_answers(answers: Answers, facts: FileFacts, roles: Mapping[int, Role]) -> BoolArray:
    """Rows of a REDCap export that belong to another instrument or event: no item is answered."""
    empty = np.asarray(~np.isfinite(answers.matrix).any(axis=1))
    if facts.preset != "REDCap" or empty.all():
        return np.zeros_like(empty)
    return empty


def _block(
    instrument: Instrument,
    answers: Answers,
    occasions: Sequence[tuple[str, Sequence[int]]],
    beside: Beside,
    remarks: Remarks,
) -> ResponseBlock:
    n_items, n_occasions = instrument.n_items, len(occasions)
    parts = [
        answers.matrix[:, start * n_items : (start + 1) * n_items] for start in range(n_occasions)
    ]
    matrix = np.concatenate(parts, axis=0)
    kept = ~np.tile(beside.skipped, n_occasions)
    if n_occasions > 1:
        kept &= _answered_rows(matrix, parts[0].shape[0])
        n_left = int((~kept).sum())
        if n_left:
            remarks.note(f"{counted(n_left, 'occasion')} without any answer became no row.")
    elif beside.skipped.any():
        n_left = int(beside.skipped.sum())
        remarks.note(f"{counted(n_left, 'row')} without any answer to the items were passed over.")
    columns, outcomes, ids = beside.repeated(n_occasions, kept)
    return ResponseBlock(
        ids=ids if ids is not None else numbers_as_names(int(kept.sum())),
        identified=ids is not None,
        answers=np.ascontiguousarray(matrix[kept]),
        columns=columns,
        outcomes=outcomes,
    )


def _answered_rows(matrix: FloatArray, n_rows: int) -> BoolArray:
    """Rows with an answer; a row without any at all stays at the first occasion."""
    answered = np.array(np.isfinite(matrix).any(axis=1))
    nobody = ~answered.reshape(-1, n_rows).any(axis=0)
    answered[:n_rows] |= nobody
    return answered
