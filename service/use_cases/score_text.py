"""Scores as JSON text, for many responses at once.

Objects of ten thousand responses take longer to make than to score. Here the text is put together
from columns: the numbers of a column are written in one call and cut at their commas, and each row
is the same pieces of text with its own values between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import orjson

from psychometrics.scoring.prorate import ScaleScores, ScoreStatus, score
from psychometrics.types import FloatArray
from schemas.definition import Definition
from schemas.responses.block import ResponseBlock
from service.use_cases.score_responses import STATUS_WORDS, answer_around, score_responses

_SEVERAL, _MANY = 12, 1000
"""From so many responses on, another way of writing takes less time."""

_END = b"}},"
"""What ends an object that is not the last."""

_STATUS = {status.value: f'"{STATUS_WORDS[status]}"'.encode() for status in ScoreStatus}


def score_text(definition: Definition, block: ResponseBlock) -> bytes:
    """Score the responses; the text of what :func:`score_responses` answers."""
    if len(block) < _SEVERAL:
        return orjson.dumps(score_responses(definition, block))
    return scoring_text(definition, block.ids, score(definition.instrument, block.answers), {})


def scoring_text(
    definition: Definition, ids: Sequence[str], scored: ScaleScores, before: Mapping[str, Any]
) -> bytes:
    """Write scores that were made by a definition's rule, after some other members."""
    results = orjson.Fragment(_results(ids, scored))
    return orjson.dumps({**before, **answer_around(definition, results)})


def _results(ids: Sequence[str], scored: ScaleScores) -> bytes:
    """Write the results, an object for each response."""
    columns = [*_names(ids), _standings(scored), *_numbers(scored)]
    width = len(columns)
    parts = [b""] * (len(ids) * width)
    for place, column in enumerate(columns):
        parts[place::width] = column
    parts[0] = parts[0].removeprefix(_END)
    return b"[" + b"".join(parts) + b"}}]"


def _names(ids: Sequence[str]) -> Iterator[list[bytes]]:
    """Write each name up to its end; those without an escaped character can be cut apart."""
    text = orjson.dumps(ids)
    yield [_END + b'{"id":"'] * len(ids)
    if b"\\" in text:
        yield [orjson.dumps(name)[1:-1] for name in ids]
    else:
        yield text[2:-2].split(b'","')


def _standings(scored: ScaleScores) -> list[bytes]:
    """Write status and number of answers, of which there are few kinds."""
    written = _kinds(int(scored.answered.max(initial=0)))
    kinds = scored.answered * len(ScoreStatus) + scored.status
    return [written[kind] for kind in kinds.tolist()]


@cache
def _kinds(most_answered: int) -> list[bytes]:
    """Write each status with each number of answers, and the end of the name before them."""
    kinds = len(ScoreStatus)
    return [
        b'","status":%b,"answered":%d' % (_STATUS[kind % kinds], kind // kinds)
        for kind in range(kinds * (most_answered + 1))
    ]


def _numbers(scored: ScaleScores) -> Iterator[list[bytes]]:
    """Write the scores, scale by scale, then the means; of very many each number only once."""
    values, n = np.concatenate([scored.scores.T, scored.means.T]), len(scored.answered)
    names = _members(scored.scales)
    if n < _MANY:
        tokens = _tokens(values.ravel())
        for name, start in zip(names, range(0, values.size, n), strict=True):
            yield [name] * n
            yield tokens[start : start + n]
        return
    for name, column in zip(names, values, strict=True):
        distinct, places = np.unique(column, return_inverse=True)
        written = np.array([name + number for number in _tokens(distinct)], dtype=object)
        yield written[places].tolist()


def _members(scales: Sequence[str]) -> list[bytes]:
    """Write what stands before each number."""
    first, *later = [orjson.dumps(scale) + b":" for scale in scales]
    further = [b"," + name for name in later]
    return [b',"scores":{' + first, *further, b'},"means":{' + first, *further]


def _tokens(numbers: FloatArray) -> list[bytes]:
    """Write each number; what is not a number is ``null``."""
    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
