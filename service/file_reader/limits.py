"""How much a file may hold; more is refused with a sentence, whatever reads it."""

from __future__ import annotations

from schemas.validation_errors import UnreadableInputError

MAXIMUM_ROWS = 1_000_000
MAXIMUM_COLUMNS = 10_000
MAXIMUM_CELLS = 20_000_000
"""Rows times columns, empty cells included."""

MAXIMUM_CELL_TEXT = 32_767
"""Characters of one cell, as in Excel."""

MAXIMUM_TEXT = 200_000_000
"""Characters of all different cells of a column together, and of a text file."""

MAXIMUM_UNPACKED = 400 * 1024 * 1024
"""Bytes of a workbook when it is unpacked."""

CLOSELY_LOOKED_AT = 400
"""Characters of a cell or a column's name that patterns are tried on."""


def check_size(n_rows: int, n_columns: int) -> None:
    """Refuse a table that is too large.

    Raises
    ------
    UnreadableInputError
        Naming the limit.
    """
    if n_columns > MAXIMUM_COLUMNS:
        detail = f"The file has more than {MAXIMUM_COLUMNS} columns; leave out what is not needed."
        raise UnreadableInputError(detail)
    if n_rows > MAXIMUM_ROWS:
        raise UnreadableInputError(f"The file has more than {MAXIMUM_ROWS} rows; split it.")
    if n_rows * n_columns > MAXIMUM_CELLS:
        detail = f"The file has more than {MAXIMUM_CELLS} cells; leave out columns or split it."
        raise UnreadableInputError(detail)
