"""Options of the kind ``cutoffs``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.cfa.options import Estimator, Rival, Structure
from psychometrics.ensembles.options import (
    FEWEST_REPLICATES,
    MOST_REPLICATES,
    CutoffOptions,
)
from schemas.base import StrictInteger, StrictSchema

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
