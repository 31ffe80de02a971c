"""A table by columns: each holds its different cells once, and a code for each row.

Whatever is decided about a column is decided about its few different cells; memory does not grow
with the length of a text that stands in every row.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice, zip_longest
from types import MappingProxyType

import numpy as np

from psychometrics.types import BoolArray, IntArray
from schemas.validation_errors import UnreadableInputError
from service.file_reader.cells import Cell, tidy
from service.file_reader.limits import MAXIMUM_CELL_TEXT, MAXIMUM_TEXT, check_size

_AT_ONCE = 4096
"""Rows that are turned into columns together."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Column:
    """One column.

    Attributes
    ----------
    name
        As the header says it; empty if it says nothing.
    values
        The different cells.
    codes
        Which of them stands in each row, shape (n_rows,).
    label
        The question, where a second header row or a statistics program gives it.
    value_labels
        Label by number, where a statistics program gives them.
    declared_missing
        Numbers that a statistics program declares as missing; they are missing here too.
    """

    name: str
    values: Sequence[Cell]
    codes: IntArray
    label: str | None = None
    value_labels: Mapping[float, str] = field(default_factory=lambda: MappingProxyType({}))
    declared_missing: tuple[float, ...] = ()

    @cached_property
    def counts(self) -> IntArray:
        """How often each different cell occurs."""
        return np.bincount(self.codes, minlength=len(self.values))

    @cached_property
    def present(self) -> list[Cell]:
        """The different cells that hold something and occur."""
        return [
            value
            for value, count in zip(self.values, self.counts.tolist(), strict=True)
            if count and value is not None
        ]

    @cached_property
    def n_given(self) -> int:
        """Number of rows in which something stands."""
        empty = [place for place, value in enumerate(self.values) if value is None]
        return int(self.codes.size - self.counts[empty].sum())

    def where(self, places: Iterable[int]) -> BoolArray:
        """Rows in which one of these different cells stands, shape (n_rows,)."""
        return np.isin(self.codes, list(places))

    def rows(self, kept: BoolArray) -> Column:
        """Return the column with the selected rows."""
        return self.changed(codes=self.codes[kept])

    def changed(self, **parts: object) -> Column:
        """Return the column with other parts."""
        return replace(self, **parts)  # type: ignore[arg-type]  # its own parts


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A table of columns.

    Attributes
    ----------
    columns
        In the file's order.
    row_numbers
        The number of each row in the file, from 1, shape (n_rows,).
    lengths
        Number of cells that each row had, shape (n_rows,); ``None`` where all are as long.
    """

    columns: tuple[Column, ...]
    row_numbers: IntArray
    lengths: IntArray | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.row_numbers.size)

    def rows(self, kept: BoolArray) -> Table:
        """Return the selected rows."""
        return Table(
            columns=tuple(column.rows(kept) for column in self.columns),
            row_numbers=self.row_numbers[kept],
            lengths=None if self.lengths is None else self.lengths[kept],
        )


class _Codes(dict[object, int]):
    """Numbers what it is asked for in the order of appearance."""

    def __missing__(self, cell: object) -> int:
        number = self[cell] = len(self)
        return number


def table_of_rows(
    names: Sequence[str],
    rows: Iterable[tuple[int, Sequence[object]]],
    labels: Sequence[str | None] | None = None,
) -> Table:
    """Turn rows into columns.

    Parameters
    ----------
    names
        The columns' names; further cells of longer rows make columns without a name.
    rows
        Number and cells of each row; rows without any content are passed over.
    labels
        The columns' questions.

    Raises
    ------
    UnreadableInputError
        If there are too many cells, or too much text.
    """
    gathered = _Gathered(len(names))
    source = iter(rows)
    collects = gc.isenabled()
    gc.disable()  # rows hold no circles, and looking for some takes a third of the time
    try:
        while block := list(islice(source, _AT_ONCE)):
            gathered.add(block)
    finally:
        if collects:
            gc.enable()
    return gathered.table(names, labels or [None] * len(names))


class _Gathered:
    """Columns that grow with every block of rows."""

    def __init__(self, width: int) -> None:
        self._codes = [_Codes() for _ in range(width)]
        self._parts: list[list[IntArray]] = [[] for _ in range(width)]
        self._numbers: list[int] = []
        self._lengths: list[int] = []

    def add(self, block: Sequence[tuple[int, Sequence[object]]]) -> None:
        numbers, rows = zip(*block, strict=True)
        lengths = list(map(len, rows))
        self._widen(max(lengths), len(self._numbers))
        check_size(len(self._numbers) + len(rows), len(self._codes))
        if min(lengths) == max(lengths) == len(self._codes):
            columns: Iterator[tuple[object, ...]] = zip(*rows, strict=True)
        else:
            columns = zip_longest(*rows)
        place = -1
        for place, column in enumerate(columns):
            self._append(place, column)
        for missing in range(place + 1, len(self._codes)):
            self._append(missing, (None,) * len(rows))
        self._numbers.extend(numbers)
        self._lengths.extend(lengths)

    def _append(self, place: int, cells: Sequence[object]) -> None:
        codes = self._codes[place]
        known = len(codes)
        self._parts[place].append(
            np.fromiter(map(codes.__getitem__, cells), dtype=np.int32, count=len(cells))
        )
        if len(codes) > known:
            _check_text(list(codes)[known:])

    def _widen(self, width: int, n_before: int) -> None:
        for _ in range(width - len(self._codes)):
            check_size(n_before, len(self._codes) + 1)
            codes = _Codes()
            self._codes.append(codes)
            self._parts.append([np.full(n_before, codes[None], dtype=np.int32)] if n_before else [])

    def table(self, names: Sequence[str], labels: Sequence[str | None]) -> Table:
        columns = tuple(
            Column(
                name=name,
                values=[tidy(cell) for cell in codes],
                codes=np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32),
                label=label,
            )
            for name, label, codes, parts in zip(
                [*names, *[""] * (len(self._codes) - len(names))],
                [*labels, *[None] * (len(self._codes) - len(labels))],
                self._codes,
                self._parts,
                strict=True,
            )
        )
        table = Table(
            columns=columns,
            row_numbers=np.array(self._numbers, dtype=np.int64),
            lengths=np.array(self._lengths, dtype=np.int64),
        )
        return without_empty_rows(table)


def _check_text(cells: Sequence[object]) -> None:
    lengths = [len(cell) for cell in cells if isinstance(cell, str)]
    if lengths and (max(lengths) > MAXIMUM_CELL_TEXT or sum(lengths) > MAXIMUM_TEXT):
        detail = f"A cell holds more than {MAXIMUM_CELL_TEXT} characters; leave its column out."
        raise UnreadableInputError(detail)


def without_empty_rows(table: Table) -> Table:
    """Pass over rows in which nothing stands."""
    filled = np.zeros(table.n_rows, dtype=np.bool_)
    for column in table.columns:
        empty = [place for place, value in enumerate(column.values) if value is None]
        filled |= ~column.where(empty) if empty else np.ones(table.n_rows, dtype=np.bool_)
        if filled.all():
            return table
    return table.rows(filled)


def column_of_cells(name: str, cells: Iterable[object], **parts: object) -> Column:
    """Make a column of cells at hand."""
    codes = _Codes()
    listed = list(cells)
    numbered = np.fromiter(map(codes.__getitem__, listed), dtype=np.int64, count=len(listed))
    _check_text(list(codes))
    return Column(
        name=name,
        values=[tidy(cell) for cell in codes],
        codes=numbered,
        **parts,  # type: ignore[arg-type]  # its own parts
    )
