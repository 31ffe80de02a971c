"""Options of the kind ``irt``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate, validates_schema

from psychometrics.irt.options import Detail, DifMethod, IrtOptions, ModelName
from schemas.analyses.invariance import GroupName, refuse_groups_beside_occasions
from schemas.base import StrictInteger, StrictSchema

_NAME = validate.Length(min=1, max=64)


class IrtOptionsSchema(StrictSchema):
    """Options of an analysis by item response theory."""

    model = fields.Enum(ModelName, by_value=True, load_default=ModelName.GRADED)
    rasch = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={
            "description": "For partial credit: slopes 1 and a free variance instead of one free "
            "slope and variance 1."
        },
    )
    scales = fields.List(
        fields.String(validate=_NAME),
        load_default=list,
        validate=validate.Length(max=50),
        metadata={"description": "Subscales, or `total`; every subscale if left out."},
    )
    group = fields.String(
        load_default=None,
        allow_none=True,
        validate=_NAME,
        metadata={"description": "Column of groups whose items are compared."},
    )
    occasion = fields.String(
        load_default=None,
        allow_none=True,
        validate=_NAME,
        metadata={
            "description": "Column of occasions (`session_number` or any other) between which the "
            "items of the same persons (column `person`) are compared."
        },
    )
    occasions = fields.List(
        GroupName(metadata={"type": ["string", "number"]}),
        validate=validate.Length(min=2, max=12),
        metadata={"description": "The occasions to compare; all of the column if left out."},
    )
    reference = GroupName(
        load_default=None,
        allow_none=True,
        metadata={
            "type": ["string", "number"],
            "description": "Group or occasion to compare with; the first if left out.",
        },
    )
    dif_method = fields.Enum(DifMethod, by_value=True, load_default=DifMethod.LIKELIHOOD_RATIO)
    detail = fields.Enum(
        Detail,
        by_value=True,
        load_default=Detail.SUMMARY,
        metadata={"description": "With `scores` each scale lists the persons' scores."},
    )
    bifactor = fields.Boolean(
        load_default=False,
        truthy={True},
        falsy={False},
        metadata={
            "description": "Also fit a general trait and one of each subscale to `total`, which "
            "`scales` must then name."
        },
    )
    q3_replicates = StrictInteger(
        load_default=200,
        validate=validate.Range(0, 2_000),
        metadata={"description": "Samples drawn for Q3's critical value; 0 for none."},
    )
    seed = StrictInteger(load_default=1, validate=validate.Range(0, 2**32 - 1))

    @validates_schema
    def check_occasion(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Refuse groups beside occasions, and occasions without their column."""
        refuse_groups_beside_occasions(data)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> IrtOptions:
        """Make the engine's options."""
        lists = {
            "scales": tuple(dict.fromkeys(data["scales"])),
            "occasions": tuple(data.get("occasions", ())),
        }
        return IrtOptions(**data | lists)
