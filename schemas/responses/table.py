"""Responses as a table with a header: which column is what, and what its cells say.

Item columns are named ``i1 … iK``, ``item1 … itemK``, ``1 … K``, or with any other prefix before
the item number; an empty cell is missing. ``id`` and the covariates are recognised by name, every
other column is kept: as an outcome when all its cells are numbers, else as a text column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.types import FloatArray
from schemas.json_pointers import pointer
from schemas.responses import covariates
from schemas.responses.pseudonyms import column_name_rule
from schemas.responses.response_batch import (
    ResponseBlock,
    Value,
    as_outcomes,
    duplicates,
    numbers_as_names,
    range_rule,
    range_suspicion,
    refuse_if_any,
)
from schemas.validation_errors import Fault, RefusedInputError

_ITEM_NAME = re.compile(r"(?P<prefix>.*?)(?<!0)0*+(?P<number>[1-9][0-9]{0,2})")
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]++(\.0*+)?")
_NUMBER = re.compile(r"[+-]?([0-9]++(\.[0-9]*+)?|\.[0-9]++)([eE][+-]?[0-9]{1,3})?")
_STANDARD_PREFIXES = ("i", "item", "")

Cell = object
"""A text, a number, ``None``, or whatever else a spreadsheet holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which column of a table is what, by position.

    Attributes
    ----------
    items
        One position for each item, in the order of the form.
    id
        The responses' names, or ``None``.
    others
        Every further column, by name.
    """

    items: tuple[int, ...]
    id: int | None
    others: Mapping[str, int]


def load_table(
    header: Sequence[str], rows: Sequence[Sequence[Cell]], instrument: Instrument
) -> ResponseBlock:
    """Validate a table.

    Parameters
    ----------
    header
        The columns' names.
    rows
        Cells, one row a response: texts, numbers or ``None``; an empty text is missing.
    instrument
        Gives the number of items and the range.

    Raises
    ------
    RefusedInputError
        With every fault; a cell's pointer counts responses and items from 0, its sentence names
        row and column as a spreadsheet does.
    """
    layout = recognise(header, instrument)
    if not rows:
        raise _refused("/responses", "empty", "There is no row below the header.")
    refuse_if_any(_ragged(rows, len(header)))
    columns = list(zip(*rows, strict=True))
    answers, cell_faults = _answers([columns[place] for place in layout.items], instrument)
    ids = None if layout.id is None else [_text(cell) for cell in columns[layout.id]]
    others = {
        name: [_value(cell) for cell in columns[place]] for name, place in layout.others.items()
    }
    named = {name: _typed(name, values) for name, values in others.items()}
    refuse_if_any(
        chain(cell_faults, _id_faults(ids or []), _column_faults(named)),
        closing=range_suspicion(_numbers(columns[place] for place in layout.items), instrument),
    )
    outcomes = {name: values for name, values in named.items() if _is_outcome(name, values)}
    return ResponseBlock(
        ids=[text or "" for text in ids] if ids else numbers_as_names(len(rows)),
        identified=ids is not None,
        answers=answers,
        columns={
            name: values
            for name, values in named.items()
            if name not in outcomes and covariates.any_given(values)
        },
        outcomes={name: as_outcomes(values) for name, values in outcomes.items()},
    )


def recognise(header: Sequence[str], instrument: Instrument) -> Layout:
    """Find the item columns and name the others, or refuse the header."""
    names = [name.strip() for name in header]
    refuse_if_any(
        Fault(
            pointer=pointer("header", place),
            code="duplicate",
            detail=f"Column {place + 1} has the same name as a column before it.",
        )
        for place in duplicates(names)
    )
    items = _item_columns(names, instrument)
    others = {
        name: place
        for place, name in enumerate(names)
        if place not in items and name and name != "id"
    }
    refuse_if_any(_name_faults(others))
    return Layout(items=items, id=names.index("id") if "id" in names else None, others=others)


def _item_columns(names: Sequence[str], instrument: Instrument) -> tuple[int, ...]:
    """Choose the prefix whose columns are numbered from 1 to the number of items."""
    by_prefix: dict[str, dict[int, int]] = {}
    for place, name in enumerate(names):
        match = _ITEM_NAME.fullmatch(name)
        if match:
            numbered = by_prefix.setdefault(match["prefix"].lower(), {})
            numbered[int(match["number"])] = place
    wanted = set(range(1, instrument.n_items + 1))
    complete = [prefix for prefix, numbered in by_prefix.items() if set(numbered) >= wanted]
    prefix = _chosen(complete, by_prefix, wanted)
    numbered = by_prefix.get(prefix, {})
    refuse_if_any(_item_faults(set(numbered), wanted, standard=prefix in _STANDARD_PREFIXES))
    return tuple(numbered[item] for item in sorted(wanted))


def _chosen(
    complete: Sequence[str], by_prefix: Mapping[str, Mapping[int, int]], wanted: set[int]
) -> str:
    standard = [prefix for prefix in _STANDARD_PREFIXES if prefix in complete]
    if standard:
        return standard[0]
    if len(complete) > 1:
        detail = "Several groups of columns could be the items; name the right ones i1, i2, …"
        raise _refused("/header", "ambiguous-items", detail)
    if complete:
        return complete[0]
    return max(by_prefix, key=lambda prefix: len(wanted & set(by_prefix[prefix])), default="i")


def _item_faults(found: set[int], wanted: set[int], *, standard: bool) -> Iterator[Fault]:
    for item in sorted(wanted - found):
        detail = f"There is no column for item {item}; name it i{item} (or item{item}, or {item})."
        yield Fault(pointer="/header", code="missing-column", detail=detail)
    beyond = sorted(found - wanted)
    if standard and beyond:
        detail = f"The form has {len(wanted)} items, but there is a column for item {beyond[0]}."
        yield Fault(pointer="/header", code="wrong-item-count", detail=detail)


def _ragged(rows: Sequence[Sequence[Cell]], width: int) -> Iterator[Fault]:
    if set(map(len, rows)) == {width}:
        return
    for number, row in enumerate(rows):
        if len(row) != width:
            detail = f"Row {number + 2} has {len(row)} cells, the header has {width}."
            yield Fault(
                pointer=pointer("responses", number), code="wrong-cell-count", detail=detail
            )


def _answers(
    columns: Sequence[Sequence[Cell]], instrument: Instrument
) -> tuple[FloatArray, Iterable[Fault]]:
    """Read the item columns through a dictionary of right cells; look closer where it fails."""
    known: dict[Cell, float] = {None: np.nan, "": np.nan}
    for answer in range(instrument.minimum, instrument.maximum + 1):
        known[str(answer)] = float(answer)
        known[answer] = float(answer)
    faults: list[Fault] = []
    matrix = np.empty((len(columns[0]), len(columns)))
    for item, cells in enumerate(columns):
        try:
            matrix[:, item] = [known[cell] for cell in cells]
        except (KeyError, TypeError):
            read = [_answer(cell, instrument) for cell in cells]
            matrix[:, item] = [np.nan if isinstance(value, str) else value for value in read]
            faults.extend(
                _cell_fault(number, item, value, instrument)
                for number, value in enumerate(read)
                if isinstance(value, str)
            )
    return matrix, sorted(faults, key=_reading_order)


def _numbers(columns: Iterable[Sequence[Cell]]) -> Iterator[object]:
    for cell in chain.from_iterable(columns):
        yield _number(cell.strip()) if isinstance(cell, str) else cell


def _reading_order(fault: Fault) -> tuple[int, int]:
    _, _, number, _, item = fault.pointer.split("/")
    return int(number), int(item)


def _answer(cell: Cell, instrument: Instrument) -> float | str:
    """Read an answer, or name what is wrong with the cell."""
    if isinstance(cell, bool):
        return "wrong-type"
    if isinstance(cell, str):
        text = cell.strip()
        if not text:
            return float("nan")
        if not _WHOLE_NUMBER.fullmatch(text):
            return "not-whole" if covariates.is_number(_number(text)) else "wrong-type"
        cell = float(text)
    if cell is None:
        return float("nan")
    if not isinstance(cell, int | float):
        return "wrong-type"
    if not instrument.minimum <= cell <= instrument.maximum:
        return "out-of-range"
    return float(cell) if float(cell).is_integer() else "not-whole"


def _cell_fault(number: int, item: int, code: str, instrument: Instrument) -> Fault:
    return Fault(
        pointer=pointer("responses", number, "answers", item),
        code=code,
        detail=f"Row {number + 2}, item {item + 1}: {range_rule(instrument)}",
    )


def _text(cell: Cell) -> str | None:
    """Read a name: numbers in spreadsheets become the text a person sees."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return None if cell is None or str(cell).strip() == "" else str(cell).strip()


def _value(cell: Cell) -> Value:
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None or covariates.is_number(cell):
        return cell  # type: ignore[return-value]  # nothing or a number
    return str(cell)


def _typed(name: str, values: list[Value]) -> list[Value]:
    """Turn a column into numbers, where it is one, or into texts."""
    if name in covariates.TEXT_COLUMNS:
        return [_text(value) for value in values]
    numbers = [_number(value) for value in values]
    if name in covariates.NUMBER_COLUMNS or _all_numbers(values, numbers):
        return [
            value if number is None else number
            for value, number in zip(values, numbers, strict=True)
        ]
    return [_text(value) for value in values]


def _all_numbers(values: Sequence[Value], numbers: Sequence[float | None]) -> bool:
    return all(
        value is None or covariates.is_number(number)
        for value, number in zip(values, numbers, strict=True)
    )


def _number(value: Value) -> float | None:
    """Read a number in its plain spelling: no thousands separators, no ``inf``, no ``nan``."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else None
    return value


def _is_outcome(name: str, values: Sequence[Value]) -> bool:
    if name in covariates.RULES or not covariates.any_given(values):
        return False
    return all(value is None or isinstance(value, int | float) for value in values)


def _id_faults(ids: Sequence[str | None]) -> Iterator[Fault]:
    for number, text in enumerate(ids):
        if not covariates.is_text(text):
            detail = (
                f"Row {number + 2}: must be a text of 1 to {covariates.MAXIMUM_TEXT} "
                "printable characters."
            )
            yield Fault(pointer=pointer("responses", number, "id"), code="invalid", detail=detail)
    for number, code, rule in covariates.identifying_values("id", ids):
        yield Fault(
            pointer=pointer("responses", number, "id"),
            code=code,
            detail=f"Row {number + 2}: {rule}",
        )
    unique = [number if text is None else text for number, text in enumerate(ids)]
    for number in duplicates(unique):
        detail = f"Row {number + 2}: another row before it has the same id."
        yield Fault(pointer=pointer("responses", number, "id"), code="duplicate", detail=detail)


def _column_faults(columns: Mapping[str, Sequence[Value]]) -> Iterator[Fault]:
    for name, values in columns.items():
        if name not in covariates.RULES and not covariates.is_name(name):
            yield Fault(pointer="/header", code="invalid", detail=covariates.NAME_RULE)
            continue
        for number, code, rule in _faulty_values(name, values):
            yield Fault(
                pointer=pointer("responses", number, name),
                code=code,
                detail=f"Row {number + 2}: {rule}",
            )


def _faulty_values(name: str, values: Sequence[Value]) -> Iterator[tuple[int, str, str]]:
    accepts, rule = covariates.RULES.get(name, (_is_value, _VALUE_RULE))
    for number in covariates.faulty_values(values, accepts):
        yield number, "invalid", rule
    yield from covariates.identifying_values(name, values)


def _name_faults(places: Mapping[str, int]) -> Iterator[Fault]:
    """Refuse columns whose names say that they hold dates or identify persons."""
    for name, place in places.items():
        refused = None if name in covariates.RULES else column_name_rule(name)
        if refused is not None:
            code, rule = refused
            yield Fault(
                pointer=pointer("header", place),
                code=code,
                detail=f"Column {place + 1}: {rule}",
            )


def _is_value(value: object) -> bool:
    return covariates.is_number(value) or covariates.is_text(value)


_VALUE_RULE = (
    f"Must be a finite number or a text of 1 to {covariates.MAXIMUM_TEXT} printable characters."
)


def _refused(place: str, code: str, detail: str) -> RefusedInputError:
    return RefusedInputError([Fault(pointer=place, code=code, detail=detail)])
