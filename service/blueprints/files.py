"""Files: how one is read, before anything is kept of it."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

import orjson
from flask import Response, request
from marshmallow import fields

from schemas.base import StrictSchema
from schemas.file_reading import FileReadingSchema
from schemas.json_text import read_json
from schemas.validation_errors import Fault, RefusedInputError
from service.errors import UnsupportedTypeError
from service.file_reader.subprocess_reader import read_apart
from service.records import Scope
from service.web.audit import concerns, keeps_nothing
from service.web.routes import Blueprint, refuses, requires, services, tenant_id

MULTIPART = "multipart/form-data"

blueprint = Blueprint("files", __name__, description="How a file is read; nothing of it is kept.")


class InspectQuerySchema(StrictSchema):
    """The form that was answered."""

    instrument = fields.String(
        required=True,
        metadata={"description": "The instrument's id.", "example": "wai-sr-client"},
    )


_BODY = {
    "required": True,
    "content": {
        MULTIPART: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "string",
                        "format": "binary",
                        "description": "The file with its name: the ending says what it is.",
                    },
                    "mapping": {
                        "type": "string",
                        "description": "What the columns are: a mapping as JSON text.",
                    },
                },
            },
            "example": {"file": "person,i1,i2\np1,4,5\n", "mapping": '{"missing": ["99"]}'},
        }
    },
}


@blueprint.route("/v1/files/inspect", methods=["POST"])
@keeps_nothing
@requires(Scope.SCORE)
@refuses(
    "BAD_REQUEST", "REQUEST_ENTITY_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE", "UNPROCESSABLE_ENTITY"
)
@blueprint.arguments(InspectQuerySchema, location="query")
@blueprint.response(200, FileReadingSchema)
@blueprint.doc(requestBody=_BODY)
def inspect_file(query: dict[str, Any]) -> Response:
    """Say how a file is read: its columns, what is left out, and what cannot be known.

    The part `file` holds the file, the part `mapping` what is said of its columns. Open questions
    stand in the answer with ways to answer them; `mapping` reads the file in the same way again.
    """
    if request.mimetype != MULTIPART:
        raise UnsupportedTypeError(f"Send the file as {MULTIPART}, in the part `file`.")
    definition = services().instruments.scoring_rule(tenant_id(), query["instrument"])
    concerns(definition.rule)
    file = request.files.get("file")
    if file is None or not file.filename:
        detail = "There is no part `file` with a file's name."
        raise RefusedInputError([Fault(pointer="/file", code="no-file", detail=detail)])
    reading = read_apart(
        file.filename,
        cast("BinaryIO", file.stream),
        definition.document,
        _mapping(),
        with_answers=False,
        maximum_rows=services().config.maximum_rows,
    )
    return Response(orjson.dumps(reading.document), mimetype="application/json")


def _mapping() -> dict[str, Any]:
    """Read the part ``mapping``, as a field or as a file."""
    part = request.files.get("mapping")
    text = part.read() if part is not None else request.form.get("mapping", "").encode()
    if not text.strip():
        return {}
    mapping = read_json(text, what="The mapping")
    if not isinstance(mapping, dict):
        detail = "Must be a JSON object."
        raise RefusedInputError([Fault(pointer="/mapping", code="wrong-type", detail=detail)])
    return mapping
