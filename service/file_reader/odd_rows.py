"""Rows that are no answers: means and totals below, remarks, rows of another length."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from psychometrics.types import BoolArray
from schemas.file_mapping import FileMapping
from service.file_reader.cells import Cell, as_number
from service.file_reader.columns import Table
from service.file_reader.file_facts import FileFacts
from service.file_reader.questions import Choice, Remarks, counted, first_row
from service.file_reader.vocabulary import plain_name, words

_DELIMITERS = (";", "\t", "|")
_LAST = 6
"""Rows at the end among which means and totals are sought."""


def without_summaries(
    table: Table, items: Collection[int], facts: FileFacts, mapping: FileMapping, remarks: Remarks
) -> Table:
    """Ask about rows of means or totals at the end, and set them aside."""
    found = [row for row in _suspects(table, items) if _is_summary(table, row, items)]
    if not found:
        return table
    numbers = [int(table.row_numbers[row]) for row in found]
    skipped = sorted({*facts.skipped_rows, *numbers})
    which = "Row" if len(numbers) == 1 else "Rows"
    remarks.ask(
        "summary-row",
        f"{which} {', '.join(map(str, numbers))} look{'s' if len(numbers) == 1 else ''} like "
        "means, totals or a remark, not like answers; delete it in the file, or pass over it.",
        (),
        Choice(label="pass over it", mapping={"file": {"skip_rows": skipped}}),
    )
    kept = np.ones(table.n_rows, dtype=np.bool_)
    kept[found] = False
    return table.rows(kept)


def _suspects(table: Table, items: Collection[int]) -> list[int]:
    """Rows at the end, and those that name a statistic or hold nothing but one text."""
    if table.n_rows < 2:
        return []
    suspect = np.zeros(table.n_rows, dtype=np.bool_)
    suspect[-_LAST:] = True
    n_filled = np.zeros(table.n_rows, dtype=np.int64)
    for place, column in enumerate(table.columns):
        empty = [code for code, value in enumerate(column.values) if value is None]
        n_filled += ~column.where(empty)
        if place not in items:
            named = [code for code, value in enumerate(column.values) if _names_statistic(value)]
            rows = column.where(named)
            if named and rows.sum() <= _LAST:  # more of them are a group's name
                suspect |= rows
    suspect |= n_filled == 1
    return np.flatnonzero(suspect).tolist()


def _names_statistic(cell: Cell) -> bool:
    if not isinstance(cell, str) or len(cell) >= 40 or cell[-1:].isdigit():
        return False
    return plain_name(cell) in words("summary")


def _is_summary(table: Table, row: int, items: Collection[int]) -> bool:
    cells = [column.values[int(column.codes[row])] for column in table.columns]
    answers = [cells[place] for place in items]
    beside = [cell for place, cell in enumerate(cells) if place not in items and cell is not None]
    label = next((cell for cell in beside if isinstance(cell, str)), "")
    if _names_statistic(label):
        return True
    numbers = [as_number(cell) for cell in answers]
    given = [number for number in numbers if number is not None]
    if len(given) > 1 and sum(not number.is_integer() for number in given) >= 0.5 * len(given):
        return True
    alone = [cell for cell in cells if cell is not None]
    return len(alone) == 1 and isinstance(alone[0], str) and " " in alone[0]


def check_lengths(
    table: Table,
    items: Collection[int],
    mapping: FileMapping,
    remarks: Remarks,
    *,
    in_a_sheet: bool,
) -> None:
    """Ask about rows with more or fewer cells than the header: their cells may have moved."""
    named = [place for place, column in enumerate(table.columns) if column.name]
    if not named:
        return
    width = named[-1] + 1
    beyond = np.zeros(table.n_rows, dtype=np.bool_)
    for column in table.columns[width:]:
        beyond |= column.where(
            place for place, value in enumerate(column.values) if value is not None
        )
    lengths = table.lengths
    if lengths is not None and lengths.min() < lengths.max():
        beyond |= lengths > width  # an empty cell more, in some rows alone, has moved others
    if beyond.any() and "long-rows" not in mapping.accept:
        _ask_more(beyond, table, width, remarks, in_a_sheet=in_a_sheet)
    if lengths is None or "short-rows" in mapping.accept:
        return
    short = lengths < width
    if short.any() and not _lacks_nothing(table, short, int(lengths.min()), items, width):
        _ask_fewer(short, table, width, remarks)


def _lacks_nothing(
    table: Table, short: BoolArray, shortest: int, items: Collection[int], width: int
) -> bool:
    """Whether short rows lack only columns in which no row has anything, so that no cell moved."""
    if shortest <= max(items):
        return False
    last = table.columns[max(items)]
    empty = last.where(place for place, value in enumerate(last.values) if value is None)
    if (short & empty).any():
        return False
    return not any(column.n_given for column in table.columns[shortest:width])


def _ask_more(
    rows: BoolArray, table: Table, width: int, remarks: Remarks, *, in_a_sheet: bool
) -> None:
    """Ask about cells beyond the header; in a sheet they may be remarks beside the table."""
    choices = [
        Choice(
            label="they are remarks beside the table; leave them out",
            mapping={"accept": ["long-rows"]},
        )
    ]
    _ask_length("more", rows, table, width, remarks, *(choices if in_a_sheet else ()))


def _ask_fewer(rows: BoolArray, table: Table, width: int, remarks: Remarks) -> None:
    """Ask about rows that end early, unless one of their cells holds another delimiter."""
    split = any(
        isinstance(value, str) and any(sign in value for sign in _DELIMITERS)
        for column in table.columns
        for value in column.rows(rows).present
    )
    choices = [
        Choice(label="the cells that lack at the end are empty", mapping={"accept": ["short-rows"]})
    ]
    _ask_length("fewer", rows, table, width, remarks, *(() if split else choices))


def _ask_length(
    what: str, rows: BoolArray, table: Table, width: int, remarks: Remarks, *choices: Choice
) -> None:
    n, first = int(rows.sum()), first_row(rows, table.row_numbers)
    remarks.ask(
        "wrong-cell-count",
        f"{counted(n, 'row')} {'has' if n == 1 else 'have'} {what} cells than the header has "
        f"columns ({width}), first row {first}; cells may have moved.",
        (),
        *choices,
    )
