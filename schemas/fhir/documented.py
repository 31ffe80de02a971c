"""The resources as the specification documents them; they are read and written elsewhere."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from schemas.base import Pattern
from schemas.fhir.response import KIND, STATUSES


def _kind(name: str) -> fields.String:
    return fields.String(required=True, validate=validate.Equal(name))


def _elements(text: str) -> fields.Dict:
    """Document an element that is carried or given as FHIR defines it."""
    return fields.Dict(metadata={"description": text})


class _GivenSchema(Schema):
    """A resource or element that is given out; it may have more members than are named."""

    class Meta:
        """More members may stand beside those that are named."""

        unknown = INCLUDE


class AnswerElementSchema(Schema):
    """One answer: a whole number in the form's range, or a Coding with its code or ordinal."""

    valueInteger = fields.Integer()  # noqa: N815 as FHIR names it
    valueDecimal = fields.Float()  # noqa: N815 as FHIR names it
    valueCoding = _elements("A Coding.")  # noqa: N815 as FHIR names it
    extension = fields.List(fields.Dict(), metadata={"description": "`itemWeight` may stand here."})


class ItemElementSchema(Schema):
    """An answered item, or a group of items at any depth."""

    linkId = fields.String(  # noqa: N815 as FHIR names it
        required=True, metadata={"description": "`i1` … `iK`; of a group anything."}
    )
    answer = fields.List(fields.Nested(AnswerElementSchema), validate=validate.Length(equal=1))
    item = fields.List(fields.Nested(lambda: ItemElementSchema()), validate=validate.Length(min=1))


class QuestionnaireResponseSchema(Schema):
    """A QuestionnaireResponse of FHIR R4."""

    resourceType = _kind(KIND)  # noqa: N815 as FHIR names it
    id = fields.String(validate=Pattern(r"^[A-Za-z0-9.-]{1,64}$"))
    questionnaire = fields.String(
        required=True,
        validate=Pattern(r"^[^#|\s][^|\s]*\|[^|\s]+$"),
        metadata={"description": "Canonical of the form, with its version after `|`."},
    )
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    subject = _elements("A Reference; carried into the Observations.")
    encounter = _elements("A Reference; carried into the Observations.")
    authored = fields.String(metadata={"description": "A dateTime: when it was answered."})
    author = _elements("A Reference; the Observations' performer.")
    source = _elements("A Reference; not read.")
    meta = _elements("Not read.")
    text = _elements("Not read.")
    contained = fields.List(fields.Dict(), metadata={"description": "Not read."})
    extension = fields.List(fields.Dict(), metadata={"description": "Not read."})
    item = fields.List(fields.Nested(ItemElementSchema), validate=validate.Length(min=1))


class QuestionnaireSchema(_GivenSchema):
    """A Questionnaire of FHIR R4: numbers and answer options of a form, no wording."""

    resourceType = _kind("Questionnaire")  # noqa: N815 as FHIR names it
    id = fields.String(required=True)
    url = fields.String(required=True)
    version = fields.String(required=True)
    status = fields.String(required=True)
    item = fields.List(fields.Dict(), required=True)


class BundleSchema(_GivenSchema):
    """A transaction Bundle of FHIR R4: one Observation a score."""

    resourceType = _kind("Bundle")  # noqa: N815 as FHIR names it
    type = fields.String(required=True, validate=validate.Equal("transaction"))
    entry = fields.List(fields.Dict(), required=True)


class CapabilityStatementSchema(_GivenSchema):
    """A CapabilityStatement of FHIR R4."""

    resourceType = _kind("CapabilityStatement")  # noqa: N815 as FHIR names it
    status = fields.String(required=True)
    date = fields.String(required=True)
    kind = fields.String(required=True)
    fhirVersion = fields.String(required=True)  # noqa: N815 as FHIR names it
    format = fields.List(fields.String(), required=True)
    rest = fields.List(fields.Dict(), required=True)


class IssueSchema(_GivenSchema):
    """One thing that is wrong, and the FHIRPath to it; no answer is repeated."""

    severity = fields.String(required=True, validate=validate.Equal("error"))
    code = fields.String(required=True)
    details = fields.Dict(required=True)
    expression = fields.List(fields.String())
    location = fields.List(fields.String())
    diagnostics = fields.String()


class OperationOutcomeSchema(_GivenSchema):
    """A refusal in FHIR R4."""

    resourceType = _kind("OperationOutcome")  # noqa: N815 as FHIR names it
    issue = fields.List(fields.Nested(IssueSchema), required=True, validate=validate.Length(min=1))


def example_response(canonical: str, answers: tuple[int, ...]) -> dict[str, Any]:
    """Write an answered form, for the documentation.

    Parameters
    ----------
    canonical
        Of the form, with its version.
    answers
        One for each item.
    """
    return {
        "resourceType": KIND,
        "id": "example",
        "questionnaire": canonical,
        "status": "completed",
        "authored": "2026-03-02T10:15:00+01:00",
        "subject": {"reference": "Patient/example"},
        "item": [
            {"linkId": f"i{number}", "answer": [{"valueInteger": answer}]}
            for number, answer in enumerate(answers, start=1)
        ],
    }
