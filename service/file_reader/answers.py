"""From the cells of the item columns to answers in the form's range, or to questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.types import FloatArray, IntArray
from schemas.file_mapping import FileMapping
from service.file_reader.answer_cells import CellReading, read_cells, says_no_answer
from service.file_reader.answer_labels import (
    LABEL_DIRECTION,
    LabelledNumbers,
    are_known_labels,
    check_directions,
    labelled_numbers,
    resolve_labels,
)
from service.file_reader.answer_range import check_range
from service.file_reader.cells import Cell, as_text, folded
from service.file_reader.columns import Column
from service.file_reader.questions import Choice, Remarks, columns_word, counted, first_row, listed

_RECURRING = 3
"""A text that stands in so many cells is a label, and may be named; a rarer one is not."""

_FEW = 3
"""Different texts beside numbers that may all stand for a missing answer."""


@dataclass(slots=True, kw_only=True)
class Answers:
    """The answers.

    Attributes
    ----------
    matrix
        Shape (n_rows, n_columns), one column for each item column, missing is ``nan``.
    labels
        Answer by label as it is written in the file.
    missing
        What was taken for missing, besides empty cells.
    add
        What was added to each answer.
    decimal
        ``,`` if an answer was written with a decimal comma.
    """

    matrix: FloatArray
    labels: dict[str, int] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    add: int = 0
    decimal: str | None = None


def read_answers(
    columns: Sequence[Column],
    row_numbers: IntArray,
    instrument: Instrument,
    mapping: FileMapping,
    remarks: Remarks,
) -> Answers:
    """Read the item columns.

    Parameters
    ----------
    columns
        The item columns of all occasions.
    row_numbers
        The rows' numbers in the file.
    instrument
        The form.
    mapping
        What was said of labels, missing and ``add``.
    remarks
        Gathers questions and notes.
    """
    names = [column.name for column in columns]
    labelled = _with_labels(columns, mapping)
    present = dict.fromkeys(cell for column in labelled for cell in column.present)
    cells = read_cells(present, mapping.missing, mapping.labels)
    _note_declared(columns, remarks)
    n_asked = len(remarks.questions)
    if not mapping.labels:
        if LABEL_DIRECTION not in mapping.accept:
            check_directions(_labelled(columns, cells, instrument), instrument, remarks)
        _propose_labelled_missing(columns, cells, names, remarks)
    labels = _labels(cells, labelled, instrument, remarks)
    table = {cell: number + mapping.add for cell, number in cells.numbers.items()}
    table |= {cell: float(labels[text]) for cell, text in cells.labels.items() if text in labels}
    matrix = np.column_stack([_numbers(column, table) for column in labelled])
    asked = any(one.code == LABEL_DIRECTION for one in remarks.questions[n_asked:])
    spoken = asked or (
        not cells.contradictory
        and check_range(matrix, instrument, names, remarks, accepted=mapping.accept)
    )
    _refuse_cells(labelled, row_numbers, cells, table, instrument, remarks, range_said=spoken)
    return Answers(
        matrix=matrix,
        labels=_labels_said(cells, labels, mapping),
        missing=_missing_said(columns, cells),
        add=mapping.add,
        decimal=","
        if any(isinstance(cell, str) and "," in cell for cell in cells.numbers)
        else None,
    )


def _with_labels(columns: Sequence[Column], mapping: FileMapping) -> list[Column]:
    """Put labels in the place of numbers where a mapping says that the labels count."""
    said = {folded(text) for text in mapping.labels}
    if not said:
        return list(columns)
    return [
        column.changed(
            values=[
                column.value_labels[float(value)]
                if isinstance(value, int | float)
                and folded(column.value_labels.get(float(value), "")) in said
                else value
                for value in column.values
            ]
        )
        if column.value_labels
        else column
        for column in columns
    ]


def _labelled(
    columns: Sequence[Column], cells: CellReading, instrument: Instrument
) -> list[LabelledNumbers]:
    """Gather columns with the same labels: of a statistics file, or written within the cells."""
    by_labels: dict[tuple[tuple[float, str], ...], list[str]] = {}
    for column in columns:
        key = tuple(sorted(column.value_labels.items()))
        by_labels.setdefault(key, []).append(column.name)
    groups = [
        labelled_numbers(dict(key), instrument, names) for key, names in by_labels.items() if key
    ]
    if cells.pairs and not cells.contradictory:
        written: dict[str, list[str]] = {}
        for cell, label in cells.pairs.items():
            written.setdefault(label, []).append(str(cell))
        names = [one.name for one in columns if any(v in cells.pairs for v in one.present)]
        labels = {n: text for n, text in cells.labelled.items() if not says_no_answer(text)}
        groups.append(LabelledNumbers(labels=labels, written=written, columns=names))
    return groups


def _value_labels(columns: Sequence[Column]) -> dict[float, str]:
    """Labels of the numbers; those of the first column that gives a number one."""
    labels: dict[float, str] = {}
    for column in columns:
        for number, text in column.value_labels.items():
            labels.setdefault(number, text)
    return labels


def _propose_labelled_missing(
    columns: Sequence[Column],
    cells: CellReading,
    names: Sequence[str],
    remarks: Remarks,
) -> None:
    """Ask about numbers whose label says that nothing was answered; they are set aside."""
    labels = _value_labels(columns)
    silent = {
        cell: as_text(cell) or ""
        for cell, number in cells.numbers.items()
        if says_no_answer(folded(labels.get(number, cells.labelled.get(number, ""))))
    }
    if not silent:
        return
    codes = sorted(set(silent.values()))
    remarks.ask(
        "missing-label",
        f"{listed(codes)} is labelled as no answer; is it missing?",
        names,
        Choice(label=f"yes, {listed(codes)} is missing", mapping={"missing": codes}),
    )
    for cell in silent:
        del cells.numbers[cell]
        cells.missing.add(cell)


def _labels(
    cells: CellReading, columns: Sequence[Column], instrument: Instrument, remarks: Remarks
) -> dict[str, int]:
    """Resolve labels where they are few enough to be labels; other texts are refused by cell."""
    written = {text: str(cell) for cell, text in cells.labels.items()}
    answers = {text for text in written if not says_no_answer(text)}
    if answers and not _are_labels(answers, cells, columns, instrument):
        answers -= _propose_recurring(answers, written, cells, columns, remarks)
        for cell, text in list(cells.labels.items()):
            if text in answers:
                del cells.labels[cell]  # texts that are no labels are no answers
                written.pop(text, None)
    if not written:
        return {}
    holding = [column.name for column in columns if any(v in cells.labels for v in column.present)]
    shown = {text for text, n in _label_counts(cells, columns).items() if n >= _RECURRING}
    labels, missing = resolve_labels(
        written,
        instrument,
        holding,
        remarks,
        shown=shown,
        with_numbers=bool(cells.numbers),
    )
    for cell, text in list(cells.labels.items()):
        if text in missing:
            cells.missing.add(cell)
            del cells.labels[cell]
    return labels


def _propose_recurring(
    texts: Collection[str],
    written: dict[str, str],
    cells: CellReading,
    columns: Sequence[Column],
    remarks: Remarks,
) -> set[str]:
    """Ask whether texts that recur beside numbers say that nothing was answered."""
    counts = _label_counts(cells, columns)
    recurring = {
        text
        for text in texts
        if counts.get(text, 0) >= _RECURRING and not any(sign.isdigit() for sign in text)
    }
    if not recurring or len(recurring) > _FEW or are_known_labels(texts):
        return set()
    said = sorted(written.pop(text) for text in recurring)
    for cell, text in list(cells.labels.items()):
        if text in recurring:
            cells.missing.add(cell)
            del cells.labels[cell]
    remarks.ask(
        "missing-label",
        f"Are cells that say {listed(said)} missing answers?",
        [column.name for column in columns],
        Choice(label="yes, missing", mapping={"missing": said}),
    )
    return recurring


def _are_labels(
    texts: set[str], cells: CellReading, columns: Sequence[Column], instrument: Instrument
) -> bool:
    """Whether texts are labels: few of them; beside numbers, known ones that are no slips."""
    if len(texts) > 3 * instrument.n_categories + 6:
        return False
    if not cells.numbers:
        return True
    n_labels = sum(_label_counts(cells, columns).values())
    n_given = sum(column.n_given for column in columns)
    return are_known_labels(texts) and n_labels >= max(_RECURRING, 0.01 * n_given)


def _label_counts(cells: CellReading, columns: Sequence[Column]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for column in columns:
        for value, count in zip(column.values, column.counts.tolist(), strict=True):
            if isinstance(value, str) and value in cells.labels:
                counts[cells.labels[value]] = counts.get(cells.labels[value], 0) + count
    return counts


def _numbers(column: Column, table: Mapping[Cell, float]) -> FloatArray:
    known = np.array([table.get(value, np.nan) for value in column.values], dtype=np.float64)
    return known[column.codes] if known.size else np.zeros(0)


def _note_declared(columns: Sequence[Column], remarks: Remarks) -> None:
    declared = sorted({number for column in columns for number in column.declared_missing})
    if declared:
        codes = listed([as_text(number) or "" for number in declared])
        remarks.note(f"The file declares {codes} as missing; those cells are missing answers.")


def _refuse_cells(
    columns: Sequence[Column],
    row_numbers: IntArray,
    cells: CellReading,
    table: Mapping[Cell, float],
    instrument: Instrument,
    remarks: Remarks,
    *,
    range_said: bool,
) -> None:
    """Name the cells that are no answers, by kind and column."""
    if cells.contradictory:
        remarks.ask(
            "label-direction",
            "The numbers and labels within the item cells contradict each other: one number has "
            "several labels, or one label several numbers.",
            [column.name for column in columns],
        )
    kinds: dict[str, list[tuple[Column, list[int]]]] = {}
    for column in columns:
        for kind, places in _faults_by_kind(column, cells, table, instrument).items():
            said = range_said and kind == _outside(instrument)
            if not said and column.where(places).any():
                kinds.setdefault(kind, []).append((column, places))
    for kind, found in kinds.items():
        _refuse_kind(kind, found, row_numbers, remarks)


def _faults_by_kind(
    column: Column, cells: CellReading, table: Mapping[Cell, float], instrument: Instrument
) -> dict[str, list[int]]:
    by_kind: dict[str, list[int]] = {}
    for place, value in enumerate(column.values):
        kind = _fault(value, cells, table, instrument)
        if kind is not None:
            by_kind.setdefault(kind, []).append(place)
    return by_kind


def _outside(instrument: Instrument) -> str:
    return f"not {instrument.minimum} to {instrument.maximum}"


def _fault(
    value: Cell, cells: CellReading, table: Mapping[Cell, float], instrument: Instrument
) -> str | None:
    if value is None or value in cells.missing or value in cells.labels:
        return None
    if value in cells.odd:
        return cells.odd[value]
    number = table.get(value)
    if number is None:
        return None if value in cells.numbers else "a text that is no answer"
    if not number.is_integer():
        return "not a whole number"
    within = instrument.minimum <= number <= instrument.maximum
    return None if within else _outside(instrument)


def _refuse_kind(
    kind: str,
    found: Sequence[tuple[Column, list[int]]],
    row_numbers: IntArray,
    remarks: Remarks,
) -> None:
    parts = [found] if len(found) > 4 else [[one] for one in found]
    for part in parts:
        rows = [column.where(places) for column, places in part]
        n = sum(int(one.sum()) for one in rows)
        first = min(first_row(one, row_numbers) for one in rows)
        names = [column.name for column, _ in part]
        verb = "is" if n == 1 else "are"
        what = kind if not (n > 1 and kind.startswith(("a ", "an "))) else kind + ", each"
        remarks.ask(
            _CODES.get(kind, "wrong-type" if not kind.startswith("not ") else "out-of-range"),
            f"{columns_word(names).capitalize()}: {counted(n, 'cell')} {verb} {what}, first in "
            f"row {first}.",
            names,
        )


_CODES = {"not a whole number": "not-whole"}


def _labels_said(
    cells: CellReading, labels: Mapping[str, int], mapping: FileMapping
) -> dict[str, int]:
    if mapping.labels:
        return dict(mapping.labels)
    return {str(cell): labels[text] for cell, text in cells.labels.items() if text in labels}


def _missing_said(columns: Sequence[Column], cells: CellReading) -> list[str]:
    present = {cell for column in columns for cell in column.present}
    texts = {as_text(cell) for cell in cells.missing & present}
    return sorted(text for text in texts if text)
