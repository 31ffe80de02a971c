"""One person: scores over sessions, and the right to be forgotten."""

from __future__ import annotations

from typing import Any

from schemas.definition import Definition
from schemas.erasure import ErasureRequestSchema, ErasureSchema
from schemas.person_scores import PersonScoresRequestSchema, PersonScoresSchema
from service.records import Erased, Scope
from service.use_cases.show_course import show_courses
from service.web.audit import answers, concerns
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

blueprint = Blueprint("persons", __name__, description="One person's scores; erasing a person.")


@blueprint.route("/v1/persons/erasure", methods=["POST"])
@answers(200)
@requires(Scope.SAMPLES)
@refuses("BAD_REQUEST", "NOT_FOUND", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")
@blueprint.arguments(ErasureRequestSchema)
@blueprint.response(200, ErasureSchema)
def erase_person(body: dict[str, Any]) -> Erased:
    """Delete all responses of a person, at once.

    With them go their scores, every analysis that used one of the samples they were in (with its
    result and reports; ask for it again), and the answers kept for repeated requests. Nothing
    found is not an error: all counts are zero.
    """
    return services().erasure.person(tenant_id(), body["person"], body.get("sample"))


@blueprint.route("/v1/persons/scores", methods=["POST"])
@answers(200)
@requires(Scope.SAMPLES)
@refuses("BAD_REQUEST", "NOT_FOUND", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE")
@blueprint.arguments(PersonScoresRequestSchema)
@blueprint.response(200, PersonScoresSchema)
def show_person_scores(body: dict[str, Any]) -> dict[str, Any]:
    """Return a person's scores over sessions, with reliable change.

    Each course holds what can be compared: responses to one version of a form by one kind of
    respondent. Change is held against the measurement error that is sent; there are no bands.
    Nothing found is not an error: there are no courses.
    """
    if "sample" in body:
        services().samples.find(tenant_id(), body["sample"])
    return show_courses(services().persons, tenant_id(), body, find=_scoring_rule)


def _scoring_rule(name: object) -> Definition:
    definition = services().instruments.scoring_rule(tenant_id(), name)
    concerns(definition.rule)
    return definition
