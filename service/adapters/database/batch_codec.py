"""The responses of a batch as one row: packed when they are stored, unpacked when they are read.

Ten thousand responses so cost one insert instead of ten thousand, and a sample loads as a few long
texts of bytes. A row of the table ``block`` holds matrices as bytes, row by row, and lists as JSON:

===========  =======================================================================
``answers``  int8, a value for each item in the form's order; missing is −1
``ids``      16 bytes for each response, ascending
``scores``   float64, little-endian: the scales in the definition's order, then the
             total; missing is NaN
``names``    the names that the responses came with, if they came with any
``columns``  by name: a value for each response
``outcomes`` by name: a number for each response
===========  =======================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Row

from psychometrics.types import BoolArray, FloatArray
from schemas.responses.covariates import any_given
from schemas.responses.response_batch import ResponseBlock, Value
from service.identifiers import uuid7_bytes
from service.records import Correction, StoredResponse

MISSING = -1
_ID_BYTES = 16

_Listed = TypeVar("_Listed")
_Lists = Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Responses that came together.

    Attributes
    ----------
    ids
        Identifiers, shape (n_responses, 16), bytes.
    answers
        Shape (n_responses, n_items), int8, missing is −1.
    scores
        Shape (n_responses, n_scales), missing is ``nan``.
    names
        The names they came with; ``None`` where they came without.
    columns, outcomes
        By name: one value for each response, missing is ``None``.
    """

    ids: NDArray[np.uint8]
    answers: NDArray[np.int8]
    scores: FloatArray
    names: Sequence[str] | None
    columns: _Lists
    outcomes: _Lists

    def __len__(self) -> int:
        """Return the number of responses."""
        return len(self.ids)

    def row(self) -> dict[str, object]:
        """Write the row's own columns."""
        return {
            "n_responses": len(self),
            "answers": self.answers.tobytes(),
            "ids": self.ids.tobytes(),
            "scores": np.ascontiguousarray(self.scores, dtype="<f8").tobytes(),
            "names": None if self.names is None else _json(self.names),
            "columns": _json(self.columns) if self.columns else None,
            "outcomes": _json(self.outcomes) if self.outcomes else None,
        }

    def only(self, kept: BoolArray) -> Packed:
        """Keep some responses; columns in which nothing is left go too."""
        return Packed(
            ids=self.ids[kept],
            answers=self.answers[kept],
            scores=self.scores[kept],
            names=None if self.names is None else _only(self.names, kept),
            columns=_given(self.columns, kept),
            outcomes=_given(self.outcomes, kept),
        )

    def corrected(self, place: int, correction: Correction) -> Packed:
        """Write one response anew; columns in which nothing is left go."""
        answers, scores = self.answers.copy(), self.scores.copy()
        answers[place], scores[place] = _codes(correction.answers), correction.scores
        outcomes = correction.outcomes
        if outcomes is not None:
            outcomes = {**dict.fromkeys(self.outcomes), **outcomes}
        return replace(
            self,
            answers=answers,
            scores=scores,
            columns=_rewritten(self.columns, place, correction.columns, len(self)),
            outcomes=_rewritten(self.outcomes, place, outcomes or {}, len(self)),
        )

    def response(self, place: int, batch_id: str) -> StoredResponse:
        """Read one response."""
        here = np.arange(len(self)) == place
        return next(self.only(here).responses(batch_id))

    def responses(self, batch_id: str) -> Iterator[StoredResponse]:
        """Read the responses one by one, in the order they came."""
        answers, scores = self.answers.tolist(), self.scores.tolist()
        for place, identifier in enumerate(self.ids):
            yield StoredResponse(
                id=str(UUID(bytes=identifier.tobytes())),
                batch_id=batch_id,
                external_id=None if self.names is None else self.names[place],
                answers=[None if answer == MISSING else answer for answer in answers[place]],
                scores=[None if score != score else score for score in scores[place]],
                columns=_at(self.columns, place),
                outcomes=_at(self.outcomes, place),
            )


def pack(block: ResponseBlock, scores: FloatArray) -> Packed:
    """Pack responses under identifiers of their own.

    Parameters
    ----------
    block
        The responses.
    scores
        Shape (n_responses, n_scales).
    """
    ids = np.frombuffer(uuid7_bytes(len(block)), dtype=np.uint8).reshape(-1, _ID_BYTES)
    return Packed(
        ids=ids,
        answers=_codes(block.answers),
        scores=scores,
        names=block.ids if block.identified else None,
        columns=block.columns,
        outcomes=block.outcomes,
    )


def unpack(row: Row[Any]) -> Packed:
    """Read a whole row."""
    n_responses = row.n_responses
    return Packed(
        ids=np.frombuffer(row.ids, dtype=np.uint8).reshape(n_responses, -1),
        answers=np.frombuffer(row.answers, dtype=np.int8).reshape(n_responses, -1),
        scores=np.frombuffer(row.scores, dtype="<f8").reshape(n_responses, -1),
        names=None if row.names is None else orjson.loads(row.names),
        columns=lists(row.columns),
        outcomes=lists(row.outcomes),
    )


def lists(document: str | None) -> dict[str, list[Value]]:
    """Read lists by name."""
    found: dict[str, list[Value]] = {} if document is None else orjson.loads(document)
    return found


def _codes(answers: FloatArray) -> NDArray[np.int8]:
    return np.where(np.isnan(answers), MISSING, answers).astype(np.int8)


def _rewritten(columns: _Lists, place: int, changes: Mapping[str, Value], count: int) -> _Lists:
    """Put values into a place of columns, which are made where there are none."""
    written = {name: list(values) for name, values in columns.items()}
    for name, value in changes.items():
        written.setdefault(name, [None] * count)[place] = value
    return {name: values for name, values in written.items() if any_given(values)}


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def _only(values: Sequence[_Listed], kept: BoolArray) -> list[_Listed]:
    return list(compress(values, kept.tolist()))


def _given(columns: _Lists, kept: BoolArray) -> _Lists:
    left = {name: _only(values, kept) for name, values in columns.items()}
    return {name: values for name, values in left.items() if any_given(values)}


def _at(columns: _Lists, place: int) -> dict[str, Any]:
    """Return what one response gives, without what is missing."""
    return {name: values[place] for name, values in columns.items() if values[place] is not None}
