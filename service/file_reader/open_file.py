"""Open a file of any format as one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import PurePath
from typing import Any

from psychometrics.instrument import Instrument
from schemas.file_mapping import FileMapping, FileOptions
from schemas.validation_errors import UnreadableInputError
from service.file_reader.columns import Table, column_of_cells, table_of_rows
from service.file_reader.delimited_text import split_rows
from service.file_reader.file_facts import FileFacts
from service.file_reader.header_rows import LOOKED_AT, Header, find_header
from service.file_reader.item_series import all_series
from service.file_reader.json_records import are_responses, read_records, table_of_records
from service.file_reader.questions import Choice, Remarks, listed
from service.file_reader.statistical_files import STATISTICAL_ENDINGS, read_statistical
from service.file_reader.text_decoding import decode
from service.file_reader.workbooks import (
    WORKBOOK_ENDINGS,
    XML_ENDINGS,
    WorkbookSheet,
    read_workbook,
)

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".tab", ".dat")
JSON_ENDINGS = (".json", ".ndjson", ".jsonl")
ENDINGS = (*TEXT_ENDINGS, *WORKBOOK_ENDINGS, *STATISTICAL_ENDINGS, *JSON_ENDINGS)

_EXPORTS = {
    ".rds": "In R, write.csv(data, \"data.csv\", row.names = FALSE) makes a CSV file.",
    ".rdata": "In R, write.csv(data, \"data.csv\", row.names = FALSE) makes a CSV file.",
    ".rda": "In R, write.csv(data, \"data.csv\", row.names = FALSE) makes a CSV file.",
    ".omv": "In jamovi, choose Export and the format CSV or SPSS (.sav).",
    ".jasp": "In JASP, choose Export Data, which makes a CSV file.",
    ".sas7bdat": "In SAS, proc export data=… outfile=\"data.csv\" dbms=csv makes a CSV file.",
    ".numbers": "In Numbers, choose Export To and CSV or Excel.",
    ".pdf": "Export the data themselves as CSV, Excel or SPSS, not a document.",
    ".docx": "Export the data themselves as CSV, Excel or SPSS, not a document.",
    ".zip": "Unpack it and choose the file with the data.",
    ".sps": "This is SPSS syntax; in SPSS, save the data as .sav.",
    ".spv": "This is SPSS output; in SPSS, save the data as .sav.",
    ".parquet": "Write the table as CSV.",
    ".feather": "Write the table as CSV.",
}  # fmt: skip
"""How a file of a format that is not read becomes one that is."""

SNIFFED = 4096
"""Bytes at the beginning of a file that tell its format."""

_SIGNS = (
    (b"\xd0\xcf\x11\xe0", (".xls", *XML_ENDINGS)),  # or a workbook with a password
    (b"$FL2", (".sav", ".zsav")),
    (b"$FL3", (".zsav", ".sav")),
    (b"<stata_dta>", (".dta",)),
)
"""First bytes, and the endings of such files."""

_MARKUP = (b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta")

_PROGRAM_NAMES = {".sav": "SPSS", ".zsav": "SPSS", ".por": "SPSS", ".dta": "Stata", ".xpt": "SAS"}
_DELIMITED_FORMATS = {".tsv": "tsv", ".txt": "txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A file as a table, or the API's responses as they stand in a JSON file.

    Attributes
    ----------
    facts
        How it was opened.
    table
        The table, if it is one.
    responses
        The responses, if it is none.
    program
        The statistics program that wrote it.
    """

    facts: FileFacts
    table: Table | None = None
    responses: list[Any] | None = None
    program: str | None = None


def ending_of(name: str) -> str:
    """Return a file name's ending, and refuse what is not read.

    Raises
    ------
    UnreadableInputError
        Saying how such a file is exported.
    """
    ending = PurePath(name).suffix.lower()
    if ending in ENDINGS:
        return ending
    if ending in _EXPORTS:
        raise UnreadableInputError(f"Files {ending} are not read. {_EXPORTS[ending]}")
    raise UnreadableInputError(f"The file's ending must be one of {', '.join(ENDINGS)}.")


def true_ending(ending: str, start: bytes) -> str:
    """Return the ending that fits a file's first bytes, where its name says another.

    Raises
    ------
    UnreadableInputError
        If it is a web page or another document that a program named like a workbook.
    """
    if start.startswith(b"PK\x03\x04"):
        return _packed_ending(ending, start)
    for sign, endings in _SIGNS:
        if start.startswith(sign):
            return ending if ending in endings else endings[0]
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_MARKUP):
        detail = "The file is a web page or XML, not a table that can be read: open it in Excel or "
        raise UnreadableInputError(f"{detail}LibreOffice and save it as .xlsx or CSV.")
    return ".csv" if ending in WORKBOOK_ENDINGS and _is_text(start) else ending


def _packed_ending(ending: str, start: bytes) -> str:
    if b"opendocument.spreadsheet" in start:
        return ".ods"
    return ending if ending in {".xlsx", ".xlsm", ".xlsb"} else ".xlsx"


def _is_text(start: bytes) -> bool:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\0" not in start and (b"," in start or b";" in start or b"\t" in start)


def open_file(
    name: str, data: bytes, instrument: Instrument, mapping: FileMapping, remarks: Remarks
) -> OpenedFile:
    """Open a file.

    Parameters
    ----------
    name
        Its name; only the ending is looked at.
    data
        Its content.
    instrument
        The form: helps to find the header and the sheet.
    mapping
        What was said of the file.
    remarks
        Gathers questions and notes.

    Raises
    ------
    UnreadableInputError, RefusedInputError
        If it cannot be read at all.
    """
    said = ending_of(name)
    if not data.strip(b"\0 \r\n\t"):
        raise UnreadableInputError("The file is empty.")
    ending = true_ending(said, data[:SNIFFED])
    if ending != said:
        remarks.note(f"The file's name ends in {said}, but what it holds is {ending}.")
    if ending in STATISTICAL_ENDINGS:
        return OpenedFile(
            facts=FileFacts(format=ending[1:], preset=_PROGRAM_NAMES[ending]),
            table=read_statistical(ending, data),
            program=_PROGRAM_NAMES[ending],
        )
    if ending in JSON_ENDINGS:
        return _open_json(ending, data)
    if ending in WORKBOOK_ENDINGS:
        return _open_workbook(ending, data, instrument, mapping.file, remarks)
    return _open_text(ending, data, instrument, mapping.file)


def _open_json(ending: str, data: bytes) -> OpenedFile:
    records = read_records(ending, data)
    facts = FileFacts(format=ending[1:])
    if are_responses(records):
        return OpenedFile(facts=facts, responses=records)
    return OpenedFile(facts=facts, table=table_of_records(records))


def _open_text(
    ending: str, data: bytes, instrument: Instrument, options: FileOptions
) -> OpenedFile:
    text, encoding = decode(data, options.encoding)
    delimiter, rows = split_rows(text, options.delimiter)
    header, table = _table(rows, instrument, options)
    return OpenedFile(
        facts=FileFacts(
            format=_DELIMITED_FORMATS.get(ending, "csv"),
            encoding=encoding,
            delimiter=delimiter,
            decimal=options.decimal,
            header_row=header.row,
            skipped_rows=_skipped(header, options),
        ),
        table=_with_row_names(table, len(header.names)),
    )


def _open_workbook(
    ending: str, data: bytes, instrument: Instrument, options: FileOptions, remarks: Remarks
) -> OpenedFile:
    sheets = read_workbook(ending, data)
    sheet = _choose_sheet(sheets, instrument, options, remarks)
    header, table = _table(iter(sheet.rows), instrument, options)
    facts = FileFacts(
        format=ending[1:],
        header_row=header.row,
        skipped_rows=_skipped(header, options),
        sheet=sheet.name,
    )
    return OpenedFile(facts=facts, table=table)


def _skipped(header: Header, options: FileOptions) -> tuple[int, ...]:
    return tuple(sorted({*header.skipped, *options.skip_rows}))


def _table(
    rows: Iterator[tuple[int, Sequence[object]]], instrument: Instrument, options: FileOptions
) -> tuple[Header, Table]:
    skipped = set(options.skip_rows)
    head = list(islice(rows, max(LOOKED_AT, options.header_row or 0)))
    kept = [row for row in head if row[0] not in skipped or row[0] == options.header_row]
    header = find_header(kept, instrument.n_items, options.header_row)
    passed = skipped | set(header.skipped)
    below = (row for row in chain(head, rows) if row[0] > header.row and row[0] not in passed)
    return header, table_of_rows(header.names, below, header.labels)


def _with_row_names(table: Table, n_names: int) -> Table:
    """Shift the names where every row has one cell more than the header: R's row names."""
    lengths = table.lengths
    if lengths is None or not table.n_rows or len(table.columns) != n_names + 1:
        return table
    first = table.columns[0]
    counted = [str(number) for number in range(1, table.n_rows + 1)]
    if not (lengths == n_names + 1).all() or [first.values[c] for c in first.codes] != counted:
        return table
    names = ["", *(column.name for column in table.columns[:-1])]
    columns = tuple(
        column.changed(name=name) for name, column in zip(names, table.columns, strict=True)
    )
    return Table(columns=columns, row_numbers=table.row_numbers, lengths=lengths)


def _choose_sheet(
    sheets: Sequence[WorkbookSheet], instrument: Instrument, options: FileOptions, remarks: Remarks
) -> WorkbookSheet:
    """Choose the sheet that was named, or the only one with the form's items."""
    if options.sheet is not None:
        for sheet in sheets:
            if sheet.name == options.sheet:
                return sheet
        names = listed([sheet.name for sheet in sheets])
        raise UnreadableInputError(f"The workbook has no such sheet; it has {names}.")
    if len(sheets) == 1:
        return sheets[0]
    fitting = [sheet for sheet in sheets if _has_items(sheet, instrument)]
    if len(fitting) == 1:
        remarks.note("The workbook has several sheets; the one with the form's items was read.")
        return fitting[0]
    if len(fitting) > 1:
        remarks.ask(
            "sheet",
            f"Which sheet holds the answers: {listed([sheet.name for sheet in fitting])}?",
            (),
            *[Choice(label=one.name, mapping={"file": {"sheet": one.name}}) for one in fitting],
        )
    return (fitting or sheets)[0]


def _has_items(sheet: WorkbookSheet, instrument: Instrument) -> bool:
    try:
        header = find_header(sheet.rows[:LOOKED_AT], instrument.n_items)
    except UnreadableInputError:
        return False
    columns = [column_of_cells(name, ()) for name in header.names]
    wanted = set(range(1, instrument.n_items + 1))
    return any(set(one.places) >= wanted for one in all_series(columns, instrument))
