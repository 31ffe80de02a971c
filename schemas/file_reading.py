"""How a file was read: the answer of ``POST /v1/files/inspect`` and of ``alliance inspect``."""

from __future__ import annotations

from marshmallow import Schema, fields

from schemas.file_mapping import FileMappingSchema


class FileFactsSchema(Schema):
    """How the file itself was opened."""

    format = fields.String(required=True)
    encoding = fields.String(required=True, allow_none=True)
    delimiter = fields.String(required=True, allow_none=True)
    decimal = fields.String(required=True, allow_none=True)
    header_row = fields.Integer(required=True, allow_none=True)
    skipped_rows = fields.List(fields.Integer(), required=True)
    sheet = fields.String(required=True, allow_none=True)
    preset = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The tool or program that wrote the file, if recognised."},
    )


class FileColumnSchema(Schema):
    """What one column was read as."""

    name = fields.String(required=True)
    role = fields.String(
        required=True,
        metadata={
            "description": "`item`, `person`, `occasion`, `clinician`, `site`, `respondent`, "
            "`group`, `outcome`, `response` (names the rows) or `left out`, among others."
        },
    )
    item = fields.Integer(required=True, allow_none=True)
    why = fields.String(required=True)
    n_given = fields.Integer(required=True)
    n_different = fields.Integer(required=True)
    values = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Values that recur, of columns with few of them."},
    )


class FileChoiceSchema(Schema):
    """One way to answer a question."""

    label = fields.String(required=True)
    mapping = fields.Dict(
        required=True, metadata={"description": "What is added to the mapping to say so."}
    )


class FileQuestionSchema(Schema):
    """What cannot be known, or what is wrong: nothing is computed while a question is open."""

    code = fields.String(required=True)
    detail = fields.String(required=True)
    columns = fields.List(fields.String(), required=True)
    choices = fields.List(
        fields.Nested(FileChoiceSchema),
        required=True,
        metadata={"description": "None where the file must be corrected."},
    )
    labels = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Labels whose answers are asked for one by one."},
    )


class LeftOutColumnSchema(Schema):
    """A column that was not read, and why."""

    column = fields.String(required=True)
    reason = fields.String(required=True)


class FileReadingSchema(Schema):
    """How a file was read, and what is asked."""

    file = fields.Nested(FileFactsSchema, required=True)
    n_rows = fields.Integer(required=True)
    columns = fields.List(fields.Nested(FileColumnSchema), required=True)
    questions = fields.List(fields.Nested(FileQuestionSchema), required=True)
    left_out = fields.List(fields.Nested(LeftOutColumnSchema), required=True)
    notes = fields.List(fields.String(), required=True)
    mapping = fields.Nested(
        FileMappingSchema,
        required=True,
        metadata={"description": "Reads the file in this way again."},
    )
    fitting_forms = fields.List(
        fields.String(),
        metadata={"description": "Other forms as whose answers the file has no open question."},
    )
