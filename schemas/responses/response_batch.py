"""A block of responses, and the rules every entrance shares.

The block is validated as a whole: a few passes over flat lists and one conversion to a matrix.
Only when a pass finds something wrong does a slower one look for every faulty cell.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Any, cast

import numpy as np
import orjson
from numpy.typing import NDArray

from psychometrics.instrument import Instrument
from psychometrics.items.response_range import range_suspicions
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray
from schemas.json_pointers import pointer
from schemas.validation_errors import Fault, RefusedInputError

MAXIMUM_FAULTS = 1000
"""More faults than this are counted, not listed."""

MANY = 10
SHARE_OF_MANY = 0.01
"""So many answers out of range, as a number and as a share, are more than slips of the hand."""

FARTHEST = 10_000
"""Answers farther from zero are looked at as if they were this."""

Value = str | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseBlock:
    """Responses that were read and found right.

    Attributes
    ----------
    ids
        The responses' names as given, or their numbers from 1 as texts when none was given.
    identified
        Whether the names were given.
    answers
        Shape (n_responses, n_items), as answered, missing is ``nan``.
    columns
        The recognised and other columns by name, one value for each response.
    outcomes
        The outcomes by name, one number for each response, missing is ``None``.
    """

    ids: list[str]
    identified: bool
    answers: FloatArray
    columns: dict[str, list[Value]] = field(default_factory=dict)
    outcomes: dict[str, list[float | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of responses."""
        return len(self.ids)

    def matrix(self, instrument: Instrument) -> ResponseMatrix:
        """Return the answers with their columns and outcomes, as the engine takes them."""
        beside: dict[str, Sequence[Value]] = {**self.columns, **self.outcomes}
        return ResponseMatrix(
            instrument=instrument,
            answers=self.answers,
            columns={name: column_array(values) for name, values in beside.items()},
        )


def column_array(values: Sequence[Value]) -> NDArray[Any]:
    """Turn a column into an array: floats with ``nan``, or objects with ``None``, if any is text.

    A column in which nothing is given becomes an array of ``nan``.
    """
    if any(isinstance(value, str) for value in values):
        return np.array(values, dtype=object)
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def numbers_as_names(n: int) -> list[str]:
    """Name responses that came without names: by their numbers from 1."""
    return list(map(str, range(1, n + 1)))


def as_outcomes(values: list[Any]) -> list[float | None]:
    """Make numbers that were found right, or missing, an outcome's."""
    if set(map(type, values)) == {float}:
        return values
    return [None if value is None else float(value) for value in values]


def refuse_if_any(faults: Iterable[Fault], closing: Iterable[Fault] = ()) -> None:
    """Raise :class:`RefusedInputError` with the faults, if there are any.

    Parameters
    ----------
    faults
        What is wrong.
    closing
        What is said of the whole at the end; looked at only when something is wrong.
    """
    listed: list[Fault] = []
    further = 0
    for fault in faults:
        if len(listed) < MAXIMUM_FAULTS:
            listed.append(fault)
        else:
            further += 1
    if further:
        detail = f"{further} further faults are not listed."
        listed.append(Fault(pointer="", code="more-faults", detail=detail))
    if listed:
        raise RefusedInputError([*listed, *closing])


def range_suspicion(answers: Iterable[object], instrument: Instrument) -> Iterator[Fault]:
    """Say what it looks like when many answers are out of range.

    Parameters
    ----------
    answers
        Every answer of the block in any order; what is not a number is passed over.
    instrument
        Gives the range.
    """
    given = np.array(
        [
            min(max(answer, -FARTHEST), FARTHEST)
            for answer in answers
            if isinstance(answer, int | float) and not isinstance(answer, bool)
        ],
        dtype=np.float64,
    )
    beyond = (given < instrument.minimum) | (given > instrument.maximum)
    if beyond.sum() < MANY or beyond.mean() < SHARE_OF_MANY:
        return
    for suspicion in range_suspicions(given, instrument.minimum, instrument.maximum):
        yield Fault(pointer="", code="range-suspicion", detail=suspicion.detail)


def answer_matrix(
    rows: Sequence[object], instrument: Instrument
) -> tuple[FloatArray | None, Iterator[Fault]]:
    """Turn rows of JSON values into a matrix, or say what is wrong with every faulty cell.

    Parameters
    ----------
    rows
        One list of answers for each response; what is not a list is passed over, for it is the
        caller's to refuse.
    instrument
        Gives the number of items and the range.

    Returns
    -------
    matrix
        Shape (n_responses, n_items), missing is ``nan``; ``None`` if there are faults.
    faults
        Of the cells, none where there is a matrix.
    """
    matrix = _matrix_if_right(rows, instrument)
    return matrix, iter(()) if matrix is not None else _faulty_cells(rows, instrument)


def duplicates(names: Sequence[Hashable]) -> Iterator[int]:
    """Positions at which a name stands that stood before."""
    if len(set(names)) == len(names):
        return
    seen: set[Hashable] = set()
    for position, name in enumerate(names):
        if name in seen:
            yield position
        seen.add(name)


def range_rule(instrument: Instrument) -> str:
    """Say what an answer may be."""
    return f"Must be a whole number from {instrument.minimum} to {instrument.maximum}, or missing."


def _within_range(matrix: FloatArray, instrument: Instrument) -> bool:
    """Whether every answer that is given lies in the form's range; ``nan`` compares false."""
    return not ((matrix < instrument.minimum) | (matrix > instrument.maximum)).any()


def _matrix_if_right(rows: Sequence[object], instrument: Instrument) -> FloatArray | None:
    read = _one_character_each(rows, instrument)
    if read is not None:
        return read
    if set(map(type, rows)) != {list}:
        return None
    lists = cast("Sequence[list[object]]", rows)
    if set(map(len, lists)) != {instrument.n_items}:
        return None
    cells = list(chain.from_iterable(lists))
    types = set(map(type, cells))
    if not types <= {int, float, type(None)}:
        return None
    matrix = np.array(cells, dtype=np.float64).reshape(len(rows), instrument.n_items)
    whole = float not in types or bool((np.floor(matrix) == matrix)[np.isfinite(matrix)].all())
    return matrix if whole and _within_range(matrix, instrument) else None


def _one_character_each(rows: Sequence[object], instrument: Instrument) -> FloatArray | None:
    """Read answers through their text, where each is one digit or missing, and right.

    Written as JSON without ``u`` and ``l``, a list of n such answers and what follows it make
    2n + 2 characters: brackets and commas at the even places, at the odd ones a digit or the ``n``
    of ``null``. Nothing else does: no text, truth value, fraction or longer number, and no row that
    is no list. (``inf``, which would be written as ``null`` is, is no JSON.)
    """
    try:
        text = orjson.dumps(rows).translate(None, b"ul")
    except orjson.JSONEncodeError:
        return None
    width = 2 * instrument.n_items + 2
    if len(text) != width * len(rows) + 1:
        return None
    characters = np.frombuffer(text, dtype=np.uint8, offset=1).reshape(len(rows), width)
    between = np.frombuffer(b"[" + b"," * (instrument.n_items - 1) + b"]", dtype=np.uint8)
    if (characters[:, ::2] != between).any():
        return None
    matrix = _answers_by_character(instrument.minimum, instrument.maximum).take(
        characters[:, 1:-1:2]
    )
    return None if np.isinf(matrix).any() else matrix


@cache
def _answers_by_character(minimum: int, maximum: int) -> FloatArray:
    """Answers by the code of their digit; ``inf`` where it is none."""
    answers = np.full(256, np.inf)
    answers[ord("n")] = np.nan
    for answer in range(minimum, min(maximum, 9) + 1):
        answers[ord("0") + answer] = answer
    return answers


def _faulty_cells(rows: Sequence[object], instrument: Instrument) -> Iterator[Fault]:
    for number, row in enumerate(rows):
        if not isinstance(row, list):
            continue
        if len(row) != instrument.n_items:
            yield Fault(
                pointer=pointer("responses", number, "answers"),
                code="wrong-item-count",
                detail=f"Must hold {instrument.n_items} answers; it holds {len(row)}.",
            )
            continue
        for item, answer in enumerate(row):
            code = _fault_code(answer, instrument)
            if code is not None:
                yield Fault(
                    pointer=pointer("responses", number, "answers", item),
                    code=code,
                    detail=range_rule(instrument),
                )


def _fault_code(answer: object, instrument: Instrument) -> str | None:
    """Name what is wrong with an answer; 4.0 is a whole number, as in JSON Schema."""
    if answer is None:
        return None
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return "wrong-type"
    if not instrument.minimum <= answer <= instrument.maximum:
        return "out-of-range"
    return None if float(answer).is_integer() else "not-whole"
