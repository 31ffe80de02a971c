"""The OpenAPI document, written from the schemas and the routes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

import yaml
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask
from flask_smorest import Api
from flask_smorest.utils import prepare_response
from marshmallow import Schema, fields, validate

from psychometrics.declared.shapes import first_sentence
from schemas.base import Derived, Number
from schemas.derived import Components
from schemas.fhir.documented import OperationOutcomeSchema
from schemas.problem import ProblemSchema
from service.auth.scopes import MEANINGS
from service.use_cases.analysis_registry import Kind
from service.web.error_handlers import PROBLEM_TYPE
from service.web.specification import finish

_DESCRIPTION = """\
Scores the Working Alliance Inventory and tests whether it holds up in orthotics and prosthetics.

Every route but those tagged `meta` and `tokens` needs an API key or an access token
(`Authorization: Bearer <key>`); all a caller sees belongs to its tenant, and what belongs to
another does not exist for it. No answer and no person's identifier is ever repeated in an answer of
the service: a JSON pointer says where a fault is.
Refusals are `application/problem+json` (RFC 9457).

Each route names the refusals that are its own. Any request may besides be refused with 400 (it is
no HTTP request), 405 (`Allow` names the methods), 413 or 415 (a body too large, or in a content
coding), 414 (its address is too long), 417 (an expectation but `100-continue`), 431 (its header is
too large) or 500, all in the same shape and with an `X-Request-Id` that stands in the log too.
"""


class ServiceApi(Api):  # type: ignore[misc]  # untyped there
    """An API whose refusals are documented as the problem documents they are."""

    results: Components
    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_responses(self) -> None:
        for name, status, phrase in _statuses():
            response: dict[str, Any] = {"description": phrase}
            if status >= 400:
                response["schema"] = ProblemSchema
            prepare_response(response, self.spec, PROBLEM_TYPE)
            self.spec.components.response(name, response, lazy=True)

    def _register_error_handlers(self) -> None:
        """Leave refusals to :mod:`service.web.error_handlers`."""


def make_api(app: Flask) -> ServiceApi:
    """Start the document; blueprints that are registered with it describe themselves."""
    app.config.update(
        API_TITLE="Alliance", API_VERSION=version("alliance"), OPENAPI_VERSION="3.1.0"
    )
    plugin = MarshmallowPlugin(schema_name_resolver=_SchemaNames())
    api = ServiceApi(
        app,
        spec_kwargs={
            "marshmallow_plugin": plugin,
            "info": {
                "description": _DESCRIPTION,
                "contact": {"name": "Whoever runs this service"},
                "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
            },
            "servers": [{"url": "/"}],
        },
    )
    converter: Any = plugin.converter  # there once the document is started
    converter.add_attribute_function(_number_may_be_null)
    converter.add_attribute_function(_only_what_is_accepted)
    api.results = Components(taken=api.spec.components.schemas)
    converter.add_attribute_function(_reference_to_declared(api.results))
    api.spec.components.security_scheme(
        "apiKey",
        {"type": "http", "scheme": "bearer", "description": "An API key: `alliance_…`."},
    )
    api.spec.components.security_scheme(
        "accessToken",
        {
            "type": "oauth2",
            "description": "An access token, got with `private_key_jwt` (SMART backend services).",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": dict(MEANINGS)}},
        },
    )
    return api


def finished_document(api: ServiceApi, kinds: Iterable[Kind], app: Flask) -> dict[str, Any]:
    """Write the document, with what each kind of analysis takes and gives."""
    converter: Any = api.ma_plugin.converter
    options = {kind.name: converter.resolve_nested_schema(kind.options) for kind in kinds}
    given = {kind.name: api.results.add(kind.result) for kind in kinds}
    outcome = converter.resolve_nested_schema(OperationOutcomeSchema)
    document: dict[str, Any] = api.spec.to_dict()
    schemas = document["components"]["schemas"]
    for (declared, *_), name in converter.refs.items():
        schemas[name].setdefault("description", first_sentence(declared))
    del schemas["PaginationMetadata"]  # the library's way of paging, which no route here has
    schemas |= api.results.schemas
    schemas |= _one_for_each_kind("NewAnalysis", schemas, {"options": options})
    nullable = {
        kind: {
            "description": "Null until the analysis has succeeded.",
            "anyOf": [result, {"type": "null"}],
        }
        for kind, result in given.items()
    }
    schemas |= _one_for_each_kind("Analysis", schemas, {"result": nullable})
    finish(document, outcome, app)
    return {"openapi": document["openapi"], **document}


def _reference_to_declared(results: Components) -> Callable[..., dict[str, Any]]:
    def refer(_: OpenAPIConverter, field: Any, **__: Any) -> dict[str, Any]:
        """Refer from a schema to the declared result that stands in it."""
        if not isinstance(field, Derived):
            return {}
        found = [results.add(one) for one in field.declared]
        return found[0] if len(found) == 1 else {"anyOf": found}

    return refer


def _one_for_each_kind(
    name: str, schemas: dict[str, Any], of_kinds: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    """Divide a schema into one for each kind of analysis, told apart by ``kind``.

    Parameters
    ----------
    name
        Name of the schema.
    schemas
        All schemas.
    of_kinds
        The property that depends on the kind, and what it is for each.
    """
    whole = schemas[name]
    [(varying, by_kind)] = of_kinds.items()
    names = {kind: name.replace("Analysis", f"{_class_name(kind)}Analysis") for kind in by_kind}
    addresses = {kind: f"#/components/schemas/{one}" for kind, one in names.items()}
    found: dict[str, Any] = {
        names[kind]: {
            **whole,
            "title": names[kind],
            "description": f"{whole['description']} Of kind `{kind}`.",
            "properties": {
                **whole["properties"],
                "kind": {"type": "string", "const": kind},
                varying: one,
            },
        }
        for kind, one in by_kind.items()
    }
    found[name] = {
        "title": name,
        "description": whole["description"],
        "oneOf": [{"$ref": address} for address in addresses.values()],
        "discriminator": {"propertyName": "kind", "mapping": addresses},
    }
    return found


def _class_name(kind: str) -> str:
    return kind.title().replace("-", "")


def to_yaml(document: dict[str, Any]) -> str:
    """Write the document as YAML, in the order it was made."""
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Writes without anchors: tools and people read the same thing twice more easily."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Write texts of several lines as blocks, to be read."""
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _statuses() -> list[tuple[str, int, str]]:
    return [(status.name, status.value, status.phrase) for status in HTTPStatus]


class _SchemaNames:
    """Names components as their schema classes, without the ending.

    Classes of the same name in two modules are told apart by the module; a schema from which
    fields were taken away has no name of its own and is written out where it stands.
    """

    def __init__(self) -> None:
        self._classes: dict[str, type[Schema]] = {}

    def __call__(self, schema: Any) -> Any:
        """Name a schema, or say that it has no name."""
        if isinstance(schema, Schema) and (schema.only is not None or schema.exclude):
            return None
        found: Any = resolve_schema_cls(schema)
        name = str(found.__name__).removesuffix("Schema")
        if self._classes.setdefault(name, found) is not found:
            name = found.__module__.rsplit(".", 1)[1].title() + name
        return name


def _only_what_is_accepted(
    _: OpenAPIConverter, field: Any, ret: dict[str, Any], **__: Any
) -> dict[str, Any]:
    """Offer the choices that a field accepts, and say what type an enumeration has."""
    if not isinstance(field, fields.Enum):
        return {}
    typed = {"type": ["string", "null"] if field.allow_none else "string"}
    kept = [set(check.choices) for check in field.validators if isinstance(check, validate.OneOf)]
    choices = [one for one in field.enum if all(one in accepted for accepted in kept)]
    enum = [one.value for one in choices] + [None] * field.allow_none
    return typed | ({"enum": enum} if kept else {})


def _number_may_be_null(
    _: OpenAPIConverter, field: Any, ret: dict[str, Any], **__: Any
) -> dict[str, Any]:
    """Allow ``null`` wherever a number of a result may not be estimable."""
    kind = ret.get("type")
    if isinstance(field, Number) and isinstance(kind, str):
        return {"type": [kind, "null"]}
    return {}
