"""A form of one's own: items, range, subscales and reversed items, kept as an instrument."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from schemas.definition import load_definition
from schemas.validation_errors import Fault, RefusedInputError
from service.errors import ConflictError
from service.pages.session import page
from service.pages.uploads import fault_groups
from service.records import Scope
from service.web.routes import services, tenant_id

_FIELDS = ("title", "respondent", "items", "minimum", "maximum", "subscales", "reversed")
_WHOLE = re.compile(r"-?[0-9]{1,6}")
_NO_LETTER = re.compile(r"[^a-z0-9]+")


@page("/instruments/new", Scope.SAMPLES)
def new_form() -> ResponseReturnValue:
    """Ask what the form is like."""
    return _form({"minimum": "1", "maximum": "5", "respondent": "client"})


@page("/instruments", Scope.SAMPLES, methods=("POST",))
def add_form() -> ResponseReturnValue:
    """Keep the form as an instrument of the tenant, and go on with a file."""
    given = {name: request.form.get(name, "").strip() for name in _FIELDS}
    try:
        definition = load_definition(definition_document(given))
        services().instruments.add(tenant_id(), definition)
    except RefusedInputError as error:
        return _form(given, error=error), 422
    except ConflictError:
        detail = "There is a form of this name already; give this one another name."
        fault = Fault(pointer="/title", code="duplicate", detail=detail)
        return _form(given, error=RefusedInputError([fault])), 409
    return redirect(f"/samples/new?instrument={definition.instrument.id}", 303)


def definition_document(given: Mapping[str, str]) -> dict[str, Any]:
    """Write what the page says as a definition; three quarters of a subscale must be answered.

    Raises
    ------
    RefusedInputError
        If a number is none, or a line of the subscales has no name.
    """
    subscales = _subscales(given["subscales"])
    return {
        "id": _NO_LETTER.sub("-", given["title"].casefold()).strip("-")[:64] or "form",
        "version": "1.0.0",
        "title": given["title"],
        "respondent": given["respondent"],
        "items": _number(given["items"], "/items"),
        "response": {
            "minimum": _number(given["minimum"], "/response/minimum"),
            "maximum": _number(given["maximum"], "/response/maximum"),
        },
        "subscales": subscales,
        "reversed": _numbers(given["reversed"], "/reversed"),
        "missing": {
            "minimum_answered": {
                name: math.ceil(0.75 * len(items)) for name, items in subscales.items()
            }
        },
    }


def _subscales(text: str) -> dict[str, list[int]]:
    """Read a line for each subscale: ``goal: 1, 4, 8``."""
    found: dict[str, list[int]] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, items = line.partition(":")
        if not colon or not name.strip() or name.strip() in found:
            detail = "Write each subscale once and on a line of its own, like goal: 1, 4, 8."
            raise RefusedInputError([Fault(pointer="/subscales", code="invalid", detail=detail)])
        found[name.strip()] = _numbers(items, "/subscales")
    return found


def _numbers(text: str, pointer: str) -> list[int]:
    return [_number(part, pointer) for part in text.replace(",", " ").replace(";", " ").split()]


def _number(text: str, pointer: str) -> int:
    if not _WHOLE.fullmatch(text):
        detail = f"Must be a whole number ({pointer.strip('/').replace('/', ', ')})."
        raise RefusedInputError([Fault(pointer=pointer, code="wrong-type", detail=detail)])
    return int(text)


def _form(given: Mapping[str, str], *, error: RefusedInputError | None = None) -> str:
    return render_template("own_form.html", given=given, faults=fault_groups(error))
