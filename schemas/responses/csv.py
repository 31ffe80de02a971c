"""CSV (RFC 4180) with a header: commas, UTF-8, no byte-order mark."""

from __future__ import annotations

import codecs
import csv
import io

from schemas.validation_errors import UnreadableInputError

FURTHER_FILES = (
    "POST /v1/files/inspect says how an export of a survey tool is read; the page New sample and "
    "alliance score --mapping take such a file as it stands."
)
"""Where a file goes that is not of the API's own form."""


def parse_csv(body: bytes) -> tuple[list[str], list[list[str]]]:
    """Read a CSV file into its header and its rows; empty lines are passed over.

    Raises
    ------
    UnreadableInputError
        If it is empty, not UTF-8, or breaks the quoting rules; the sentence says what to do.

    Notes
    -----
    A byte-order mark is passed over, and so are columns at the end in which nothing stands. Fields
    are separated by commas; by semicolons, tabs or vertical bars if the first line has no comma.
    """
    text = _decoded(body)
    source = io.StringIO(text, newline="")
    try:
        rows = [row for row in csv.reader(source, delimiter=_separator(text), strict=True) if row]
    except csv.Error:
        detail = "A quoted field is not closed, or a quote stands in the middle of a field."
        raise UnreadableInputError(detail) from None
    if not rows:
        raise UnreadableInputError("The file is empty; its first line must name the columns.")
    header, *data = rows
    filled = [row for row in data if any(cell.strip() for cell in row)]
    return _without_empty_end(header, filled)


def _separator(text: str) -> str:
    first = text[: text.find("\n")] if "\n" in text else text
    return "," if "," in first else next((sign for sign in ";\t|" if sign in first), ",")


def _without_empty_end(
    header: list[str], rows: list[list[str]]
) -> tuple[list[str], list[list[str]]]:
    """Leave out columns at the end that have no name and no cell."""
    width = len(header)
    while width and not header[width - 1].strip():
        width -= 1
    if width == len(header) and all(len(row) == width for row in rows):
        return header, rows
    shortened = [row if any(map(str.strip, row[width:])) else row[:width] for row in rows]
    if all(len(row) == width for row in shortened):
        return header[:width], shortened
    return header, rows


def _decoded(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableInputError(f"The file is UTF-16; save it as UTF-8. {FURTHER_FILES}")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"The file is not UTF-8 (byte {error.start}); save it as UTF-8. {FURTHER_FILES}"
        raise UnreadableInputError(detail) from None
    if "\0" in text:
        raise UnreadableInputError("The file holds a NUL character; it is not a CSV file.")
    return text
