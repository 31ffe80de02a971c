"""Cells of ``.ods`` and ``.xls`` that calamine gives as empty: errors, formulas without result.

A missing answer and an answer that was lost look alike there, so these cells are sought apart.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any
from xml.parsers import expat

from schemas.validation_errors import UnreadableInputError
from service.file_reader.cells import Odd
from service.file_reader.limits import MAXIMUM_UNPACKED, check_size

OddCells = dict[str, dict[tuple[int, int], Odd]]
"""What single cells are, by sheet and by row (from 1) and column (from 0)."""

_NAMED = 100_000
"""Odd cells that are named; a repeated one may stand for more."""


def opendocument_odd_cells(data: bytes) -> OddCells:
    """Find cells with an error or without a result in an ``.ods`` file.

    Raises
    ------
    UnreadableInputError
        If it is no such file, or is too large.
    """
    reader = _OpenDocument()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            if sum(entry.file_size for entry in folder.infolist()) > MAXIMUM_UNPACKED:
                detail = "The workbook is too large when unpacked; save it as CSV."
                raise UnreadableInputError(detail)
            with folder.open("content.xml") as content:
                reader.parser.ParseFile(content)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, EOFError, OSError,
            NotImplementedError, RuntimeError, ValueError, expat.ExpatError) as error:  # fmt: skip
        detail = "The file is not an OpenDocument workbook (.ods), or it is damaged."
        raise UnreadableInputError(detail) from error
    return reader.odd


class _OpenDocument:
    """Follows the cells of ``content.xml``; repeated rows and cells count as often as they say."""

    def __init__(self) -> None:
        self.odd: OddCells = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._refuse
        self._sheet = ""
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._kind: Odd | None = None
        self._written: list[str] | None = None

    def _refuse(self, *_: object) -> None:
        raise ValueError("an entity")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "table":
            self._sheet = attributes.get("table:name", "")
            self._row = 0
        elif name == "table-row":
            self._rows = int(attributes.get("table:number-rows-repeated", "1"))
            self._column = 0
        elif name in {"table-cell", "covered-table-cell"}:
            self._columns = int(attributes.get("table:number-columns-repeated", "1"))
            self._kind = _odd(attributes)
            self._written = [] if "table:formula" in attributes else None

    def _text(self, text: str) -> None:
        if self._written is not None and len(self._written) < 10:
            self._written.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in {"table-cell", "covered-table-cell"}:
            shown = "".join(self._written or ())
            kind = Odd.ERROR if shown.startswith(("#", "Err:")) else self._kind
            if kind is not None:
                self._remember(kind)
            self._column += self._columns
            self._written = None
        elif name == "table-row":
            self._row += self._rows

    def _remember(self, kind: Odd) -> None:
        check_size(self._row + self._rows, self._column + self._columns)
        found = self.odd.setdefault(self._sheet, {})
        for row in range(self._row + 1, self._row + self._rows + 1):
            for column in range(self._column, self._column + self._columns):
                if len(found) < _NAMED:
                    found[row, column] = kind


def _odd(attributes: dict[str, str]) -> Odd | None:
    if attributes.get("calcext:value-type") == "error":
        return Odd.ERROR
    if "table:formula" in attributes and not any(
        name.startswith("office:") and name.endswith(("value", "value-type")) for name in attributes
    ):
        return Odd.UNCOMPUTED
    return None


def binary_odd_cells(data: bytes) -> OddCells:
    """Find cells with an error or without a result in an ``.xls`` file.

    Raises
    ------
    UnreadableInputError
        If it is no such file.
    """
    import xlrd

    try:
        with xlrd.open_workbook(file_contents=data, logfile=io.StringIO()) as book:
            return {sheet.name: _binary_sheet(sheet) for sheet in book.sheets()}
    except MemoryError:
        raise
    except Exception as error:
        if "encrypted" in str(error).lower():
            detail = "The workbook is protected with a password; save it without one."
            raise UnreadableInputError(detail) from None
        detail = "The file is not an Excel workbook (.xls), or it is damaged; save it as .xlsx."
        raise UnreadableInputError(detail) from error


def _binary_sheet(sheet: Any) -> dict[tuple[int, int], Odd]:
    import xlrd

    check_size(sheet.nrows, sheet.ncols)
    odd: dict[tuple[int, int], Odd] = {}
    for row in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(row)):
            if kind == xlrd.XL_CELL_ERROR:
                odd[row + 1, column] = Odd.ERROR
            elif kind == xlrd.XL_CELL_TEXT and sheet.cell_value(row, column) == "":
                odd[row + 1, column] = Odd.UNCOMPUTED
    return odd
