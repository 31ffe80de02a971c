"""Which forms a table could be the answers of: said when it is not those of the form chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.definition import Definition
from schemas.faults import RefusedInputError
from schemas.responses.table import load_table

LOOKED_AT = 500
"""Rows that are tried."""


def fitting_forms(
    header: Sequence[str], rows: Sequence[Sequence[object]], forms: Iterable[Definition]
) -> list[Definition]:
    """Return the forms whose items and range the first rows of a table fit."""
    return [form for form in forms if _fits(header, rows[:LOOKED_AT], form)]


def _fits(header: Sequence[str], rows: Sequence[Sequence[object]], form: Definition) -> bool:
    try:
        load_table(header, rows, form.instrument)
    except RefusedInputError:
        return False
    return True
