"""The kind ``invariance``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from psychometrics.cfa.options import Structure
from psychometrics.invariance.options import (
    InvarianceOptions,
    PowerMethod,
    PowerOptions,
    group_name,
)
from schemas.analyses.cfa import CfaModelSchema
from schemas.analyses.estimation import EstimationOptionsSchema
from schemas.analyses.reliability import ClustersSchema
from schemas.base import Number, ResultSchema, StrictInteger
from schemas.responses.covariates import MAXIMUM_NAME, is_number

_STRUCTURES = (Structure.ONE_FACTOR, Structure.TWO_FACTOR, Structure.THREE_FACTOR)
_PARAMETERS = ("loadings", "higher_order_loadings", "factor_correlations", "items")
_OTHERS = (
    "residual_correlations",
    "average_variance_extracted",
    "modification_indices",
    "explained_common_variance",
    "omega_hierarchical",
)


class GroupName(fields.Field[str]):
    """A group or occasion as its column names it: a text or a number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and 0 < len(value) <= MAXIMUM_NAME:
            return value
        if is_number(value):
            return group_name(value)
        raise ValidationError("Must be a text or a finite number.")


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
    structure = fields.Enum(
        Structure,
        by_value=True,
        load_default=Structure.THREE_FACTOR,
        validate=validate.OneOf(
            _STRUCTURES, error=f"Must be one of: {', '.join(one.value for one in _STRUCTURES)}."
        ),
        metadata={"description": "The factors: one for each subscale unless said otherwise."},
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
        if data["occasion"] is not None and data["group"] is not None:
            raise ValidationError("groups and occasions are compared one at a time", "occasion")
        if data["occasion"] is None and "occasions" in data:
            raise ValidationError("needs 'occasion', the column that names them", "occasions")

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> InvarianceOptions:
        """Make the engine's options."""
        method, replicates, seed = (data.pop(name) for name in ("power", "replicates", "seed"))
        power = PowerOptions(method=method, replicates=replicates, seed=seed)
        return self.made(**data | {"occasions": tuple(data.get("occasions", ())), "power": power})


class InvarianceOptionsSchema(LadderOptionsSchema):
    """Options of an analysis of invariance."""


class GroupSchema(ResultSchema):
    """A group (:class:`psychometrics.invariance.results.GroupResult`)."""

    name = fields.String()
    n = fields.Integer()


class DifferenceSchema(ResultSchema):
    """A difference test (:class:`psychometrics.invariance.results.DifferenceResult`)."""

    chi_square = Number(allow_none=True)
    df = fields.Integer()
    p_value = Number(allow_none=True)


class DeltaSchema(ResultSchema):
    """Changes of indices (:class:`psychometrics.invariance.results.Delta`)."""

    cfi = Number(allow_none=True)
    rmsea = Number(allow_none=True)
    srmr = Number(allow_none=True)
    indices = fields.String()


class ChecksSchema(ResultSchema):
    """What a step rests on (:class:`psychometrics.invariance.results.Checks`)."""

    admissible = fields.Boolean()
    difference = fields.Boolean(allow_none=True)
    items = fields.Boolean(allow_none=True)
    indices = fields.Boolean(allow_none=True)
    single = fields.Boolean(allow_none=True)
    power = fields.Boolean(allow_none=True)


class SingleItemSchema(ResultSchema):
    """A least excluded item (:class:`psychometrics.invariance.results.SingleItem`)."""

    item = fields.Integer()
    p_value = Number()
    departure = fields.String()


class StepSchema(ResultSchema):
    """A step (:class:`psychometrics.invariance.results.StepResult`)."""

    step = fields.String()
    model = fields.Nested(CfaModelSchema(exclude=_PARAMETERS + _OTHERS))
    compared_with = fields.String(allow_none=True)
    difference = fields.Nested(DifferenceSchema, allow_none=True)
    delta = fields.Nested(DeltaSchema, allow_none=True)
    tenable = fields.Boolean(allow_none=True)
    checks = fields.Nested(ChecksSchema)
    rule = fields.String()
    error_rate = Number(allow_none=True)
    power = Number(allow_none=True)
    power_method = fields.String(allow_none=True)
    power_samples_used = fields.Integer(allow_none=True)
    departure = fields.String(allow_none=True)
    single = fields.Nested(SingleItemSchema, allow_none=True)
    released = fields.List(fields.Integer())


class FreedSchema(ResultSchema):
    """A released item (:class:`psychometrics.invariance.results.Freed`)."""

    item = fields.Integer()
    step = fields.String()
    parameters = fields.List(fields.String())
    index = Number()
    df = fields.Integer()
    corrected_p_value = Number()


class ItemCurveSchema(ResultSchema):
    """Expected answers (:class:`psychometrics.invariance.results.ItemCurve`)."""

    factor = fields.List(Number())
    reference = fields.List(Number())
    group = fields.List(Number())


class ItemEffectSchema(ResultSchema):
    """How differently an item works (:class:`psychometrics.invariance.results.ItemEffect`)."""

    item = fields.Integer()
    group = fields.String()
    dmacs = Number(allow_none=True)
    signed_dmacs = Number(allow_none=True)
    expected_score_difference = Number()
    curve = fields.Nested(ItemCurveSchema)


class PartialSchema(ResultSchema):
    """Partial invariance (:class:`psychometrics.invariance.results.PartialResult`)."""

    steps = fields.List(fields.Nested(StepSchema))
    freed = fields.List(fields.Nested(FreedSchema))
    effects = fields.List(fields.Nested(ItemEffectSchema))
    rule = fields.String()
    tenable = fields.Boolean(allow_none=True)


class InvarianceResultSchema(ResultSchema):
    """A ladder (:class:`psychometrics.invariance.results.InvarianceResult`)."""

    estimator = fields.String()
    missing = fields.String()
    structure = fields.String()
    group = fields.String()
    between = fields.String()
    n_persons = fields.Integer()
    reference = fields.String()
    groups = fields.List(fields.Nested(GroupSchema))
    steps = fields.List(fields.Nested(StepSchema))
    level = fields.String(allow_none=True)
    partial_invariance = fields.Nested(PartialSchema, allow_none=True)
    cluster = fields.Nested(ClustersSchema, allow_none=True)
    cautions = fields.List(fields.String())
