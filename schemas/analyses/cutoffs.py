"""Options of the kind ``cutoffs``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.cfa.options import NAMED, Estimator, Structure
from psychometrics.simulation.options import (
    FEWEST_REPLICATES,
    MOST_REPLICATES,
    CutoffOptions,
)
from schemas.base import StrictInteger, StrictSchema

_STRUCTURES = (Structure.ONE_FACTOR, Structure.TWO_FACTOR, Structure.CORRELATED_FACTORS)
MODELS = {
    name: rival
    for name, rival in NAMED.items()
    if rival.structure in _STRUCTURES and not rival.method
}
"""Models that have such cut-offs, by their names."""

LARGEST_SEED = 2**32 - 1


class CutoffOptionsSchema(StrictSchema):
    """Options of model-specific cut-offs."""

    model = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.OneOf(list(MODELS)),
        metadata={
            "description": "The model whose fit is to be judged; one factor for each subscale if "
            "left out."
        },
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
            model=MODELS[data["model"]] if data["model"] else CutoffOptions().model,
            estimator=data["estimator"],
            replicates=data["replicates"],
            seed=data["seed"],
        )
