"""Rows that belong to the same person."""

from __future__ import annotations

import numpy as np

from psychometrics.errors import EstimationError, OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, IntArray


def texts(responses: ResponseMatrix, column: str, option: str) -> list[str | None]:
    """Read a column as texts, missing as ``None``.

    Raises
    ------
    OptionError
        The sample has no such column.
    """
    if column not in responses.columns:
        raise OptionError(option, f"needs a column {column!r}, which the sample does not have")
    values = responses.columns[column]
    return [_text(value) for value in values.tolist()]


def _text(value: object) -> str | None:
    if value is None or value != value:  # nan is not itself
        return None
    return str(value)


def rows_by_key(
    keys: list[tuple[str, ...] | None], rows: BoolArray, step: str
) -> dict[tuple[str, ...], int]:
    """Map each key to its one row.

    Parameters
    ----------
    keys
        Of every row, ``None`` for one that cannot be matched.
    rows
        Which rows count.
    step
        Name of the analysis, for messages.

    Raises
    ------
    EstimationError
        Two rows have the same key.
    """
    found: dict[tuple[str, ...], int] = {}
    for row in np.flatnonzero(rows).tolist():
        key = keys[row]
        if key is None:
            continue
        if key in found:
            raise EstimationError(
                step,
                "a person has several responses on the same occasion; keep one of them, or give "
                "each its session_number",
            )
        found[key] = row
    return found


def matched_rows(
    first: dict[tuple[str, ...], int], second: dict[tuple[str, ...], int]
) -> tuple[IntArray, IntArray]:
    """Give the rows of the keys that both sides have, in the same order."""
    shared = [key for key in first if key in second]
    return (
        np.array([first[key] for key in shared], dtype=np.int64),
        np.array([second[key] for key in shared], dtype=np.int64),
    )
