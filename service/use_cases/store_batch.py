"""Store a batch of responses and score it: all of it or nothing, and once."""

from __future__ import annotations

from dataclasses import dataclass

from psychometrics.scoring.prorate import score
from schemas.definition import kept_definition
from schemas.responses.response_batch import ResponseBlock
from service.identifiers import now_ms, uuid7
from service.interfaces import Responses
from service.records import Batch, Claim, PackedResponses, Sample
from service.serializers import batch_json
from service.use_cases.score_text import score_text


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoredBatch:
    """A batch that is ready to be kept.

    Attributes
    ----------
    batch, packed
        What is kept.
    answer
        What its sender is told; kept with the batch for a repetition of the request.
    """

    batch: Batch
    packed: PackedResponses
    answer: bytes


def score_batch(responses: Responses, sample: Sample, block: ResponseBlock) -> ScoredBatch:
    """Score responses and write the answer; nothing is kept yet."""
    definition = kept_definition(sample.definition)
    batch = Batch(
        id=str(uuid7()),
        tenant_id=sample.tenant_id,
        sample_id=sample.id,
        accepted=len(block),
        created_at=now_ms(),
    )
    return ScoredBatch(
        batch=batch,
        packed=responses.pack(block, score(definition.instrument, block.answers).scores),
        answer=score_text(definition, block, batch_json(batch)),
    )


def store_batch(responses: Responses, scored: ScoredBatch, claim: Claim | None) -> bytes:
    """Keep responses with their scores, and return the answer."""
    kept = None if claim is None else (claim, scored.answer)
    responses.add(scored.batch, scored.packed, kept)
    return scored.answer
