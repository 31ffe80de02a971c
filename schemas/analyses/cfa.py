"""Options of the kind ``cfa``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.cfa.options import NAMED, CfaOptions
from schemas.analyses.estimation import EstimationOptionsSchema


class CfaOptionsSchema(EstimationOptionsSchema):
    """Options of a confirmatory factor analysis."""

    models = fields.List(
        fields.String(validate=validate.OneOf(list(NAMED))),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=len(NAMED)),
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
        models = None if names is None else tuple(NAMED[name] for name in dict.fromkeys(names))
        return CfaOptions(
            models=models,
            estimator=data["estimator"],
            missing=data["missing"],
            cluster=data["cluster"],
        )
