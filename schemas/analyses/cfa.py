"""The kind ``cfa``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, pre_dump, validate

from psychometrics.cfa.options import CfaOptions, Rival, Structure
from psychometrics.cfa.results import CfaResult, ModelResult
from schemas.analyses.estimation import EstimationOptionsSchema
from schemas.analyses.reliability import ClustersSchema
from schemas.base import IntervalSchema, Number, ResultSchema

RIVALS = {
    rival.name: rival
    for method in (False, True)
    for structure in Structure
    for rival in (Rival(structure=structure, method=method),)
}
"""Rival models by their names."""


class CfaOptionsSchema(EstimationOptionsSchema):
    """Options of a confirmatory factor analysis."""

    models = fields.List(
        fields.String(validate=validate.OneOf(list(RIVALS))),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=len(RIVALS)),
        metadata={"description": "Rival models; all that the instrument allows if left out."},
    )
    cluster = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=64),
        metadata={
            "description": "Column that says who belongs together (clinician, site): errors and "
            "scaled tests of MLR and WLSMV then allow for it."
        },
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> CfaOptions:
        """Make the engine's options."""
        names = data["models"]
        models = None if names is None else tuple(RIVALS[name] for name in dict.fromkeys(names))
        return CfaOptions(
            models=models,
            estimator=data["estimator"],
            missing=data["missing"],
            cluster=data["cluster"],
        )


class ScaledTestSchema(ResultSchema):
    """A corrected test (:class:`psychometrics.cfa.results.ScaledTestResult`)."""

    chi_square = Number()
    df = fields.Integer()
    p_value = Number(allow_none=True)
    scaling_factor = Number()
    shift = Number()


class FitIndicesSchema(ResultSchema):
    """Indices of one version of the test (:class:`psychometrics.cfa.results.FitIndices`)."""

    cfi = Number(allow_none=True)
    tli = Number(allow_none=True)
    rmsea = Number(allow_none=True)
    rmsea_interval = fields.Nested(IntervalSchema, allow_none=True)
    rmsea_close_fit_p = Number(allow_none=True)


class LoadingSchema(ResultSchema):
    """A loading (:class:`psychometrics.cfa.results.Loading`)."""

    factor = fields.String()
    item = fields.Integer()
    estimate = Number()
    standard_error = Number(allow_none=True)
    standardized = Number(allow_none=True)
    standardized_standard_error = Number(allow_none=True)


class HigherOrderLoadingSchema(ResultSchema):
    """A factor's loading (:class:`psychometrics.cfa.results.HigherOrderLoading`)."""

    factor = fields.String()
    indicator = fields.String()
    estimate = Number()
    standard_error = Number(allow_none=True)
    standardized = Number(allow_none=True)
    standardized_standard_error = Number(allow_none=True)


class FactorCorrelationSchema(ResultSchema):
    """A correlation (:class:`psychometrics.cfa.results.FactorCorrelation`)."""

    factors = fields.List(fields.String())
    estimate = Number()
    standard_error = Number(allow_none=True)
    interval = fields.Nested(IntervalSchema, allow_none=True)


class CfaItemSchema(ResultSchema):
    """What the factors leave of an item (:class:`psychometrics.cfa.results.ItemResult`)."""

    item = fields.Integer()
    residual_variance = Number()
    standard_error = Number(allow_none=True)
    r_squared = Number(allow_none=True)


class ModificationIndexSchema(ResultSchema):
    """A fixed parameter (:class:`psychometrics.cfa.results.ModificationIndex`)."""

    parameter = fields.String()
    factor = fields.String(allow_none=True)
    items = fields.List(fields.Integer())
    index = Number()
    expected_change = Number()
    standardized_change = Number(allow_none=True)


class CfaModelSchema(ResultSchema):
    """One rival model (:class:`psychometrics.cfa.results.ModelResult`)."""

    model = fields.String()
    converged = fields.Boolean()
    proper = fields.Boolean()
    cautions = fields.List(fields.String())
    n_persons = fields.Integer()
    n_parameters = fields.Integer()
    chi_square = Number(allow_none=True)
    df = fields.Integer()
    p_value = Number(allow_none=True)
    scaled = fields.Nested(ScaledTestSchema, allow_none=True)
    baseline_chi_square = Number(allow_none=True)
    baseline_df = fields.Integer()
    cfi = Number(allow_none=True)
    tli = Number(allow_none=True)
    rmsea = Number(allow_none=True)
    rmsea_interval = fields.Nested(IntervalSchema, allow_none=True)
    rmsea_close_fit_p = Number(allow_none=True)
    srmr = Number(allow_none=True)
    scaled_indices = fields.Nested(FitIndicesSchema, allow_none=True)
    robust_indices = fields.Nested(FitIndicesSchema, allow_none=True)
    log_likelihood = Number(allow_none=True)
    aic = Number(allow_none=True)
    bic = Number(allow_none=True)
    loadings = fields.List(fields.Nested(LoadingSchema))
    higher_order_loadings = fields.List(fields.Nested(HigherOrderLoadingSchema))
    factor_correlations = fields.List(fields.Nested(FactorCorrelationSchema))
    items = fields.List(fields.Nested(CfaItemSchema))
    residual_correlations = fields.List(fields.List(Number(allow_none=True)))
    average_variance_extracted = fields.Dict(keys=fields.String(), values=Number(allow_none=True))
    modification_indices = fields.List(fields.Nested(ModificationIndexSchema))
    explained_common_variance = Number(allow_none=True)
    omega_hierarchical = Number(allow_none=True)

    @pre_dump
    def flatten(self, model: ModelResult, **kwargs: Any) -> dict[str, Any]:
        """Put the uncorrected indices beside the test, where the contract has them."""
        return {name: getattr(model, name) for name in self.fields if hasattr(model, name)} | {
            name: getattr(model.indices, name) for name in FitIndicesSchema().fields
        }


class HeterotraitMonotraitSchema(ResultSchema):
    """The HTMT ratio of two subscales."""

    factors = fields.List(fields.String())
    ratio = Number(allow_none=True)
    standard_error = Number(allow_none=True)
    interval = fields.Nested(IntervalSchema, allow_none=True)
    reason = fields.String(allow_none=True)


class CfaResultSchema(ResultSchema):
    """A confirmatory factor analysis (:class:`psychometrics.cfa.results.CfaResult`)."""

    estimator = fields.String()
    missing = fields.String()
    n_persons = fields.Integer()
    models = fields.List(fields.Nested(CfaModelSchema))
    best = fields.String(allow_none=True)
    best_rule = fields.String()
    cautions = fields.List(fields.String())
    heterotrait_monotrait = fields.List(fields.Nested(HeterotraitMonotraitSchema))
    cluster = fields.Nested(ClustersSchema, allow_none=True)

    @pre_dump
    def list_ratios(self, result: CfaResult, **kwargs: Any) -> dict[str, Any]:
        """Turn ratios by pair into a list, as JSON has no pairs for keys."""
        ratios = [
            {
                "factors": list(pair),
                "ratio": found.estimate,
                "standard_error": found.standard_error,
                "interval": found.interval,
                "reason": found.reason,
            }
            for pair, found in result.heterotrait_monotrait.items()
        ]
        shown = {name: getattr(result, name) for name in self.fields}
        return shown | {"heterotrait_monotrait": ratios}
