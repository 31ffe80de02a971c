"""Delimited text: CSV and its relatives, whichever delimiter they use."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from schemas.validation_errors import UnreadableInputError
from service.file_reader.limits import MAXIMUM_CELL_TEXT, MAXIMUM_TEXT

_DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 60
"""Rows that are tried with each delimiter."""

_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "space"}


def split_rows(text: str, delimiter: str | None) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """Split a text into rows of cells.

    Parameters
    ----------
    text
        The decoded file.
    delimiter
        Where somebody said it.

    Returns
    -------
    delimiter, rows
        The delimiter, and number and cells of each row; an empty line is a row without cells.

    Raises
    ------
    UnreadableInputError
        If the file is too long or breaks the rules of quoting (while the rows are read).
    """
    if len(text) > MAXIMUM_TEXT:
        raise UnreadableInputError(f"The file has more than {MAXIMUM_TEXT} characters; split it.")
    if not text.strip():
        raise UnreadableInputError("The file is empty; its first line must name the columns.")
    text, named, n_before = _sep_line(text)
    chosen = delimiter or named or _likely(text)
    return chosen, _numbered(_reader(text, chosen), n_before)


def _sep_line(text: str) -> tuple[str, str | None, int]:
    """Take off the line by which Excel is told the delimiter (``sep=;``)."""
    first, separator, rest = text.partition("\n")
    line = first.strip().strip('"')
    if line.lower().startswith("sep=") and len(line) <= 5:
        return rest, line[4:] or "\t", 1 if separator else 0
    return text, None, 0


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(MAXIMUM_CELL_TEXT)
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        strict=True,
        skipinitialspace=delimiter == " ",
    )


def _numbered(reader: Iterator[list[str]], n_before: int) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from enumerate(reader, start=n_before + 1)
    except csv.Error as error:
        if "field larger" in str(error):
            detail = f"A cell holds more than {MAXIMUM_CELL_TEXT} characters, or a quote is open."
        else:
            detail = "A quoted field is not closed, or a quote stands in the middle of a field."
        raise UnreadableInputError(detail) from None


def _likely(text: str) -> str:
    """Choose the delimiter that splits the first rows most alike, and into most cells."""
    start = text[:2_000_000]
    best, score = ",", (0.0, 0)
    for delimiter in (*_DELIMITERS, " "):
        found = _regularity(start, delimiter)
        if found[1] > 1 and found > score:
            best, score = delimiter, found
    return best


def _regularity(text: str, delimiter: str) -> tuple[float, int]:
    try:
        rows = [row for row in islice(_reader(text, delimiter), _LOOKED_AT) if any(row)]
    except csv.Error:
        return (0.0, 0)
    if not rows:
        return (0.0, 0)
    widths = Counter(map(len, rows))
    usual, n = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    longest = max(len(rows[0]), usual)
    alike = n / len(rows) if len(rows[0]) in {usual, usual - 1} else n / len(rows) / 2
    return (alike, longest) if usual > 1 else (0.0, 0)


def delimiter_name(delimiter: str) -> str:
    """Name a delimiter in a word."""
    return _NAMES.get(delimiter, delimiter)
