"""Where the CPU time of a stored batch goes, stage by stage, without a web server around."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from benchmarks.http.bodies import INSTRUMENT, batch_body
from psychometrics.scoring.prorate import score
from schemas.responses.document import load_batch, parse_json
from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.adapters.database.responses import ResponseStore
from service.adapters.database.samples import SampleStore
from service.catalog.catalog import find_definition
from service.identifiers import now_ms, uuid7
from service.records import Batch, Scope
from service.rendering import batch_json
from service.use_cases.score_text import scoring_text

_TIMES = 15

_Made = TypeVar("_Made")


def stages(address: str, n_responses: int) -> dict[str, float]:
    """Store one body again and again; the smallest CPU milliseconds of each stage.

    What other programs do on the machine makes a stage longer, never shorter.
    """
    database = Database(address)
    migrate(database)
    definition = find_definition(INSTRUMENT)
    tenant = KeyStore(database).add("t", [Scope.SAMPLES], "p" * 12, b"d").tenant_id
    sample = SampleStore(database).add(tenant, name="s", setting="other", definition=definition)
    responses, body = ResponseStore(database), batch_body(n_responses)
    found: dict[str, float] = {}

    def timed(stage: str, work: Callable[..., _Made], *given: Any) -> _Made:
        begun = time.thread_time()
        made = work(*given)
        found[stage] = min(found.get(stage, float("inf")), 1000 * (time.thread_time() - begun))
        return made

    for _ in range(_TIMES):
        rows = timed("read", parse_json, body)["responses"]
        block = timed("validate", load_batch, rows, definition.instrument)
        scored = timed("score", score, definition.instrument, block.answers)
        batch = Batch(
            id=str(uuid7()),
            tenant_id=tenant,
            sample_id=sample.id,
            accepted=len(block),
            created_at=now_ms(),
        )
        timed("answer", scoring_text, definition, block.ids, scored, batch_json(batch))
        timed("commit", responses.add, batch, block, scored.scores, None)
    database.close()
    return found
