"""Scores as JSON text, for many responses at once.

Objects of ten thousand responses take longer to make than to score. Here the text is put together
from columns: the numbers are written in one call and cut at their commas, and each row is the same
pieces of text with its own values between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson

from psychometrics.scoring.prorate import ScaleScores, ScoreStatus, score
from schemas.definition import Definition
from schemas.responses.block import ResponseBlock
from service.use_cases.score_responses import STATUS_WORDS, answer_around

_STATUS = {status.value: f'"{STATUS_WORDS[status]}"'.encode() for status in ScoreStatus}


def score_text(definition: Definition, block: ResponseBlock) -> bytes:
    """Score the responses; the text of what :func:`score_responses` answers."""
    return scoring_text(definition, block.ids, score(definition.instrument, block.answers), {})


def scoring_text(
    definition: Definition, ids: Sequence[str], scored: ScaleScores, before: Mapping[str, Any]
) -> bytes:
    """Write scores that were made by a definition's rule, after some other members."""
    results = orjson.Fragment(_results(ids, scored))
    return orjson.dumps({**before, **answer_around(definition, results)})


def _results(ids: Sequence[str], scored: ScaleScores) -> bytes:
    """Write the results, an object for each response."""
    n = len(ids)
    numbers = np.concatenate([scored.scores.T.ravel(), scored.means.T.ravel()])
    tokens = _tokens(numbers)
    columns = [
        _names(ids),
        [_STATUS[status] for status in scored.status.tolist()],
        _tokens(scored.answered),
        *(tokens[start : start + n] for start in range(0, len(tokens), n)),
    ]
    pieces = _pieces(scored.scales)
    width = 2 * len(columns)
    parts = [b""] * (n * width)
    for place, (piece, column) in enumerate(zip(pieces, columns, strict=True)):
        parts[2 * place :: width] = [piece] * n
        parts[2 * place + 1 :: width] = column
    parts[0] = parts[0].removeprefix(_END)
    return b"[" + b"".join(parts) + b"}}]"


_END = b"}},"


def _pieces(scales: Sequence[str]) -> list[bytes]:
    """Write what stands before each value of a row; the end of the row before stands first."""
    names = [orjson.dumps(scale) + b":" for scale in scales]
    later = [b"," + name for name in names[1:]]
    return [
        _END + b'{"id":',
        b',"status":',
        b',"answered":',
        b',"scores":{' + names[0],
        *later,
        b'},"means":{' + names[0],
        *later,
    ]


def _tokens(numbers: np.ndarray[Any, Any]) -> list[bytes]:
    """Write each number; what is not a number is ``null``."""
    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")


def _names(ids: Sequence[str]) -> list[bytes]:
    """Write each name; those without an escaped character can be cut apart."""
    text = orjson.dumps(ids)
    if b"\\" in text:
        return [orjson.dumps(name) for name in ids]
    return [b'"%b"' % name for name in text[2:-2].split(b'","')]
