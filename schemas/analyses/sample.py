"""The section ``sample`` of the kind ``validity``: who answered, and what is missing."""

from __future__ import annotations

from marshmallow import fields

from schemas.analyses.sufficiency import CliniciansSchema
from schemas.base import Number, ResultSchema


class CountSchema(ResultSchema):
    """How many have one value (:class:`psychometrics.validity.sample.Count`)."""

    value = fields.String()
    n = fields.Integer(allow_none=True)


class ColumnCountsSchema(ResultSchema):
    """How a column divides (:class:`psychometrics.validity.sample.ColumnCounts`)."""

    column = fields.String()
    of = fields.String()
    distinct = fields.Integer()
    counts = fields.List(fields.Nested(CountSchema), allow_none=True)
    n_missing = fields.Integer(allow_none=True)


class ItemMissingSchema(ResultSchema):
    """How often an item is left out (:class:`psychometrics.validity.sample.ItemMissing`)."""

    item = fields.Integer()
    group = fields.String(allow_none=True)
    n_persons = fields.Integer(allow_none=True)
    n_missing = fields.Integer(allow_none=True)
    missing = Number(allow_none=True)


class SampleSectionSchema(ResultSchema):
    """Who answered (:class:`psychometrics.validity.sample.SampleResult`)."""

    n_responses = fields.Integer(allow_none=True)
    respondent = fields.String(allow_none=True)
    n_other_respondents = fields.Integer(allow_none=True)
    n_persons = fields.Integer(allow_none=True)
    n_complete = fields.Integer(allow_none=True)
    n_set_aside = fields.Integer(allow_none=True)
    rule = fields.String()
    counts = fields.List(fields.Nested(ColumnCountsSchema))
    clinicians = fields.Nested(CliniciansSchema, allow_none=True)
    missing = Number(allow_none=True)
    items = fields.List(fields.Nested(ItemMissingSchema))
    cautions = fields.List(fields.String())
