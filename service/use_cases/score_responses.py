"""Score a block of responses: the answer of ``POST /v1/score`` and of ``alliance score``."""

from __future__ import annotations

import math
from typing import Any

from psychometrics.scoring.prorate import ScaleScores, ScoreStatus, score
from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock

STATUS_WORDS = {status: status.name.lower() for status in ScoreStatus}


def score_responses(definition: Definition, block: ResponseBlock) -> dict[str, Any]:
    """Score the responses and name the rule that did it.

    Returns
    -------
    dict
        ``instrument`` (id, version, sha256), ``results`` in the order of the responses, and
        ``issues`` that concern them all; JSON values without ``nan``.
    """
    scored = score(definition.instrument, block.answers)
    return answer_around(definition, score_results(block.ids, scored))


def answer_around(definition: Definition, results: object) -> dict[str, Any]:
    """Put results into their answer: the rule before them, what concerns them all after."""
    return {
        "instrument": definition.rule,
        "results": results,
        "issues": _issues(definition),
    }


def score_results(ids: list[str], scored: ScaleScores) -> list[dict[str, Any]]:
    """Write scores as JSON values, one object for each response."""
    scores = _rows(scored.scales, scored.scores.tolist())
    means = _rows(scored.scales, scored.means.tolist())
    return [
        {
            "id": name,
            "status": STATUS_WORDS[status],
            "answered": answered,
            "scores": person_scores,
            "means": person_means,
        }
        for name, status, answered, person_scores, person_means in zip(
            ids, scored.status.tolist(), scored.answered.tolist(), scores, means, strict=True
        )
    ]


def _rows(scales: tuple[str, ...], rows: list[list[float]]) -> list[dict[str, float | None]]:
    return [
        {
            scale: None if math.isnan(value) else value
            for scale, value in zip(scales, row, strict=True)
        }
        for row in rows
    ]


def _issues(definition: Definition) -> list[dict[str, str]]:
    if definition.key_status != "recalled":
        return []
    detail = (
        "The key of this form is recalled, not verified against a source; "
        "check it against your copy of the form."
    )
    return [{"pointer": "/instrument", "code": "recalled-key", "detail": detail}]
