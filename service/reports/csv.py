"""A table of the report as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO

from service.reports.document.elements import Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(table: Table) -> str:
    """Write a table's header and rows.

    Notes
    -----
    Minus signs become hyphens, so that programs read numbers; text that a spreadsheet would run as
    a formula (names of groups come from whoever made the data) gets an apostrophe in front.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([_cell(column.title) for column in table.columns])
    writer.writerows([[_cell(text) for text in row] for row in table.rows])
    return file.getvalue()


def _cell(text: str) -> str:
    plain = text.replace("−", "-")
    return f"'{plain}" if plain.startswith(_FORMULA) and not _numeric(plain) else plain


def _numeric(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True
