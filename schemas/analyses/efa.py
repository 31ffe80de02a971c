"""Options of the kind ``efa``."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load, validate

from psychometrics.efa.options import CorrelationType, EfaOptions, Extraction, Rotation
from schemas.base import StrictInteger, StrictSchema


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
