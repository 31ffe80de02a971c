"""The kind ``efa``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.efa.options import CorrelationType, EfaOptions, Extraction, Rotation
from schemas.base import IntervalSchema, Number, ResultSchema, StrictInteger, StrictSchema


class EfaOptionsSchema(StrictSchema):
    """Options of an exploratory factor analysis."""

    n_factors = StrictInteger(
        load_default=None,
        allow_none=True,
        validate=validate.Range(1, 50),
        metadata={"description": "How many factors; one for each subscale if left out."},
    )
    extraction = fields.Enum(Extraction, by_value=True, load_default=Extraction.MINRES)
    rotation = fields.Enum(Rotation, by_value=True, load_default=Rotation.OBLIMIN)
    normalize = fields.Boolean(
        load_default=None,
        allow_none=True,
        truthy={True},
        falsy={False},
        metadata={
            "description": "Kaiser normalization; if left out, varimax and promax use it and the "
            "other rotations do not, as in psych."
        },
    )
    correlation = fields.Enum(
        CorrelationType, by_value=True, load_default=CorrelationType.POLYCHORIC
    )

    bootstrap = StrictInteger(
        load_default=0,
        validate=validate.Range(0, 5000),
        metadata={"description": "Resamples for standard errors; 0 for none."},
    )
    cluster = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "Column of clusters; the bootstrap then draws whole clusters."},
    )
    seed = StrictInteger(load_default=1, validate=validate.Range(0, 2**32 - 1))

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> EfaOptions:
        """Make the engine's options."""
        return EfaOptions(**data)


class EfaFitSchema(ResultSchema):
    """How well the factors fit (:class:`psychometrics.efa.results.EfaFit`)."""

    df = fields.Integer()
    chi_square = Number(allow_none=True)
    p_value = Number(allow_none=True)
    rmsea = Number(allow_none=True)
    rmsea_interval = fields.Nested(IntervalSchema, allow_none=True)
    tli = Number(allow_none=True)
    rmsr = Number()


class CongruenceSchema(ResultSchema):
    """How well a factor matches a subscale (:class:`psychometrics.efa.results.Congruence`)."""

    subscale = fields.String()
    factor = fields.String()
    congruence = Number()


class SchmidLeimanSchema(ResultSchema):
    """A general and group factors (:class:`psychometrics.efa.results.SchmidLeiman`)."""

    general = fields.List(Number(), allow_none=True)
    group = fields.List(fields.List(Number()), allow_none=True)
    reason = fields.String(allow_none=True)


class BootstrapErrorsSchema(ResultSchema):
    """Standard errors by resampling (:class:`psychometrics.efa.results.BootstrapErrors`)."""

    replicates = fields.Integer()
    used = fields.Integer()
    cluster = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "Column of clusters; the bootstrap then draws whole clusters."},
    )
    seed = fields.Integer()
    loadings = fields.List(fields.List(Number()), allow_none=True)
    factor_correlations = fields.List(fields.List(Number()), allow_none=True)
    reason = fields.String(allow_none=True)


class EfaResultSchema(ResultSchema):
    """An exploratory factor analysis (:class:`psychometrics.efa.results.EfaResult`)."""

    n_persons = fields.Integer()
    n_factors = fields.Integer()
    extraction = fields.String()
    rotation = fields.String()
    normalize = fields.Boolean()
    correlation = fields.String()
    order = fields.List(fields.Integer(), metadata={"description": "Item numbers of the rows."})
    factors = fields.List(fields.String())
    loadings = fields.List(fields.List(Number()))
    factor_correlations = fields.List(fields.List(Number()))
    structure = fields.List(fields.List(Number()))
    uniquenesses = fields.List(Number())
    communalities = fields.List(Number())
    explained_variance = fields.List(Number())
    correlations = fields.List(fields.List(Number()))
    fit = fields.Nested(EfaFitSchema)
    congruence = fields.List(fields.Nested(CongruenceSchema), allow_none=True)
    schmid_leiman = fields.Nested(SchmidLeimanSchema, allow_none=True)
    standard_errors = fields.Nested(BootstrapErrorsSchema, allow_none=True)
    converged = fields.Boolean()
    proper = fields.Boolean()
    cautions = fields.List(fields.String())
