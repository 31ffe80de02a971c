"""Spreadsheets and SPSS files as tables of texts, numbers and nothing.

Their readers are heavy and meet whatever people send: web processes run this module in a process
of its own (see ``apart``).
"""

from __future__ import annotations

import datetime as dt
import io
import math
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import ParseError

from schemas.faults import UnreadableInputError

Table = tuple[Sequence[str], Sequence[Sequence[object]]]
"""The columns' names, and the cells, one row a response."""

MAXIMUM_UNPACKED = 512 * 1024 * 1024
"""A workbook is a compressed folder; unpacked it may hold this many bytes."""

_NO_WORKBOOK = (
    zipfile.BadZipFile,
    ParseError,
    KeyError,
    IndexError,
    OSError,
    TypeError,
    ValueError,
)


def read_excel(data: bytes) -> Table:
    """Read the first sheet of a workbook.

    Raises
    ------
    UnreadableInputError
        If it is no workbook, too large when unpacked, or its first sheet is empty.
    """
    import openpyxl

    try:
        _refuse_bomb(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        lines = [list(line) for line in book.worksheets[0].iter_rows(values_only=True)]
        book.close()
    except _NO_WORKBOOK as error:
        raise UnreadableInputError("The file is not an Excel workbook (.xlsx).") from error
    rows = [line for line in lines if any(cell is not None for cell in line)]
    if not rows:
        raise UnreadableInputError("The first sheet is empty; its first row must name the columns.")
    header, *cells = rows
    return [_header_text(cell) for cell in header], [
        [_plain(cell) for cell in row] for row in cells
    ]


def read_spss(data: bytes) -> Table:
    """Read values as stored; what SPSS declares as missing is missing.

    Raises
    ------
    UnreadableInputError
        If it is no SPSS data file.
    """
    import pyreadstat

    try:
        columns, metadata = pyreadstat.read_sav(
            io.BytesIO(data), output_format="dict", apply_value_formats=False
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError) as error:
        raise UnreadableInputError("The file is not an SPSS data file (.sav).") from error
    names = list(metadata.column_names)
    rows = list(zip(*(columns[name] for name in names), strict=True)) if names else []
    return names, [[_plain(cell) for cell in row] for row in rows]


TABLE_READERS: Mapping[str, Callable[[bytes], Table]] = {".xlsx": read_excel, ".sav": read_spss}
"""By ending."""


def _refuse_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as folder:
        if sum(entry.file_size for entry in folder.infolist()) > MAXIMUM_UNPACKED:
            raise UnreadableInputError("The workbook is too large; save the sheet as CSV.")


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
