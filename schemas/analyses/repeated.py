"""Options that analyses of repeated measurements share."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from psychometrics.cfa.options import Estimator
from psychometrics.longitudinal.options import SESSION
from schemas.base import StrictNumber, StrictSchema
from schemas.responses.covariates import MAXIMUM_NAME

NAME = validate.Length(min=1, max=MAXIMUM_NAME)
MOST_SCALES = 50
MOST_NAMED_OCCASIONS = 100
RELIABILITY = validate.Range(min=0.0, max=1.0, min_inclusive=False)


def scales_field() -> fields.List[str]:
    """Return the field of scale names; empty for all scales."""
    return fields.List(
        fields.String(validate=NAME),
        load_default=(),
        validate=validate.Length(max=MOST_SCALES),
        metadata={"description": "Subscales or `total`; all of them if left out."},
    )


class PanelOptionsSchema(StrictSchema):
    """What orders the occasions, and how models are estimated."""

    time = fields.String(
        load_default=SESSION,
        validate=NAME,
        metadata={"description": "Column of session numbers, or of days."},
    )
    occasions = fields.List(
        StrictNumber(),
        load_default=(),
        validate=validate.Length(max=MOST_NAMED_OCCASIONS),
        metadata={"description": "Session numbers to use; all of them if left out."},
    )
    estimator = fields.Enum(
        Estimator,
        by_value=True,
        load_default=Estimator.MLR,
        validate=validate.OneOf([Estimator.MLR, Estimator.ML], error="Must be one of: MLR, ML."),
        metadata={"description": "MLR or ML; every value of incomplete rows counts (FIML)."},
    )


def tuples(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return options with lists turned into tuples, ``None`` left as it is."""
    lists = {name: tuple(data[name]) for name in names if data.get(name) is not None}
    return data | lists
