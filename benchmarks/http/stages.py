"""Where the CPU time of a stored batch goes, stage by stage, without a web server around."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from benchmarks.http.bodies import batch_body
from benchmarks.http.shelf import empty_shelf
from psychometrics.scoring.prorate import score
from schemas.responses.document import load_batch, parse_json
from service.serializers import batch_json
from service.use_cases.score_text import score_text

_TIMES = 15

_Made = TypeVar("_Made")


def stages(address: str, n_responses: int) -> dict[str, float]:
    """Store one body again and again; the smallest CPU milliseconds of each stage.

    What other programs do on the machine makes a stage longer, never shorter.
    """
    body = batch_body(n_responses)
    found: dict[str, float] = {}

    def timed(stage: str, work: Callable[..., _Made], *given: Any) -> _Made:
        begun = time.thread_time()
        made = work(*given)
        found[stage] = min(found.get(stage, float("inf")), 1000 * (time.thread_time() - begun))
        return made

    with empty_shelf(address) as shelf:
        instrument = shelf.definition.instrument
        for _ in range(_TIMES):
            rows = timed("read", parse_json, body)["responses"]
            block = timed("validate", load_batch, rows, instrument)
            scored = timed("score", score, instrument, block.answers)
            batch = shelf.batch(len(block))
            timed("answer", score_text, shelf.definition, block, batch_json(batch))
            packed = timed("pack", shelf.responses.pack, block, scored.scores)
            timed("commit", shelf.responses.add, batch, packed, None)
    return found
