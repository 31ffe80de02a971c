"""Files of statistics programs: SPSS, Stata and SAS, with their labels and missing values."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from schemas.validation_errors import UnreadableInputError
from service.file_reader.cells import Odd
from service.file_reader.columns import Table, column_of_cells, without_empty_rows
from service.file_reader.limits import check_size

_PROGRAMS = {
    ".sav": ("SPSS", "read_sav"),
    ".zsav": ("SPSS", "read_sav"),
    ".por": ("SPSS portable", "read_por"),
    ".dta": ("Stata", "read_dta"),
    ".xpt": ("SAS transport", "read_xport"),
}
STATISTICAL_ENDINGS = tuple(_PROGRAMS)


def read_statistical(ending: str, data: bytes) -> Table:
    """Read values as stored, with labels; what is declared as missing is missing.

    Raises
    ------
    UnreadableInputError
        If it is no such file.
    """
    import pyreadstat

    program, reader = _PROGRAMS[ending]
    read: Callable[..., Any] = getattr(pyreadstat, reader)
    user_missing = {"user_missing": True} if ending in {".sav", ".zsav", ".dta"} else {}
    try:
        _, sizes = read(io.BytesIO(data), metadataonly=True)
        check_size(sizes.number_rows or 0, len(sizes.column_names))
        cells, facts = read(io.BytesIO(data), output_format="dict", **user_missing)
    except (
        pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError
    ) as error:  # fmt: skip
        raise UnreadableInputError(f"The file is no {program} data file ({ending}).") from error
    names = list(facts.column_names)
    n_rows = len(cells[names[0]]) if names else 0
    check_size(n_rows, len(names))
    columns = tuple(_column(name, cells[name], facts) for name in names)
    table = Table(columns=columns, row_numbers=np.arange(1, n_rows + 1, dtype=np.int64))
    return without_empty_rows(table)


def _column(name: str, cells: Sequence[object], facts: Any) -> Any:
    place = facts.column_names.index(name)
    ranges = facts.missing_ranges.get(name, [])
    labels = {
        float(value): str(label)
        for value, label in facts.variable_value_labels.get(name, {}).items()
        if isinstance(value, int | float)
    }
    letters = set(facts.missing_user_values.get(name, ()))  # Stata's .a to .z
    read = [None if cell in letters else _plain(cell) for cell in cells]
    missing = {
        float(cell)
        for cell in set(read)
        if isinstance(cell, int | float) and any(_within(cell, one) for one in ranges)
    }
    return column_of_cells(
        name,
        [None if cell in missing else cell for cell in read] if missing else read,
        label=facts.column_labels[place] or None,
        value_labels={
            value: text for value, text in labels.items() if not _declared(value, ranges)
        },
        declared_missing=tuple(sorted(missing)),
    )


def _declared(value: float, ranges: Sequence[Mapping[str, Any]]) -> bool:
    return any(_within(value, one) for one in ranges)


def _within(value: float, limits: Mapping[str, Any]) -> bool:
    low, high = limits["lo"], limits["hi"]
    if isinstance(low, str) or isinstance(high, str):
        return False
    return bool(low <= value <= high)


def _plain(cell: Any) -> object:
    if isinstance(cell, dt.date | dt.time | dt.timedelta):
        return Odd.DATE
    if isinstance(cell, np.datetime64):
        return None if np.isnat(cell) else Odd.DATE
    if isinstance(cell, float) and cell != cell:
        return None
    return cell.item() if isinstance(cell, np.generic) else cell
