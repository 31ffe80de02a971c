"""Read one response back, or correct it: validated and scored as a batch's are."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from psychometrics.scoring.prorate import score
from schemas.definition import kept_definition
from schemas.responses.covariates import RULES
from schemas.responses.document import load_batch
from schemas.responses.response_batch import ResponseBlock
from schemas.validation_errors import Fault, RefusedInputError
from service.interfaces import Corrections
from service.records import Correction, KeptResponse, Sample
from service.serializers import moment
from service.use_cases.score_responses import answer_around, score_results

_AT = "/responses/0"


def correct_response(
    store: Corrections,
    sample: Sample,
    name: str,
    body: dict[str, Any],
    *,
    expected: Container[str] | None = None,
) -> KeptResponse:
    """Put what was sent in the place of a response.

    Parameters
    ----------
    store
        Keeps the responses.
    sample, name
        Which response.
    body
        As one of a batch's ``responses``. What is left out beside the answers stays as it is;
        ``null`` takes it away.
    expected
        Versions that may be corrected; ``None`` for any.

    Raises
    ------
    NotFoundError
        If the sample has no such response.
    OutdatedError
        If it is of another version.
    RefusedInputError
        If the body is refused, with pointers into it.
    """
    store.find(sample.tenant_id, sample.id, name)
    form = kept_definition(sample.definition).instrument
    try:
        block = load_batch([body], form)
    except RefusedInputError as refused:
        raise RefusedInputError(_into_the_body(refused)) from None
    if body.get("id", name) != name:
        detail = "Is not the id in the address; leave it out. An id is not corrected."
        raise RefusedInputError([Fault(pointer="/id", code="contradiction", detail=detail)])
    correction = Correction(
        answers=block.answers[0],
        scores=score(form, block.answers).scores[0],
        columns={column: _first(block, column) for column in RULES if column in body},
        outcomes={one: values[0] for one, values in block.outcomes.items()}
        if "outcomes" in body
        else None,
    )
    return store.replace(
        sample.tenant_id, sample.id, name, correction, rule=sample.instrument, expected=expected
    )


def response_json(sample: Sample, kept: KeptResponse) -> dict[str, Any]:
    """Render a response's scores as they are kept, by which rule they were made, and when."""
    definition, response = kept_definition(sample.definition), kept.response
    answers = np.array([response.answers], dtype=np.float64)
    [result] = score_results([str(response.external_id)], score(definition.instrument, answers))
    around = answer_around(definition, [])
    return {
        **result,
        "instrument": around["instrument"],
        "sample": sample.id,
        "batch": response.batch_id,
        "created_at": moment(kept.stored_at),
        "corrected": kept.corrected_at is not None,
        "corrected_at": moment(kept.corrected_at),
        "issues": around["issues"],
    }


def _first(block: ResponseBlock, column: str) -> str | float | None:
    values = block.columns.get(column)
    return None if values is None else values[0]


def _into_the_body(refused: RefusedInputError) -> Iterator[Fault]:
    return (
        replace(fault, pointer=fault.pointer.removeprefix(_AT))
        if fault.pointer.startswith(_AT)
        else replace(fault, pointer="/outcomes" if fault.code == "too-many-outcomes" else "")
        for fault in refused.faults
    )
