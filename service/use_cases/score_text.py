"""Scores as JSON text, for many responses at once.

Objects of ten thousand responses take longer to make than to score. Here the text is put together
from columns: each row is the same pieces of text with its own values between them. What stands for
each score and mean is written once, into the form's conversion tables; only the totals of responses
in which answers are missing are written one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from psychometrics.instrument import Instrument
from psychometrics.scoring.conversion import Conversion, conversion, n_places
from psychometrics.scoring.prorate import ScoreStatus
from psychometrics.types import FloatArray, IntArray
from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock
from service.use_cases.score_responses import STATUS_WORDS, answer_around, score_responses

_SEVERAL = 12
"""From so many responses on, columns take less time than objects."""

_LARGEST_TABLES = 50_000
"""Forms with more places, of hundreds of items or answers up to a hundred, are left to objects."""

_NO_RESULTS = '"results":[]'
"""Where results are to stand in their answer; a text within it cannot hold these quotes."""

_BETWEEN = '}},{"id":"'
"""What stands between the last number of a response and the name of the next."""

_PRORATED, _UNSCORABLE = ScoreStatus.PRORATED.value, ScoreStatus.UNSCORABLE.value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Written:
    """The conversion tables of a form as text.

    Attributes
    ----------
    tables
        Their numbers.
    texts
        Of all scores, then of all means, table after table; the total's is for complete responses.
    starts
        Where a table of texts begins, shape (2, n_scores).
    members
        What stands before each score, then before each mean.
    standings
        Status and number of answers, by number of answers times the number of statuses + status.
    """

    tables: Conversion
    texts: NDArray[np.object_]
    starts: IntArray
    members: list[str]
    standings: list[str]


def score_text(
    definition: Definition, block: ResponseBlock, before: Mapping[str, Any] | None = None
) -> bytes:
    """Score the responses; the text of what :func:`score_responses` answers.

    Parameters
    ----------
    definition, block
        The form and the responses.
    before
        Members of the answer that stand before those.
    """
    form, first = definition.instrument, before or {}
    written = _written(form) if len(block) >= _SEVERAL else None
    if written is None:
        return orjson.dumps({**first, **score_responses(definition, block)})
    opening, closing = _json({**first, **answer_around(definition, [])}).split(_NO_RESULTS)
    columns = [_names(block.ids), *_columns(written, form, block.answers)]
    width = len(columns)
    parts = [""] * (len(block) * width)
    for place, column in enumerate(columns):
        parts[place::width] = column
    parts[0] = f'{opening}"results":[{{"id":"{parts[0].removeprefix(_BETWEEN)}'
    parts.append("}}]" + closing)
    return "".join(parts).encode()


def _names(ids: Sequence[str]) -> list[str]:
    """Write each name after what is between; those without an escape can be cut apart."""
    text = _json(ids)
    if "\\" in text:
        return [_BETWEEN + _json(name)[1:-1] for name in ids]
    return (_BETWEEN + text[2:-2].replace('","', "\n" + _BETWEEN)).split("\n")


def _columns(written: _Written, form: Instrument, answers: FloatArray) -> list[list[str]]:
    """Write status and number of answers, then the scores scale by scale, then the means."""
    tables = written.tables
    places = tables.places(answers)
    scored, kinds = places[:, -2], places[:, -1] // tables.base * len(ScoreStatus)
    gaps = np.flatnonzero(scored < tables.complete)
    totals = tables.totals(places[gaps])
    kinds[gaps] += np.where(np.isnan(totals), _UNSCORABLE, _PRORATED)
    scored[gaps] = tables.complete  # a place in the table; what stands there is replaced
    texts = written.texts.take(places[:, None, : len(form.score_names)] + written.starts)
    columns: list[list[str]] = texts.reshape(len(answers), -1).T.tolist()
    if form.total:
        _write_totals(columns, written, gaps, (totals, totals / form.score_lengths[-1]))
    return [[written.standings[kind] for kind in kinds.tolist()], *columns]


def _write_totals(
    columns: list[list[str]], written: _Written, gaps: IntArray, totals: tuple[FloatArray, ...]
) -> None:
    """Write totals and their means, which stand in no table, where answers are missing."""
    for last, numbers in zip((len(columns) // 2 - 1, -1), totals, strict=True):
        column, before = columns[last], written.members[last]
        for row, token in zip(gaps.tolist(), _tokens(numbers), strict=True):
            column[row] = before + token


@lru_cache(maxsize=32)
def _written(form: Instrument) -> _Written | None:
    """Write the conversion tables of a form; nothing if they are too large."""
    if n_places(form) > _LARGEST_TABLES:
        return None
    tables = conversion(form)
    numbers, first = np.split(tables.scores, tables.starts[1:]), [0] * len(tables.starts)
    if form.total:
        numbers.append(np.arange(float(tables.base)))
        first.append(tables.complete)
    numbers += [table / length for table, length in zip(numbers, form.score_lengths, strict=True)]
    members = _members(form.score_names)
    texts = [
        before + number
        for before, table in zip(members, numbers, strict=True)
        for number in _tokens(table)
    ]
    begins = np.cumsum([0, *map(len, numbers)])[:-1].reshape(2, -1)
    return _Written(
        tables=tables,
        texts=np.array(texts, dtype=object),
        starts=begins - np.array(first),
        members=members,
        standings=_standings(form.n_items),
    )


def _members(scales: Sequence[str]) -> list[str]:
    """Write what stands before each number."""
    first, *later = [_json(scale) + ":" for scale in scales]
    further = ["," + name for name in later]
    return [',"scores":{' + first, *further, '},"means":{' + first, *further]


def _standings(n_items: int) -> list[str]:
    """Write each status with each number of answers, and the end of the name before them."""
    return [
        f'","status":"{STATUS_WORDS[status]}","answered":{answered}'
        for answered in range(n_items + 1)
        for status in ScoreStatus
    ]


def _tokens(numbers: FloatArray) -> list[str]:
    """Write each number; what is not a number is ``null``."""
    if not numbers.size:
        return []
    return orjson.dumps(numbers, option=orjson.OPT_SERIALIZE_NUMPY).decode()[1:-1].split(",")


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
