"""Options of the kind ``invariance``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from psychometrics.cfa.options import NAMED, Structure, names_of
from psychometrics.invariance.options import (
    InvarianceOptions,
    PowerMethod,
    PowerOptions,
    group_name,
)
from schemas.analyses.estimation import EstimationOptionsSchema
from schemas.base import StrictInteger
from schemas.responses.covariates import MAXIMUM_NAME, is_number

_STRUCTURES = tuple(
    name
    for structure in (Structure.ONE_FACTOR, Structure.TWO_FACTOR, Structure.CORRELATED_FACTORS)
    for name in names_of(structure)
)


class GroupName(fields.Field[str]):
    """A group or occasion as its column names it: a text or a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and 0 < len(value) <= MAXIMUM_NAME:
            return value
        if is_number(value):
            return group_name(value)
        raise ValidationError("Must be a text or a finite number.")


def refuse_groups_beside_occasions(data: Mapping[str, Any]) -> None:
    """Refuse groups beside occasions, and occasions without their column."""
    if data["occasion"] is not None and data["group"] is not None:
        raise ValidationError("groups and occasions are compared one at a time", "occasion")
    if data["occasion"] is None and "occasions" in data:
        raise ValidationError("needs 'occasion', the column that names them", "occasions")


class LadderOptionsSchema(EstimationOptionsSchema):
    """Options of every analysis that climbs the ladder of invariance."""

    made: type[InvarianceOptions] = InvarianceOptions

    group = fields.String(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "The column that names each row's group; left out when several samples "
            "are given, which then are the groups (column `sample`)."
        },
    )
    occasion = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MAXIMUM_NAME),
        metadata={
            "description": "The column that names each row's occasion (`session_number` or any "
            "other): the same persons (column `person`) are then compared with themselves."
        },
    )
    occasions = fields.List(
        GroupName(metadata={"type": ["string", "number"]}),
        validate=validate.Length(min=2, max=12),
        metadata={"description": "The occasions to compare; all of the column if left out."},
    )
    cluster = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MAXIMUM_NAME),
        metadata={
            "description": "Column that says who belongs together (clinician, site): errors and "
            "tests of MLR and WLSMV then allow for it."
        },
    )
    reference = GroupName(
        load_default=None,
        allow_none=True,
        metadata={
            "type": ["string", "number"],
            "description": "The group or occasion to compare with; the first in sorted order.",
        },
    )
    structure = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(_STRUCTURES),
        metadata={
            "description": "The factors: one for each subscale (`correlated-factors`; "
            "`three-factor` where there are three) unless said otherwise."
        },
    )
    power = fields.Enum(
        PowerMethod,
        by_value=True,
        load_default=PowerMethod.ANALYTIC,
        metadata={
            "description": "How the power of each step is found; `simulated` draws samples where "
            "the answer depends on it, which takes seconds to a minute."
        },
    )
    replicates = StrictInteger(
        load_default=200,
        validate=validate.Range(min=50, max=2000),
        metadata={"description": "Samples of a simulated power."},
    )
    seed = StrictInteger(load_default=1, validate=validate.Range(min=0, max=2**31 - 1))

    @validates_schema
    def check_occasion(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Refuse groups beside occasions, and occasions without their column."""
        refuse_groups_beside_occasions(data)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> InvarianceOptions:
        """Make the engine's options."""
        method, replicates, seed = (data.pop(name) for name in ("power", "replicates", "seed"))
        power = PowerOptions(method=method, replicates=replicates, seed=seed)
        called = data.pop("structure")
        if called is not None:
            data |= {"structure": NAMED[called].structure, "called": called}
        return self.made(**data | {"occasions": tuple(data.get("occasions", ())), "power": power})


class InvarianceOptionsSchema(LadderOptionsSchema):
    """Options of an analysis of invariance."""
