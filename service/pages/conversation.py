"""One answered form as the start of a conversation; nothing of it is kept."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from schemas.change import scale_ranges
from schemas.definition import Definition
from schemas.responses.document import load_scoring
from schemas.validation_errors import RefusedInputError
from service.catalog.guides import DEFAULT_LANGUAGE, Guide, guides
from service.pages.messages import LANGUAGES, grouped
from service.pages.session import page
from service.records import Scope
from service.use_cases.guide_conversation import guide_conversation
from service.web.routes import services, tenant_id


@page("/conversation", Scope.SCORE)
def conversation() -> ResponseReturnValue:
    """Ask which form was answered, then for its answers."""
    chosen = request.args.get("instrument")
    definition = services().instruments.scoring_rule(tenant_id(), chosen) if chosen else None
    return _ask(definition)


@page("/conversation", Scope.SCORE, methods=("POST",))
def begin_conversation() -> ResponseReturnValue:
    """Score one form and show what to talk about."""
    definition = services().instruments.scoring_rule(tenant_id(), request.form.get("instrument"))
    guide = _guide()
    try:
        block = load_scoring([{"answers": _answers(definition)}], definition.instrument)
    except RefusedInputError as error:
        return _ask(definition, error=error), 422
    answer = guide_conversation(definition, block, guide)
    return render_template(
        "conversation.html",
        title=definition.document["title"],
        result=answer["results"][0],
        general=answer["guide"],
        headings=guide.headings,
        issues=answer["issues"],
        ranges=scale_ranges(definition.instrument),
    )


def _ask(definition: Definition | None, *, error: RefusedInputError | None = None) -> str:
    return render_template(
        "conversation_form.html",
        definition=definition,
        forms=services().instruments.list(tenant_id()),
        languages={name: LANGUAGES.get(name, name) for name in guides()},
        preferred=request.accept_languages.best_match(guides(), DEFAULT_LANGUAGE),
        faults=grouped(error.faults) if error else (),
    )


def _guide() -> Guide:
    return guides().get(request.form.get("language", ""), guides()[DEFAULT_LANGUAGE])


def _answers(definition: Definition) -> list[object]:
    """Read the answers; what is not a number is left for the schema to refuse."""
    given = [
        request.form.get(f"item {item + 1}", "").strip()
        for item in range(definition.instrument.n_items)
    ]
    return [int(text) if text.isdecimal() and len(text) < 4 else text or None for text in given]
