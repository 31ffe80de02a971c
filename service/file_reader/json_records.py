"""JSON files: responses as the API takes them, or records of any names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from schemas.json_text import read_json
from schemas.responses.document import parse_ndjson
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError
from service.file_reader.cells import Odd
from service.file_reader.columns import Table, column_of_cells
from service.file_reader.limits import check_size

_WRAPPERS = ("responses", "data", "records", "rows", "results", "items")


def read_records(ending: str, data: bytes) -> list[object]:
    """Read a list of objects: an array, an array under a usual name, or an object a line.

    Raises
    ------
    UnreadableInputError, RefusedInputError
        If it is not JSON, or holds no list.
    """
    body = data.removeprefix(b"\xef\xbb\xbf")
    if ending != ".json":
        return parse_ndjson(body)
    document = _by_rows(read_json(body, what="The file"))
    if isinstance(document, dict):
        document = next((document[name] for name in _WRAPPERS if name in document), [document])
    if not isinstance(document, list) or not document:
        detail = "Must hold a list of responses, at least one."
        raise RefusedInputError([Fault(pointer="/responses", code="empty", detail=detail)])
    return document


def _by_rows(document: object) -> object:
    """Turn the other ways in which pandas and others write a table into a list of records."""
    if isinstance(document, dict):
        names, rows = document.get("columns"), document.get("data")
        if isinstance(names, list) and isinstance(rows, list):
            document = [names, *rows]
        elif len(document) > 1 and all(isinstance(one, list) for one in document.values()):
            if len({len(one) for one in document.values()}) == 1:
                return _records(list(document), list(zip(*document.values(), strict=True)))
        elif len(document) > 1 and all(isinstance(one, dict) for one in document.values()):
            keys = list(dict.fromkeys(key for one in document.values() for key in one))
            if all(key.isdigit() for key in keys):
                rows = [[one.get(key) for one in document.values()] for key in keys]
                return _records(list(document), rows)
    if isinstance(document, list) and len(document) > 1 and all(
        isinstance(one, list) for one in document
    ) and all(isinstance(name, str) for name in document[0]):  # fmt: skip
        return _records(document[0], document[1:])
    return document


def _records(names: list[Any], rows: Sequence[Sequence[object]]) -> list[object]:
    named = list(map(str, names))
    if len(set(named)) < len(named) or any(len(row) != len(named) for row in rows):
        detail = "Each row must have one value for each column, and each column its own name."
        raise UnreadableInputError(detail)
    return [dict(zip(named, row, strict=True)) for row in rows]


def are_responses(records: list[object]) -> bool:
    """Whether they look like the API's responses, whose answers are a list."""
    return any(
        isinstance(one, dict) and "answers" in one and not isinstance(one["answers"], dict)
        for one in records
    ) or not all(isinstance(one, dict) for one in records)


def table_of_records(records: list[Any]) -> Table:
    """Turn flat objects into a table; an object within becomes columns ``outer.inner``."""
    flat = [dict(_flat(one)) for one in records]
    names = list(dict.fromkeys(name for one in flat for name in one))
    check_size(len(flat), len(names))
    columns = tuple(column_of_cells(name, [one.get(name) for one in flat]) for name in names)
    return Table(columns=columns, row_numbers=np.arange(1, len(flat) + 1, dtype=np.int64))


def _flat(record: Mapping[str, Any]) -> list[tuple[str, object]]:
    cells: list[tuple[str, object]] = []
    for name, value in record.items():
        if isinstance(value, dict):
            outer = "" if name == "answers" else f"{name}."
            cells += [(f"{outer}{inner}", _plain(deep)) for inner, deep in value.items()]
        else:
            cells.append((name, _plain(value)))
    return cells


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return Odd.TRUTH
    return value if value is None or isinstance(value, str | int | float) else str(value)
