"""The kind ``cutoffs``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.cfa.options import Estimator, Rival, Structure
from psychometrics.ensembles.options import (
    FEWEST_REPLICATES,
    MOST_REPLICATES,
    CutoffOptions,
)
from schemas.base import Number, ResultSchema, StrictInteger, StrictSchema

MODELS = {
    rival.name: rival
    for structure in (Structure.ONE_FACTOR, Structure.TWO_FACTOR, Structure.THREE_FACTOR)
    for rival in (Rival(structure=structure),)
}
"""Models that have such cut-offs, by their names."""

LARGEST_SEED = 2**32 - 1


class CutoffOptionsSchema(StrictSchema):
    """Options of model-specific cut-offs."""

    model = fields.String(
        load_default=Structure.THREE_FACTOR.value,
        validate=validate.OneOf(list(MODELS)),
        metadata={"description": "The model whose fit is to be judged."},
    )
    estimator = fields.Enum(
        Estimator,
        by_value=True,
        load_default=Estimator.WLSMV,
        validate=validate.OneOf([Estimator.ML, Estimator.WLSMV]),
        metadata={
            "description": "WLSMV simulates ordered answers with the sample's thresholds, ML "
            "continuous ones."
        },
    )
    replicates = StrictInteger(
        load_default=500,
        validate=validate.Range(min=FEWEST_REPLICATES, max=MOST_REPLICATES),
        metadata={"description": "Samples drawn from each population."},
    )
    seed = StrictInteger(
        load_default=1,
        validate=validate.Range(min=0, max=LARGEST_SEED),
        metadata={"description": "The same seed gives the same answer."},
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> CutoffOptions:
        """Make the engine's options."""
        return CutoffOptions(
            model=MODELS[data["model"]],
            estimator=data["estimator"],
            replicates=data["replicates"],
            seed=data["seed"],
        )


class FitValuesSchema(ResultSchema):
    """Three indices (:class:`psychometrics.ensembles.results.FitValues`)."""

    srmr = Number()
    rmsea = Number()
    cfi = Number()


class CrossLoadingSchema(ResultSchema):
    """An added loading (:class:`psychometrics.ensembles.results.CrossLoading`)."""

    item = fields.Integer()
    factor = fields.String()
    loading = Number()


class ResidualCorrelationSchema(ResultSchema):
    """An added residual correlation (:class:`psychometrics.ensembles.results`)."""

    items = fields.List(fields.Integer())
    correlation = Number()


class CutoffSchema(ResultSchema):
    """A cut-off (:class:`psychometrics.ensembles.results.Cutoff`)."""

    value = Number(
        allow_none=True,
        metadata={"description": "Null where right and wrong models overlap too much."},
    )
    separation = Number(allow_none=True)
    correct = Number(metadata={"description": "Median under the right model."})
    misspecified = Number(metadata={"description": "Median under the wrong model."})


class CutoffLevelSchema(ResultSchema):
    """Cut-offs of one level (:class:`psychometrics.ensembles.results.CutoffLevel`)."""

    level = fields.Integer()
    cross_loadings = fields.List(fields.Nested(CrossLoadingSchema))
    residual_correlations = fields.List(fields.Nested(ResidualCorrelationSchema))
    srmr = fields.Nested(CutoffSchema)
    rmsea = fields.Nested(CutoffSchema)
    cfi = fields.Nested(CutoffSchema)
    n_converged = fields.Integer()


class CutoffResultSchema(ResultSchema):
    """The result (:class:`psychometrics.ensembles.results.CutoffResult`)."""

    model = fields.String()
    estimator = fields.String()
    n_persons = fields.Integer()
    replicates = fields.Integer()
    seed = fields.Integer()
    n_converged = fields.Integer()
    observed = fields.Nested(FitValuesSchema)
    levels = fields.List(fields.Nested(CutoffLevelSchema))
    method = fields.String()
    cautions = fields.List(fields.String())
