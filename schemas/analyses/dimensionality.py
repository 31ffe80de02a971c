"""The kind ``dimensionality``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.efa.options import CorrelationType, DimensionalityOptions
from schemas.base import Number, ResultSchema, StrictInteger, StrictNumber, StrictSchema


class DimensionalityOptionsSchema(StrictSchema):
    """Options of a dimensionality analysis."""

    correlation = fields.Enum(
        CorrelationType, by_value=True, load_default=CorrelationType.POLYCHORIC
    )
    seed = StrictInteger(
        load_default=1,
        validate=validate.Range(0, 2**32 - 1),
        metadata={"description": "Start of the random numbers of parallel analysis."},
    )
    replicates = StrictInteger(
        load_default=100,
        validate=validate.Range(10, 10_000),
        metadata={"description": "Random samples of parallel analysis."},
    )
    quantile = StrictNumber(
        load_default=0.95,
        validate=validate.Range(0.5, 0.999),
        metadata={"description": "Which quantile of the random eigenvalues must be exceeded."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> DimensionalityOptions:
        """Make the engine's options."""
        return DimensionalityOptions(**data)


class BartlettSchema(ResultSchema):
    """Bartlett's test of sphericity."""

    chi_square = Number()
    df = fields.Integer()
    p_value = Number()


class RetentionSchema(ResultSchema):
    """Eigenvalues beside references (:class:`psychometrics.efa.results.Retention`)."""

    n_factors = fields.Integer()
    eigenvalues = fields.List(Number())
    quantile_eigenvalues = fields.List(Number())


class ParallelSchema(RetentionSchema):
    """Parallel analysis (:class:`psychometrics.efa.results.Parallel`)."""

    principal_axis = fields.Nested(RetentionSchema)
    quantile = Number()
    seed = fields.Integer()
    replicates = fields.Integer()
    used = fields.Integer()
    random_data = fields.String()


class MapSchema(ResultSchema):
    """Velicer's minimum average partial."""

    n_factors = fields.Integer()
    average_squared_partials = fields.List(Number())


class EmpiricalKaiserSchema(ResultSchema):
    """The empirical Kaiser criterion."""

    n_factors = fields.Integer()
    reference_eigenvalues = fields.List(Number())


class RetentionSummarySchema(ResultSchema):
    """What the criteria say together (:class:`psychometrics.efa.results.RetentionSummary`)."""

    n_factors = fields.Dict(keys=fields.String(), values=fields.Integer())
    agree = fields.Boolean()
    lowest = fields.Integer()
    highest = fields.Integer()


class DimensionalityResultSchema(ResultSchema):
    """A dimensionality analysis (:class:`psychometrics.efa.results.DimensionalityResult`)."""

    n_persons = fields.Integer()
    order = fields.List(fields.Integer())
    correlation = fields.String()
    correlations = fields.List(fields.List(Number()))
    kmo = Number()
    kmo_items = fields.List(Number())
    bartlett = fields.Nested(BartlettSchema)
    eigenvalues = fields.List(Number())
    parallel = fields.Nested(ParallelSchema)
    map = fields.Nested(MapSchema)
    empirical_kaiser = fields.Nested(EmpiricalKaiserSchema)
    summary = fields.Nested(RetentionSummarySchema)
    cautions = fields.List(fields.String())
