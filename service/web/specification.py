"""What holds for all operations alike, written into the specification at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask

from schemas.fhir.names import FHIR_JSON
from service.errors import HTTP_PROBLEMS, PROBLEMS
from service.web.error_handlers import is_fhir
from service.web.examples import EXAMPLES

_VARIABLE = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_METHODS = frozenset({"GET", "POST", "PUT", "DELETE"})

_HEADERS: Mapping[str, tuple[str, str]] = {
    "X-Request-Id": ("string", "Names the request; stands in the log too."),
    "Retry-After": ("integer", "Seconds after which it is worth trying again."),
    "RateLimit-Limit": ("integer", "Requests a minute of one key or client."),
    "RateLimit-Remaining": ("integer", "Of these, how many are left."),
    "RateLimit-Reset": ("integer", "Seconds until all are there again."),
}
_REFUSED = "#/components/responses/UNPROCESSABLE_ENTITY"
"""Every operation refuses query parameters that it does not know."""

_RETRIED = frozenset({"429", "503"})
_RATES = tuple(name for name in _HEADERS if name.startswith("RateLimit"))


def finish(document: dict[str, Any], outcome: dict[str, Any], app: Flask) -> None:
    """Write into the specification what no single operation says.

    Parameters
    ----------
    document
        As it was made from routes and schemas; it is changed.
    outcome
        Schema of an OperationOutcome.
    app
        The application, whose views give the operations their names.
    """
    names = _names(app)
    for path, method, operation in operations(document):
        operation["operationId"] = names[method, path]
        operation.setdefault("security", [])
        operation.setdefault("description", operation["summary"])
        operation["responses"].setdefault("422", {"$ref": _REFUSED})
        for kind, body in operation.get("requestBody", {}).get("content", {}).items():
            body.setdefault("example", EXAMPLES.get((names[method, path], kind)))
        if is_fhir(path):
            _refuse_in_fhir(operation, outcome)
        for status, response in operation["responses"].items():
            if "$ref" not in response:
                response.setdefault("headers", {}).update(_headers(status, operation["security"]))
    components = document["components"]
    _leave_out_unused(document)
    components["headers"] = {
        name: {"description": text, "schema": {"type": kind}}
        for name, (kind, text) in _HEADERS.items()
    }
    for name, response in components["responses"].items():
        response["headers"] = _headers(str(HTTPStatus[name].value), [])
    kinds = {problem.type for problem in (*PROBLEMS.values(), *HTTP_PROBLEMS.values())}
    components["schemas"]["Problem"]["properties"]["type"]["enum"] = sorted(kinds)


def _leave_out_unused(document: dict[str, Any]) -> None:
    """Leave out refusals that no operation refers to."""
    responses = document["components"]["responses"]
    named = {
        response.get("$ref", "").rpartition("/")[2]
        for *_, operation in operations(document)
        for response in operation["responses"].values()
    }
    for name in responses.keys() - named:
        del responses[name]


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Walk through the operations: address, method, what is said of it."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation


def query_parameters(document: dict[str, Any]) -> dict[tuple[str, str], frozenset[str]]:
    """List the query parameters that operations know, by method and address."""
    return {
        (method.upper(), path): frozenset(
            one["name"] for one in operation.get("parameters", ()) if one.get("in") == "query"
        )
        for path, method, operation in operations(document)
    }


def address(rule: str) -> str:
    """Write a route's pattern as the specification does."""
    return _VARIABLE.sub(r"{\1}", rule)


def _names(app: Flask) -> dict[tuple[str, str], str]:
    """Name each operation by its view."""
    return {
        (method.lower(), address(rule.rule)): rule.endpoint.rpartition(".")[2]
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & _METHODS
    }


def _headers(status: str, security: list[Any]) -> dict[str, Any]:
    names = ["X-Request-Id", *(_RATES if security else ())]
    if status in _RETRIED:
        names.append("Retry-After")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refuse_in_fhir(operation: dict[str, Any], outcome: dict[str, Any]) -> None:
    """Say that refusals under /fhir are OperationOutcomes."""
    for status in operation["responses"]:
        if status.isdigit() and int(status) >= 400:
            operation["responses"][status] = {
                "description": HTTPStatus(int(status)).phrase,
                "content": {FHIR_JSON: {"schema": outcome}},
            }
