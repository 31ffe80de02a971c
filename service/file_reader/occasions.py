"""Occasions: their order, and rows that hold several of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from psychometrics.types import FloatArray
from schemas.file_mapping import FileMapping
from schemas.responses.covariates import MAXIMUM_SESSION
from service.file_reader.cells import Cell, as_number, as_text, folded, is_missing_word
from service.file_reader.columns import Column
from service.file_reader.item_names import wave_order
from service.file_reader.questions import Choice, Remarks, listed, shortened


def session_numbers(column: Column, mapping: FileMapping, remarks: Remarks) -> FloatArray | None:
    """Return the occasions of a column, numbered from 1.

    Parameters
    ----------
    column
        The column that names or numbers occasions.
    mapping
        May give their order.
    remarks
        Gathers questions and notes.

    Returns
    -------
    FloatArray or None
        Shape (n_rows,), missing is ``nan``; ``None`` after a question.
    """
    named = [cell for cell in column.present if not is_missing_word(cell)]
    order = {folded(one.name): place for place, one in enumerate(mapping.occasions, start=1)}
    numbers = {cell: as_number(cell) for cell in named}
    texts = {cell: as_text(cell) or "" for cell in named}
    if order and all(folded(text) in order for text in texts.values()):
        placed = {cell: float(order[folded(text)]) for cell, text in texts.items()}
    elif all(_is_session(number) for number in numbers.values()):
        placed = {cell: float(number or 0) for cell, number in numbers.items()}
    else:
        found = _placed(column, texts, remarks)
        if found is None:
            return None
        placed = found
    table = np.array([placed.get(value, np.nan) for value in column.values], dtype=np.float64)
    return table[column.codes]


def _is_session(number: float | None) -> bool:
    return number is not None and number.is_integer() and 1 <= number <= MAXIMUM_SESSION


def _placed(
    column: Column, texts: Mapping[Cell, str], remarks: Remarks
) -> dict[Cell, float] | None:
    """Return numbers of named occasions where their names tell the order; ask where they do not."""
    orders = {cell: wave_order(text) for cell, text in texts.items()}
    distinct = set(orders.values())
    if len(texts) == 1:
        return dict.fromkeys(texts, 1.0)
    if None not in distinct and len(distinct) == len(texts):
        ranked = sorted(texts, key=lambda cell: orders[cell] or (0, 0))
        names = [texts[cell] for cell in ranked]
        remarks.note(
            f"Column {shortened(column.name)}: occasions were numbered in the order "
            f"{' < '.join(names[:10])}."
        )
        return {cell: float(rank) for rank, cell in enumerate(ranked, start=1)}
    names = list(texts.values())
    if len(names) > 20:
        remarks.ask(
            "occasion-order",
            f"Column {shortened(column.name)} holds {len(names)} different occasions whose order "
            "is not known; number them, or leave the column out.",
            [column.name],
            Choice(label="leave the column out", mapping={"leave_out": [column.name]}),
        )
        return None
    remarks.ask(
        "occasion-order",
        f"In which order are the occasions of column {shortened(column.name)}: {listed(names)}?",
        [column.name],
        Choice(label=" < ".join(names), mapping={"occasions": [{"name": name} for name in names]}),
        Choice(
            label=" < ".join(names[::-1]),
            mapping={"occasions": [{"name": name} for name in names[::-1]]},
        ),
    )
    return None
