"""Workbooks: Excel's and OpenDocument's sheets.

calamine reads the values. It says neither which cells hold an error nor which hold a formula whose
result was never stored (a library wrote them), so the sheets' XML of an .xlsx file is searched for
both, and measured before anything is read: a few bytes can claim a sheet of any size.
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from schemas.validation_errors import UnreadableInputError
from service.file_reader.cells import Odd
from service.file_reader.limits import (
    MAXIMUM_CELL_TEXT,
    MAXIMUM_CELLS,
    MAXIMUM_UNPACKED,
    check_size,
)
from service.file_reader.odd_cells import (
    OddCells,
    binary_odd_cells,
    opendocument_odd_cells,
)

XML_ENDINGS = (".xlsx", ".xlsm")
OTHER_ENDINGS = (".xls", ".xlsb", ".ods")
WORKBOOK_ENDINGS = (*XML_ENDINGS, *OTHER_ENDINGS)

_CELL = re.compile(rb'<(?:\w+:)?c\b[^<>]{0,300}?\br="([A-Z]{1,3})([0-9]{1,7})"')
_TEXT = re.compile(rb"[^<]+")

_ROW = re.compile(rb'<(?:\w+:)?row\b[^<>]{0,300}?\br="([0-9]{1,7})"')
_ERROR = re.compile(
    rb'<(?:\w+:)?c\b(?=[^<>]{0,300}\bt="e")[^<>]{0,300}?\br="([A-Z]{1,3})([0-9]{1,7})"'
)
_UNCOMPUTED = re.compile(
    rb'<(?:\w+:)?c\b(?![^<>]{0,300}\bt="str")'  # a text, which may be empty
    rb'[^<>]{0,300}?\br="([A-Z]{1,3})([0-9]{1,7})"[^<>]{0,300}>'
    rb"<(?:\w+:)?f(?:[^<>]{0,300}/>|[^<>]{0,300}>[^<]{0,8192}</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookSheet:
    """One sheet with something in it.

    Attributes
    ----------
    name
        As its tab says.
    rows
        Number and cells of each row.
    """

    name: str
    rows: Sequence[tuple[int, Sequence[object]]]


def read_workbook(ending: str, data: bytes) -> list[WorkbookSheet]:
    """Read every visible sheet that is not empty.

    Raises
    ------
    UnreadableInputError
        If it is no workbook, is too large, or is protected with a password.
    """
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    finder = _ODD_CELLS.get(ending)
    odd = finder(data) if finder else {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = []
        for facts in book.sheets_metadata:
            if facts.typ != SheetTypeEnum.WorkSheet or facts.visible != SheetVisibleEnum.Visible:
                continue
            sheet = book.get_sheet_by_name(facts.name)
            check_size(sheet.total_height, sheet.total_width)
            rows = list(_rows(sheet.iter_rows(), odd.get(facts.name, {})))
            if rows:
                sheets.append(WorkbookSheet(name=facts.name, rows=rows))
    except PasswordError:
        detail = "The workbook is protected with a password; save it without one."
        raise UnreadableInputError(detail) from None
    except (CalamineError, OSError, ValueError) as error:
        detail = f"The file is not a workbook ({ending}), or it is damaged; save it as CSV."
        raise UnreadableInputError(detail) from error
    if not sheets:
        detail = "The workbook is empty; the first row of a sheet must name the columns."
        raise UnreadableInputError(detail)
    return sheets


def _rows(
    rows: Iterator[Sequence[object]], odd: Mapping[tuple[int, int], Odd]
) -> Iterator[tuple[int, Sequence[object]]]:
    odd_rows = {row for row, _ in odd}
    for number, cells in enumerate(rows, start=1):
        if number in odd_rows:
            width = max(len(cells), *(place + 1 for row, place in odd if row == number))
            padded = [*cells, *[""] * (width - len(cells))]
            cells = [odd.get((number, place), cell) for place, cell in enumerate(padded)]
        yield number, [_plain(cell) for cell in cells]


def _plain(cell: object) -> object:
    kind = type(cell)
    if kind is str or kind is float:
        return cell
    if isinstance(cell, bool):
        return Odd.TRUTH
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return Odd.DATE
    return cell


def _odd_cells(data: bytes) -> OddCells:
    """Measure every sheet, and find cells with an error or without a result, by sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as folder:
            _refuse_too_large(folder)
            _refuse_long_texts(folder)
            return {name: _search(folder.read(part)) for name, part in _parts(folder).items()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, KeyError, ET.ParseError,
            EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:  # fmt: skip
        detail = "The file is not an Excel workbook (.xlsx), or it is damaged."
        raise UnreadableInputError(detail) from error


def _refuse_too_large(folder: zipfile.ZipFile) -> None:
    if sum(entry.file_size for entry in folder.infolist()) > MAXIMUM_UNPACKED:
        raise UnreadableInputError("The workbook is too large when unpacked; save it as CSV.")


def _refuse_long_texts(folder: zipfile.ZipFile) -> None:
    """Refuse a text that is longer than Excel allows: every cell may refer to it."""
    if "xl/sharedStrings.xml" in folder.namelist():
        texts = folder.read("xl/sharedStrings.xml")
        longest = max((match.end() - match.start() for match in _TEXT.finditer(texts)), default=0)
        if longest > 4 * MAXIMUM_CELL_TEXT:  # in bytes of UTF-8
            detail = f"A cell holds more than {MAXIMUM_CELL_TEXT} characters; leave it out."
            raise UnreadableInputError(detail)


def _parts(folder: zipfile.ZipFile) -> dict[str, str]:
    """Find the part of each sheet in the packed folder."""
    relations = _xml(folder, "xl/_rels/workbook.xml.rels")
    targets = {one.get("Id"): str(one.get("Target")) for one in relations.iter()}
    parts = {}
    for one in _xml(folder, "xl/workbook.xml").iter():
        identifiers = [value for name, value in one.items() if name.endswith("}id")]
        if one.tag.endswith("}sheet") and identifiers and identifiers[0] in targets:
            target = targets[identifiers[0]]
            part = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            if part in folder.namelist() and "worksheets" in part:
                parts[str(one.get("name"))] = part
    return parts


_ODD_CELLS: Mapping[str, Callable[[bytes], OddCells]] = {
    **dict.fromkeys(XML_ENDINGS, _odd_cells),
    ".ods": opendocument_odd_cells,
    ".xls": binary_odd_cells,
}


def _xml(folder: zipfile.ZipFile, part: str) -> ET.Element:
    text = folder.read(part)
    if len(text) > 5_000_000 or b"<!DOCTYPE" in text[:2000] or b"<!ENTITY" in text:
        raise UnreadableInputError("The workbook's list of sheets is not as Excel writes it.")
    return ET.fromstring(text)  # noqa: S314 no document type, no entities


def _search(xml: bytes) -> dict[tuple[int, int], Odd]:
    _measure(xml)
    odd: dict[tuple[int, int], Odd] = {}
    if b't="e"' in xml:
        odd |= {_place(match): Odd.ERROR for match in _ERROR.finditer(xml)}
    if b"<f" in xml or b":f" in xml:
        odd |= {_place(match): Odd.UNCOMPUTED for match in _UNCOMPUTED.finditer(xml)}
    return odd


def _measure(xml: bytes) -> None:
    """Refuse a sheet whose cells span too much: calamine makes room for the whole rectangle."""
    if xml.count(b"<c ") + xml.count(b":c ") > MAXIMUM_CELLS:
        raise UnreadableInputError(f"A sheet has more than {MAXIMUM_CELLS} cells.")
    last_row = max((int(match[1]) for match in _ROW.finditer(xml)), default=1)
    columns: set[bytes] = set()
    for match in _CELL.finditer(xml):
        columns.add(match[1])
        last_row = max(last_row, int(match[2]))
    check_size(last_row, max(map(_column_number, columns), default=1))


def _place(match: re.Match[bytes]) -> tuple[int, int]:
    return int(match[2]), _column_number(match[1]) - 1


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
