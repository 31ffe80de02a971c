"""The kind ``sufficiency``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.sufficiency.options import SIZES, Simulation, SufficiencyOptions, Truth
from psychometrics.sufficiency.results import Question, Status
from schemas.base import Number, ResultSchema, StrictInteger, StrictNumber, StrictSchema

_NAME = validate.Length(min=1, max=64)
_INSIDE = validate.Range(min=0.0, max=1.0, min_inclusive=False, max_inclusive=False)
_POWER = validate.Range(min=0.5, max=0.999)
_SIZE = validate.Range(min=30, max=5000)
MOST_REPLICATES = 2000


class SimulationSchema(StrictSchema):
    """A Monte Carlo study (:class:`psychometrics.sufficiency.options.Simulation`)."""

    truth = fields.Enum(Truth, by_value=True, load_default=Truth.SUPPOSED)
    loading = StrictNumber(load_default=0.7, validate=_INSIDE)
    factor_correlation = StrictNumber(
        load_default=0.7, validate=validate.Range(min=0.0, max=1.0, max_inclusive=False)
    )
    ceiling = StrictNumber(load_default=0.3, validate=validate.Range(min=-3.0, max=3.0))
    sizes = fields.List(
        StrictInteger(validate=_SIZE),
        load_default=list(SIZES),
        validate=validate.Length(min=1, max=20),
    )
    replicates = StrictInteger(
        load_default=100, validate=validate.Range(min=20, max=MOST_REPLICATES)
    )
    seed = StrictInteger(load_default=1, validate=validate.Range(min=0, max=2**32 - 1))
    standard_error = StrictNumber(load_default=0.1, validate=_INSIDE)
    power = StrictNumber(load_default=0.8, validate=_POWER)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Simulation:
        """Make the engine's options; sizes are tried in ascending order."""
        return Simulation(**data | {"sizes": tuple(sorted(set(data["sizes"])))})


class SufficiencyOptionsSchema(StrictSchema):
    """Options of a sufficiency analysis."""

    group = fields.String(load_default=None, allow_none=True, validate=_NAME)
    outcomes = fields.List(
        fields.String(validate=_NAME), load_default=list, validate=validate.Length(max=100)
    )
    correlation = StrictNumber(load_default=0.2, validate=_INSIDE)
    power = StrictNumber(load_default=0.8, validate=_POWER)
    simulation = fields.Nested(SimulationSchema, load_default=None, allow_none=True)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> SufficiencyOptions:
        """Make the engine's options."""
        return SufficiencyOptions(**data | {"outcomes": tuple(data["outcomes"])})


class RequirementSchema(ResultSchema):
    """One rule (:class:`psychometrics.sufficiency.results.Requirement`)."""

    question = fields.Enum(Question, by_value=True)
    where = fields.String()
    rule = fields.String()
    status = fields.Enum(Status, by_value=True)
    required = fields.Integer()
    observed = fields.Integer()
    met = fields.Boolean()
    more = fields.Integer(allow_none=True)


class VerdictSchema(ResultSchema):
    """Whether one question can be answered."""

    question = fields.Enum(Question, by_value=True)
    sufficient = fields.Boolean()
    more = fields.Integer(allow_none=True)


class ItemCountsSchema(ResultSchema):
    """Answers to one item by category."""

    item = fields.Integer()
    group = fields.String(allow_none=True)
    n_answered = fields.Integer()
    category_counts = fields.List(fields.Integer())


class CliniciansSchema(ResultSchema):
    """How persons spread over clinicians."""

    n_clinicians = fields.Integer()
    n_with_several = fields.Integer()
    smallest = fields.Integer()
    median = Number()
    largest = fields.Integer()


class SizeResultSchema(ResultSchema):
    """What samples of one size would give."""

    n_persons = fields.Integer()
    usable = Number()
    loading_bias = Number(allow_none=True)
    standard_error_bias = Number(allow_none=True)
    coverage = Number(allow_none=True)
    largest_standard_error = Number(allow_none=True)
    separation = Number(allow_none=True)
    shortfalls = fields.List(fields.String())


class SimulationResultSchema(ResultSchema):
    """A Monte Carlo study (:class:`psychometrics.sufficiency.results.SimulationResult`)."""

    truth = fields.String()
    replicates = fields.Integer()
    seed = fields.Integer()
    sizes = fields.List(fields.Nested(SizeResultSchema))
    required = fields.Integer(allow_none=True)
    more = fields.Integer(allow_none=True)
    targets = fields.Dict(keys=fields.String(), values=fields.String())
    reason = fields.String(allow_none=True)


class SufficiencyResultSchema(ResultSchema):
    """A sufficiency analysis (:class:`psychometrics.sufficiency.results.SufficiencyResult`)."""

    n_persons = fields.Integer()
    n_complete = fields.Integer()
    verdicts = fields.List(fields.Nested(VerdictSchema))
    requirements = fields.List(fields.Nested(RequirementSchema))
    items = fields.List(fields.Nested(ItemCountsSchema))
    clinicians = fields.Nested(CliniciansSchema, allow_none=True)
    simulation = fields.Nested(SimulationResultSchema, allow_none=True)
    cautions = fields.List(fields.String())
