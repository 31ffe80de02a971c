"""Scoring: answers in, scores out, nothing kept."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import orjson
from flask import Request, Response, g, request

from schemas.definition import Definition
from schemas.responses.document import load_scoring
from schemas.scores import ScoreAnswerSchema, ScoreRequestSchema
from schemas.validation_errors import Fault, RefusedInputError
from service.catalog.guides import DEFAULT_LANGUAGE, Guide, guides
from service.records import Job, Scope
from service.request_logging import this_request
from service.use_cases.describe_change import describe_change
from service.use_cases.guide_conversation import guide_conversation
from service.use_cases.score_text import score_text
from service.web.audit import concerns, keeps_nothing
from service.web.request_parsing import (
    INSTRUMENT_PARAMETER,
    at_most,
    in_turn,
    read_document,
    read_scoring_body,
    rows_documentation,
    same_instrument,
)
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

_CHANGE = ("instrument", "responses", "measurement_error", "analysis")

blueprint = Blueprint("scores", __name__, description="Scoring; nothing of it is kept.")


@blueprint.route("/v1/score", methods=["POST"])
@keeps_nothing
@requires(Scope.SCORE)
@refuses(
    "BAD_REQUEST", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "UNPROCESSABLE_ENTITY"
)
@blueprint.response(200, ScoreAnswerSchema)
@blueprint.doc(
    requestBody=rows_documentation(ScoreRequestSchema),
    parameters=[
        INSTRUMENT_PARAMETER,
        {
            "in": "query",
            "name": "detail",
            "schema": {"type": "string", "enum": ["change", "guide"]},
            "description": (
                "`change` adds how each score moved since the `earlier` occasions of the response, "
                "held against the `measurement_error` of the request or the precision of an "
                "`analysis` of the caller's own sample; JSON only. "
                "`guide` adds which scale stands lower within each form, and open questions."
            ),
        },
        {
            "in": "query",
            "name": "language",
            "schema": {"type": "string", "enum": list(guides())},
            "description": "Of the guide; by `Accept-Language` if left out.",
        },
    ],
)
def score() -> Response:
    """Score responses by an instrument's rule, and name the rule.

    CSV has a header with the item columns `i1 … iK` (or `item1 …`, `1 …`, or another prefix before
    the number) and may have `id`; NDJSON has one response a line.
    """
    incoming = this_request()
    with in_turn(incoming):
        return Response(_answer(incoming), mimetype="application/json")


def _answer(incoming: Request) -> bytes:
    detail = incoming.args.get("detail") if incoming.query_string else None
    if detail is None:
        return score_text(*read_scoring_body(incoming, _scoring_rule, load_scoring))
    if detail == "change":
        body = read_document(incoming, known=_CHANGE)
        same_instrument(incoming, body.get("instrument"))
        at_most(body.get("responses"))
        definition = _scoring_rule(body.get("instrument"))
        return orjson.dumps(describe_change(definition, body, find=_analyses()))
    if detail == "guide":
        guide = _guide()
        definition, block = read_scoring_body(incoming, _scoring_rule, load_scoring)
        return orjson.dumps(guide_conversation(definition, block, guide))
    raise _refused("?detail", "unknown-detail", "Must be change or guide, or left out.")


def _analyses() -> Callable[[str], Job] | None:
    """Return what finds an analysis of the caller's tenant, if the caller may read analyses."""
    if not g.caller.allows(Scope.ANALYSES):
        return None
    return partial(services().queue.find, tenant_id())


def _guide() -> Guide:
    """Choose the guide in the language that is asked for, or else preferred."""
    available = guides()
    wanted = request.args.get("language")
    if wanted is None:
        return available[request.accept_languages.best_match(available, DEFAULT_LANGUAGE)]
    if wanted not in available:
        detail = f"Must be one of {', '.join(available)}, or left out."
        raise _refused("?language", "unknown-language", detail)
    return available[wanted]


def _refused(place: str, code: str, detail: str) -> RefusedInputError:
    return RefusedInputError([Fault(pointer=place, code=code, detail=detail)])


def _scoring_rule(name: object) -> Definition:
    definition = services().instruments.scoring_rule(tenant_id(), name)
    concerns(definition.rule)
    return definition
