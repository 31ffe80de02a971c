"""Store a batch of responses and score it: all of it or nothing, and once."""

from __future__ import annotations

from psychometrics.scoring.prorate import score
from schemas.definition import Definition
from schemas.responses.block import ResponseBlock
from service.identifiers import now_ms, uuid7
from service.ports import Responses
from service.records import Batch, Claim, Sample
from service.rendering import batch_json
from service.use_cases.score_text import score_text


def store_batch(
    responses: Responses,
    sample: Sample,
    definition: Definition,
    block: ResponseBlock,
    claim: Claim | None,
) -> bytes:
    """Keep the responses with their scores, and return the answer.

    The answer is written before the transaction, so that it can be kept within it for a repetition
    of the request.
    """
    scored = score(definition.instrument, block.answers)
    batch = Batch(
        id=str(uuid7()),
        tenant_id=sample.tenant_id,
        sample_id=sample.id,
        accepted=len(block),
        created_at=now_ms(),
    )
    answer = score_text(definition, block, batch_json(batch))
    responses.add(batch, block, scored.scores, None if claim is None else (claim, answer))
    return answer
