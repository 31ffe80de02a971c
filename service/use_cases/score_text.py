"""Scores as JSON text, for many responses at once.

Objects of ten thousand responses take longer to make than to score. Here the text is put together
from columns: each row is the same pieces of text with its own values between them. Almost all
scores are whole numbers, of which there are few: what stands for each is written once and kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from psychometrics.scoring.prorate import ScaleScores, ScoreStatus, score
from psychometrics.types import BoolArray, FloatArray
from schemas.definition import Definition
from schemas.responses.block import ResponseBlock
from service.use_cases.score_responses import STATUS_WORDS, answer_around, score_responses

_SEVERAL = 12
"""From so many responses on, columns take less time than objects."""

_WHOLE = 256
"""Whole scores below this, which all scores of most forms are, are written beforehand."""

_NO_RESULTS = b'"results":[]'
"""Where results are to stand in their answer; a text within it cannot hold these quotes."""

_BETWEEN = b'}},{"id":"'
"""What stands between the last number of a response and the name of the next."""

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
    opening, closing = orjson.dumps({**before, **answer_around(definition, [])}).split(_NO_RESULTS)
    columns = [_names(ids), _standings(scored), *_numbers(scored)]
    width = len(columns)
    parts = [b""] * (len(ids) * width)
    for place, column in enumerate(columns):
        parts[place::width] = column
    first = parts[0].removeprefix(_BETWEEN)
    parts[0] = b'%b"results":[{"id":"%b' % (opening, first)
    parts.append(b"}}]" + closing)
    return b"".join(parts)


def _names(ids: Sequence[str]) -> list[bytes]:
    """Write each name with what is between; without an escape they can be cut apart."""
    text = orjson.dumps(ids)
    if b"\\" in text:
        return [_BETWEEN + orjson.dumps(name)[1:-1] for name in ids]
    return (_BETWEEN + text[2:-2].replace(b'","', b"\n" + _BETWEEN)).split(b"\n")


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


def _numbers(scored: ScaleScores) -> list[list[bytes]]:
    """Write the scores, scale by scale, then the means; a list of texts for each."""
    usual = (scored.scores < _WHOLE) & (scored.scores == np.floor(scored.scores))
    table, starts = _table(scored.scales, tuple(scored.lengths.tolist()))
    places = np.where(usual, scored.scores, 0.0).astype(np.intp)
    texts = table.take(places[:, None, :] + starts).reshape(len(places), -1)
    columns: list[list[bytes]] = texts.T.tolist()
    if not usual.all():
        _write_unusual(columns, scored, ~usual)
    return columns


@lru_cache(maxsize=32)
def _table(
    scales: tuple[str, ...], lengths: tuple[float, ...]
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Write each scale's whole scores, and the means that belong to them.

    Returns
    -------
    table
        Texts of all scores and means, those of one scale in a row.
    starts
        Where a scale's begin, shape (2, n_scales): its scores', then its means'.
    """
    whole = np.arange(_WHOLE, dtype=np.float64)
    columns = [*([whole] * len(scales)), *(whole / length for length in lengths)]
    texts = [
        before + number
        for before, column in zip(_members(scales), columns, strict=True)
        for number in _tokens(column)
    ]
    starts = np.arange(len(columns), dtype=np.intp).reshape(2, -1) * _WHOLE
    return np.array(texts, dtype=object), starts


def _write_unusual(columns: list[list[bytes]], scored: ScaleScores, where: BoolArray) -> None:
    """Write what is not in the table, such as a prorated score or none; shape (n, n_scales)."""
    rows, scales = (places.tolist() for places in where.nonzero())
    n_scales, members = len(scored.scales), _members(scored.scales)
    for first, numbers in ((0, scored.scores), (n_scales, scored.means)):
        for row, scale, token in zip(rows, scales, _tokens(numbers[where]), strict=True):
            columns[first + scale][row] = members[first + scale] + token


@lru_cache(maxsize=32)
def _members(scales: tuple[str, ...]) -> list[bytes]:
    """Write what stands before each number."""
    first, *later = [orjson.dumps(scale) + b":" for scale in scales]
    further = [b"," + name for name in later]
    return [b',"scores":{' + first, *further, b'},"means":{' + first, *further]


def _tokens(numbers: FloatArray) -> list[bytes]:
    """Write each number; what is not a number is ``null``."""
    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
