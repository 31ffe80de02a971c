"""Options of the kind ``items``."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from psychometrics.instrument import Instrument
from psychometrics.items.options import ItemsOptions
from schemas.base import StrictSchema
from schemas.definition import DefinitionSchema, NamedValues, load_definition
from schemas.validation_errors import RefusedInputError


class ItemsOptionsSchema(StrictSchema):
    """Options of an item analysis."""

    published_sums = NamedValues(
        keys=fields.String(),
        values=fields.String(validate=validate.Length(min=1, max=64)),
        load_default=dict,
        metadata={
            "description": "By subscale, the column that holds its published sum of each response; "
            "the key that made the sums is looked for."
        },
    )

    compare_with = fields.List(
        fields.Nested(DefinitionSchema),
        load_default=list,
        validate=validate.Length(max=20),
        metadata={
            "description": "Other definitions, as GET /v1/instruments gives them without the hash: "
            "which one do the answers fit best?"
        },
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ItemsOptions:
        """Make the engine's options."""
        others = tuple(
            _instrument(document, number) for number, document in enumerate(data["compare_with"])
        )
        return ItemsOptions(published_sums=data["published_sums"], compare_with=others)


def _instrument(document: dict[str, Any], number: int) -> Instrument:
    """Make a definition's instrument, or say at its place that it contradicts itself."""
    try:
        return load_definition(document).instrument
    except RefusedInputError as error:
        details = [f"{fault.pointer}: {fault.detail}" for fault in error.faults]
        raise ValidationError({"compare_with": {number: details}}) from None
