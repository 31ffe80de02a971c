"""Fields and base classes that every schema shares."""

from __future__ import annotations

import math
from typing import Any

from marshmallow import RAISE, Schema, fields


class Number(fields.Float):
    """A number at full precision on its way out; what is not finite becomes ``null``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        return float(value)


class StrictNumber(fields.Float):
    """A finite JSON number on its way in; neither a text nor a truth value."""

    def _validated(self, value: object) -> float:
        if isinstance(value, bool | str):
            raise self.make_error("invalid")
        return super()._validated(value)


class StrictInteger(fields.Integer):
    """A JSON number without a fraction; neither a text nor a truth value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _validated(self, value: object) -> int:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        return super()._validated(value)


class ResultSchema(Schema):
    """What an analysis answers; numbers are never rounded and never ``NaN``."""


class Derived(fields.Field[Any]):
    """A declared result within a schema; its description is derived (:mod:`schemas.derived`).

    Parameters
    ----------
    declared
        Its class.
    """

    def __init__(self, declared: type, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.declared = declared


class StrictSchema(Schema):
    """What a caller sends; an unknown field is refused instead of ignored."""

    class Meta:
        """Unknown fields are an error."""

        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = ", ".join(sorted(self.load_fields))
        self.error_messages["type"] = "Must be a JSON object."
        self.error_messages["unknown"] = f"Is not known here; what is known: {known}."


class IntervalSchema(ResultSchema):
    """A confidence interval (:class:`psychometrics.types.Interval`)."""

    lower = Number(allow_none=True)
    upper = Number(allow_none=True)
    level = Number()


class EstimateSchema(ResultSchema):
    """An estimate and its precision (:class:`psychometrics.types.Estimate`)."""

    estimate = Number(allow_none=True)
    standard_error = Number(allow_none=True)
    interval = fields.Nested(IntervalSchema, allow_none=True)
    reason = fields.String(
        allow_none=True, metadata={"description": "Why there is no value, or no interval."}
    )
