"""The kind ``items``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from psychometrics.items.options import ItemsOptions
from schemas.base import Number, ResultSchema, StrictSchema


class ItemsOptionsSchema(StrictSchema):
    """Options of an item analysis."""

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ItemsOptions:
        """Make the engine's options."""
        return ItemsOptions(**data)


class ItemStatisticsSchema(ResultSchema):
    """One item (:class:`psychometrics.items.results.ItemStatistics`)."""

    item = fields.Integer()
    subscale = fields.String(allow_none=True)
    n_answered = fields.Integer()
    missing = Number(metadata={"description": "Share of the persons used, 0 to 1."})
    mean = Number(allow_none=True)
    sd = Number(allow_none=True)
    skewness = Number(allow_none=True)
    kurtosis = Number(allow_none=True)
    floor = Number(allow_none=True, metadata={"description": "Share of the answers, 0 to 1."})
    ceiling = Number(allow_none=True, metadata={"description": "Share of the answers, 0 to 1."})
    category_counts = fields.List(fields.Integer())
    item_rest_correlation = Number(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "Why a value is null."})


class SuspectSchema(ResultSchema):
    """An item whose key is doubtful."""

    item = fields.Integer()
    reason = fields.String()


class KeyCheckSchema(ResultSchema):
    """Whether the answers contradict the key."""

    suspects = fields.List(fields.Nested(SuspectSchema))


class ItemsResultSchema(ResultSchema):
    """An item analysis (:class:`psychometrics.items.results.ItemsResult`)."""

    n_persons = fields.Integer()
    items = fields.List(fields.Nested(ItemStatisticsSchema))
    key_check = fields.Nested(KeyCheckSchema)
    cautions = fields.List(fields.String())
