"""A refusal as a problem document (RFC 9457)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from schemas.validation_errors import FAULT_CODES

_CODES = "A stable word for programs:\n\n" + "\n".join(
    f"- `{code}`: {meaning}" for code, meaning in FAULT_CODES.items()
)


class FaultSchema(Schema):
    """One fault and its place; never the value that was sent."""

    pointer = fields.String(
        required=True,
        metadata={
            "description": "JSON pointer (RFC 6901) to the place.",
            "example": "/responses/3/answers/7",
        },
    )
    code = fields.String(
        required=True,
        validate=validate.OneOf(FAULT_CODES),
        metadata={"description": _CODES},
    )
    detail = fields.String(
        required=True, metadata={"description": "The rule broken; never the value given."}
    )


class ProblemSchema(Schema):
    """Why a request was refused; nothing of what was sent is repeated."""

    type = fields.String(required=True, metadata={"description": "Names the kind of problem."})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema), required=True)
    incident = fields.String(metadata={"description": "Where the log says more; with status 500."})
