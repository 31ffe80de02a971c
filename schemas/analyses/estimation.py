"""How a factor model is estimated: options that every analysis by such models takes."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from psychometrics.cfa.options import Estimator, Missing
from schemas.base import StrictSchema

_TREATMENTS = {
    Estimator.ML: (Missing.FIML, Missing.LISTWISE),
    Estimator.MLR: (Missing.FIML, Missing.LISTWISE),
    Estimator.WLSMV: (Missing.LISTWISE, Missing.PAIRWISE),
}
"""By estimator: the treatments of missing answers that it has."""


class EstimationOptionsSchema(StrictSchema):
    """Estimator and treatment of missing answers."""

    estimator = fields.Enum(
        Estimator,
        by_value=True,
        load_default=Estimator.WLSMV,
        metadata={"description": "WLSMV treats answers as ordered, ML and MLR as continuous."},
    )
    missing = fields.Enum(
        Missing,
        by_value=True,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "By default FIML for ML and MLR if answers are missing, else listwise."
        },
    )

    @validates_schema
    def check_missing(self, data: dict[str, Any], **kwargs: Any) -> None:
        """Refuse a treatment of missing answers that the estimator does not have."""
        allowed = _TREATMENTS[data["estimator"]]
        if data["missing"] is not None and data["missing"] not in allowed:
            names = " or ".join(repr(missing.value) for missing in allowed)
            raise ValidationError(f"{data['estimator'].value} takes {names}", field_name="missing")
