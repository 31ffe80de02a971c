"""Scoring: answers in, scores out, nothing kept."""

from __future__ import annotations

import orjson
from flask import Response, request

from schemas.responses.document import load_scoring
from schemas.scores import ScoreAnswerSchema, ScoreRequestSchema
from service.records import Scope
from service.use_cases.score_responses import score_responses
from service.web.bodies import read_scoring_body, rows_documentation
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("scores", __name__, description="Scoring; nothing of it is kept.")


@blueprint.route("/v1/score", methods=["POST"])
@requires(Scope.SCORE)
@refuses(
    "BAD_REQUEST", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "UNPROCESSABLE_ENTITY"
)
@blueprint.response(200, ScoreAnswerSchema)
@blueprint.doc(
    requestBody=rows_documentation(ScoreRequestSchema),
    parameters=[
        {
            "in": "query",
            "name": "instrument",
            "schema": {"type": "string"},
            "description": "The instrument's id, for CSV and NDJSON.",
        }
    ],
)
def score() -> Response:
    """Score responses by an instrument's rule, and name the rule.

    CSV has a header with the item columns `i1 … iK` (or `item1 …`, `1 …`, or another prefix before
    the number) and may have `id`; NDJSON has one response a line.
    """
    tenant = tenant_id()
    definition, block = read_scoring_body(
        request, lambda name: services().instruments.scoring_rule(tenant, name), load_scoring
    )
    return Response(orjson.dumps(score_responses(definition, block)), mimetype="application/json")
