"""A file that was read, as it leaves the reader: for the command line, the API and the pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from schemas.responses.response_batch import ResponseBlock, numbers_as_names
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError
from service.file_reader.reading_document import Reading

_MISSING = -1
_LENGTH = 8
"""Bytes that say how long the JSON part is."""

MAXIMUM_DOCUMENT = 8_000_000
"""Bytes that what is said of a file may take."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FileReading:
    """What was understood, what is asked, and the answers where nothing is.

    Attributes
    ----------
    document
        The answer of ``alliance inspect``.
    result
        ``reading`` in results.
    block
        The responses; ``None`` while a question is open, or where they were not asked for.
    """

    document: dict[str, Any]
    result: dict[str, Any]
    block: ResponseBlock | None

    @property
    def questions(self) -> Sequence[Mapping[str, Any]]:
        """What is asked."""
        asked: Sequence[Mapping[str, Any]] = self.document["questions"]
        return asked

    def responses(self) -> ResponseBlock:
        """Return the responses.

        Raises
        ------
        RefusedInputError
            With every open question.
        """
        if self.block is None:
            raise RefusedInputError(
                Fault(pointer="/file", code=one["code"], detail=_with_hint(one))
                for one in self.questions
            )
        return self.block


def finished(reading: Reading) -> FileReading:
    """Write a reading as it leaves the reader."""
    return FileReading(
        document=reading.document(),
        result=reading.result_document(),
        block=None if reading.questions else reading.block,
    )


def _with_hint(question: Mapping[str, Any]) -> str:
    """Add how the first choice is said in a mapping, where it is short."""
    if not question["choices"]:
        return str(question["detail"])
    said = orjson.dumps(question["choices"][0]["mapping"]).decode()
    hint = f" (mapping: {said})" if len(said) <= 90 else " (`alliance inspect` shows the mapping)"
    return f"{question['detail']}{hint}"


def packed(reading: FileReading, *, with_answers: bool) -> bytes:
    """Pack a reading for another process.

    Raises
    ------
    UnreadableInputError
        If what is to be said of the file is too long.
    """
    block = reading.block if with_answers else None
    said = orjson.dumps({"document": reading.document, "result": reading.result})
    if len(said) > MAXIMUM_DOCUMENT:
        detail = "The names of the file's columns are too long; shorten them, or leave columns out."
        raise UnreadableInputError(detail)
    if block is None:
        return len(said).to_bytes(_LENGTH, "big") + said
    beside = {
        "ids": block.ids if block.identified else None,
        "n": len(block),
        "columns": block.columns,
        "outcomes": block.outcomes,
    }
    answers = np.where(np.isfinite(block.answers), block.answers, _MISSING).astype(np.int16)
    rest = orjson.dumps(beside)
    return b"".join(
        [
            len(said).to_bytes(_LENGTH, "big"), said,
            len(rest).to_bytes(_LENGTH, "big"), rest, answers.tobytes(),
        ]
    )  # fmt: skip


def unpacked(data: bytes) -> FileReading:
    """Unpack what :func:`packed` made."""
    said, rest = _part(data)
    parts = orjson.loads(said)
    if not rest:
        return FileReading(document=parts["document"], result=parts["result"], block=None)
    beside, answers = _part(rest)
    facts = orjson.loads(beside)
    matrix = np.frombuffer(answers, dtype=np.int16).reshape(facts["n"], -1).astype(np.float64)
    matrix[matrix == _MISSING] = np.nan
    block = ResponseBlock(
        ids=facts["ids"] or numbers_as_names(facts["n"]),
        identified=facts["ids"] is not None,
        answers=matrix,
        columns=facts["columns"],
        outcomes=facts["outcomes"],
    )
    return FileReading(document=parts["document"], result=parts["result"], block=block)


def _part(data: bytes) -> tuple[bytes, bytes]:
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "big")
    return data[_LENGTH:end], data[end:]
