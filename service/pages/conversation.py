"""One answered form as the start of a conversation; nothing of it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from schemas.change import MAXIMUM_EARLIER
from schemas.definition import Definition
from schemas.responses.document import load_scoring
from schemas.validation_errors import RefusedInputError
from service.catalog.guides import DEFAULT_LANGUAGE, Guide, guides
from service.pages.course_drawing import HEIGHT, WIDTH, course_drawing
from service.pages.messages import LANGUAGES, grouped
from service.pages.session import page
from service.records import Scope
from service.use_cases.describe_change import describe_change
from service.use_cases.guide_conversation import guide_conversation
from service.web.routes import services, tenant_id

_NUMBER = re.compile(r"[0-9]{1,6}([.][0-9]{1,6})?")
_MOST_WORDS = MAXIMUM_EARLIER + 1
"""One more than is taken, so that the schema refuses what is too long."""


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
    try:
        courses = _courses(definition)
    except RefusedInputError as error:
        return _ask(definition, error=error), 422
    return render_template(
        "conversation.html",
        title=definition.document["title"],
        result=answer["results"][0],
        general=answer["guide"],
        headings=guide.headings,
        issues=answer["issues"],
        ranges=definition.instrument.score_ranges,
        courses=courses,
        canvas=(WIDTH, HEIGHT),
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


def _courses(definition: Definition) -> Mapping[str, Any] | None:
    """Return the courses of the scales that earlier scores were given for; ``None`` without any.

    Raises
    ------
    RefusedInputError
        When an earlier score or a reliability cannot be.
    """
    names = definition.instrument.score_names
    given = {name: _numbers(f"earlier {name}") for name in names}
    wanted = [name for name in names if given[name]]
    if not wanted:
        return None
    occasions = max(len(given[name]) for name in wanted)
    padded = {name: [*[None] * (occasions - len(given[name])), *given[name]] for name in wanted}
    source = request.form.get("source", "").strip()
    body = {
        "responses": [
            {
                "answers": _answers(definition),
                "earlier": [
                    {"scores": {name: padded[name][place] for name in wanted}}
                    for place in range(occasions)
                ],
            }
        ],
        "measurement_error": {
            name: {
                "reliability": _number(request.form.get(f"reliability {name}", "")),
                "sd": _number(request.form.get(f"sd {name}", "")),
                "source": source,
            }
            for name in wanted
        },
    }
    answer = describe_change(definition, body)
    ranges = definition.instrument.score_ranges
    result = answer["results"][0]
    return {
        "cannot_say": answer["change"]["cannot_say"],
        "source": source,
        "scales": {
            name: {
                **course,
                "change": result["change"][name],
                "drawing": course_drawing(course, ranges[name]),
            }
            for name, course in result["course"].items()
        },
    }


def _numbers(field: str) -> list[object]:
    """Read scores with blanks between them; a dash is a missing one."""
    words = request.form.get(field, "").replace(";", " ").split()
    return [None if word in {"-", "–"} else _number(word) for word in words[:_MOST_WORDS]]


def _number(text: str) -> object:
    """Read a number; what is none is left for the schema to refuse."""
    text = text.strip().replace(",", ".")
    return float(text) if _NUMBER.fullmatch(text) else text


def _guide() -> Guide:
    return guides().get(request.form.get("language", ""), guides()[DEFAULT_LANGUAGE])


def _answers(definition: Definition) -> list[object]:
    """Read the answers; what is not a number is left for the schema to refuse."""
    given = [
        request.form.get(f"item {item + 1}", "").strip()
        for item in range(definition.instrument.n_items)
    ]
    return [int(text) if text.isdecimal() and len(text) < 4 else text or None for text in given]
