"""Options of the kind ``sufficiency``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.sample_size.options import SIZES, Simulation, SufficiencyOptions, Truth
from schemas.base import StrictInteger, StrictNumber, StrictSchema

_NAME = validate.Length(min=1, max=64)
_INSIDE = validate.Range(min=0.0, max=1.0, min_inclusive=False, max_inclusive=False)
_POWER = validate.Range(min=0.5, max=0.999)
_SIZE = validate.Range(min=30, max=5000)
MOST_REPLICATES = 2000


class SimulationSchema(StrictSchema):
    """A Monte Carlo study of the sample size."""

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
