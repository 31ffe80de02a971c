"""CSV (RFC 4180) with a header: commas, UTF-8, no byte-order mark."""

from __future__ import annotations

import codecs
import csv
import io

from schemas.validation_errors import UnreadableInputError


def parse_csv(body: bytes) -> tuple[list[str], list[list[str]]]:
    """Read a CSV file into its header and its rows; empty lines are passed over.

    Raises
    ------
    UnreadableInputError
        If it is empty, not UTF-8, begins with a byte-order mark, separates its fields by something
        else than commas, or breaks the quoting rules; the sentence says what to do.
    """
    text = _decoded(body)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error:
        detail = "A quoted field is not closed, or a quote stands in the middle of a field."
        raise UnreadableInputError(detail) from None
    if not rows:
        raise UnreadableInputError("The file is empty; its first line must name the columns.")
    header, *data = rows
    _refuse_other_separators(header)
    return header, [list(row) for row in data if any(cell.strip() for cell in row)]


def _decoded(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        detail = "The file begins with a byte-order mark; save it as UTF-8 without one."
        raise UnreadableInputError(detail)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"The file is not UTF-8 (byte {error.start}); save it as UTF-8."
        raise UnreadableInputError(detail) from None
    if "\0" in text:
        raise UnreadableInputError("The file holds a NUL character; it is not a CSV file.")
    return text


def _refuse_other_separators(header: list[str]) -> None:
    for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")):
        if len(header) == 1 and separator in header[0]:
            detail = f"Fields are separated by {name}; save the file with commas."
            raise UnreadableInputError(detail)
