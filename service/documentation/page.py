"""Render the specification as one readable page: no script, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from service.errors import HTTP_PROBLEMS, PROBLEMS, Problem

_CODE = re.compile("`([^`]+)`")
_METHODS = ("get", "post", "put", "patch", "delete")


def style_sheet() -> str:
    """Return the page's style sheet."""
    return (files(__package__) / "style.css").read_text(encoding="utf-8")


def render_page(specification: Mapping[str, Any]) -> str:
    """Render the page."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["type_of"] = type_of
    environment.filters["anchor"] = anchor
    environment.filters["prose"] = prose
    template = environment.from_string((files(__package__) / "page.html").read_text("utf-8"))
    return template.render(
        info=specification["info"],
        tags=[(tag, list(operations(specification, tag["name"]))) for tag in specification["tags"]],
        schemas=specification["components"]["schemas"],
        problems=problems(),
    )


def operations(specification: Mapping[str, Any], tag: str) -> Iterator[dict[str, Any]]:
    """Yield a tag's operations with their references resolved as far as the page needs."""
    for path, methods in specification["paths"].items():
        for method in _METHODS:
            operation = methods.get(method)
            if operation is None or tag not in operation["tags"]:
                continue
            shared = methods.get("parameters", [])
            yield {
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "guarded": bool(operation.get("security")),
                "parameters": [*shared, *operation.get("parameters", [])],
                "content": operation.get("requestBody", {}).get("content", {}),
                "responses": [
                    (status, _resolved(specification, response))
                    for status, response in operation["responses"].items()
                ],
            }


def problems() -> list[Problem]:
    """Every kind of problem once, by status."""
    known = {problem.code: problem for problem in (*PROBLEMS.values(), *HTTP_PROBLEMS.values())}
    return sorted(known.values(), key=lambda problem: (problem.status, problem.code))


def type_of(schema: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Say in a few words what a value may be, as pairs of a text and a schema it links to."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return [(name, name)]
    if "const" in schema:
        return [(f"“{schema['const']}”", "")]
    if "enum" in schema:
        return [(" | ".join(map(str, schema["enum"])), "")]
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives:
        joined: list[tuple[str, str]] = []
        for alternative in alternatives:
            joined += [(" or ", ""), *type_of(alternative)]
        return joined[1:]
    kind = schema.get("type", "any")
    kinds = kind if isinstance(kind, list) else [str(kind)]
    held = schema.get("items", schema.get("additionalProperties"))
    if not isinstance(held, dict):
        return [(" or ".join(kinds), "")]
    holder = "list" if "items" in schema else "object"
    null = [(" or null", "")] if "null" in kinds else []
    return [(f"{holder} of ", ""), *type_of(held), *null]


def prose(text: str) -> Markup:
    """Show what stands between backticks as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 escaped before


def anchor(name: str) -> str:
    """Name a schema's place on the page."""
    return f"schema-{name}"


def _resolved(specification: Mapping[str, Any], response: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in response:
        return response
    name = response["$ref"].rsplit("/", 1)[1]
    found: Mapping[str, Any] = specification["components"]["responses"][name]
    return found
