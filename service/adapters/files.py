"""Read responses from a file: CSV, Excel, SPSS, JSON or NDJSON; the ending decides."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from psychometrics.instrument import Instrument
from schemas.faults import UnreadableInputError
from schemas.responses.block import ResponseBlock
from schemas.responses.csv import parse_csv
from schemas.responses.document import load_batch, parse_json, parse_ndjson
from schemas.responses.table import load_table


def read_responses(path: Path, instrument: Instrument) -> ResponseBlock:
    """Read a file of responses to an instrument.

    Raises
    ------
    UnreadableInputError
        If there is no such file, its ending is not known, or it cannot be read.
    RefusedInputError
        If it can be read but is refused.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        endings = ", ".join(_READERS)
        raise UnreadableInputError(f"The file's ending must be one of {endings}.")
    if not path.is_file():
        raise UnreadableInputError("There is no such file.")
    return reader(path, instrument)


def _read_csv(path: Path, instrument: Instrument) -> ResponseBlock:
    header, rows = parse_csv(path.read_bytes())
    return load_table(header, rows, instrument)


def _read_json(path: Path, instrument: Instrument) -> ResponseBlock:
    return load_batch(parse_json(path.read_bytes()).get("responses"), instrument)


def _read_ndjson(path: Path, instrument: Instrument) -> ResponseBlock:
    return load_batch(parse_ndjson(path.read_bytes()), instrument)


def _read_excel(path: Path, instrument: Instrument) -> ResponseBlock:
    """Read the first sheet."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        lines = [list(line) for line in book.worksheets[0].iter_rows(values_only=True)]
        book.close()
    except (InvalidFileException, BadZipFile, KeyError, OSError, ValueError) as error:
        raise UnreadableInputError("The file is not an Excel workbook (.xlsx).") from error
    rows = [line for line in lines if any(cell is not None for cell in line)]
    if not rows:
        raise UnreadableInputError("The first sheet is empty; its first row must name the columns.")
    header, *data = rows
    names = [_header_text(cell) for cell in header]
    return load_table(names, [[_plain(cell) for cell in row] for row in data], instrument)


def _read_spss(path: Path, instrument: Instrument) -> ResponseBlock:
    """Read values as stored; what SPSS declares as missing is missing."""
    import pyreadstat

    try:
        columns, metadata = pyreadstat.read_sav(
            str(path), output_format="dict", apply_value_formats=False
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise UnreadableInputError("The file is not an SPSS data file (.sav).") from error
    names: Sequence[str] = metadata.column_names
    rows = list(zip(*(columns[name] for name in names), strict=True)) if names else []
    return load_table(names, [[_plain(cell) for cell in row] for row in rows], instrument)


def _header_text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)


def _plain(cell: Any) -> object:
    """Turn a spreadsheet's cell into a text, a number or nothing; a date becomes ISO text."""
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    if isinstance(cell, float) and math.isnan(cell):
        return None
    return cell.item() if hasattr(cell, "item") else cell


_READERS: dict[str, Callable[[Path, Instrument], ResponseBlock]] = {
    ".csv": _read_csv,
    ".xlsx": _read_excel,
    ".sav": _read_spss,
    ".json": _read_json,
    ".ndjson": _read_ndjson,
    ".jsonl": _read_ndjson,
}
