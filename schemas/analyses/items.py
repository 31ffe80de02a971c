"""The kind ``items``: options taken and result given."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from psychometrics.instrument import Instrument
from psychometrics.items.options import ItemsOptions
from schemas.base import Number, ResultSchema, StrictSchema
from schemas.definition import DefinitionSchema, NamedValues, load_definition
from schemas.faults import RefusedInputError


class ItemsOptionsSchema(StrictSchema):
    """Options of an item analysis."""

    published_sums = NamedValues(
        keys=fields.String(),
        values=fields.String(validate=validate.Length(min=1, max=64)),
        load_default=dict,
        metadata={
            "description": "By subscale, the column that holds its published sum of each response; "
            "the key that made the sums is looked for."
        },
    )

    compare_with = fields.List(
        fields.Nested(DefinitionSchema),
        load_default=list,
        validate=validate.Length(max=20),
        metadata={
            "description": "Other definitions, as GET /v1/instruments gives them without the hash: "
            "which one do the answers fit best?"
        },
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ItemsOptions:
        """Make the engine's options."""
        others = tuple(
            _instrument(document, number) for number, document in enumerate(data["compare_with"])
        )
        return ItemsOptions(published_sums=data["published_sums"], compare_with=others)


def _instrument(document: dict[str, Any], number: int) -> Instrument:
    """Make a definition's instrument, or say at its place that it contradicts itself."""
    try:
        return load_definition(document).instrument
    except RefusedInputError as error:
        details = [f"{fault.pointer}: {fault.detail}" for fault in error.faults]
        raise ValidationError({"compare_with": {number: details}}) from None


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


class ScaleDistributionSchema(ResultSchema):
    """A scale's scores (:class:`psychometrics.items.results.ScaleDistribution`)."""

    n_scored = fields.Integer()
    mean = Number(allow_none=True)
    sd = Number(allow_none=True)
    skewness = Number(allow_none=True)
    floor = Number(allow_none=True)
    ceiling = Number(allow_none=True)


class InterItemSchema(ResultSchema):
    """How items correlate (:class:`psychometrics.items.results.InterItem`)."""

    order = fields.List(fields.Integer())
    pearson = fields.List(fields.List(Number(allow_none=True)))
    polychoric = fields.List(fields.List(Number(allow_none=True)), allow_none=True)
    reason = fields.String(allow_none=True)


class SelectiveMissingnessSchema(ResultSchema):
    """Cochran's Q over items (:class:`psychometrics.items.results.SelectiveMissingness`)."""

    statistic = Number(allow_none=True)
    df = fields.Integer()
    p_value = Number(allow_none=True)
    reason = fields.String(allow_none=True)


class MissingPatternSchema(ResultSchema):
    """Who left out the same items (:class:`psychometrics.items.results.MissingPattern`)."""

    items = fields.List(fields.Integer())
    share = Number()


class MissingPatternsSchema(ResultSchema):
    """Which items are left out together (:class:`psychometrics.items.results.MissingPatterns`)."""

    patterns = fields.List(fields.Nested(MissingPatternSchema))
    rarer = Number()
    step = Number()


class MissingnessSchema(ResultSchema):
    """Which answers are missing (:class:`psychometrics.items.results.Missingness`)."""

    share = Number()
    n_complete = fields.Integer()
    n_patterns = fields.Integer()
    selective = fields.Nested(SelectiveMissingnessSchema)
    patterns = fields.Nested(MissingPatternsSchema, allow_none=True)


class ScreeningSchema(ResultSchema):
    """One sign of careless answering (:class:`psychometrics.items.results.Screening`)."""

    n_screened = fields.Integer()
    n_flagged = fields.Integer()
    median = Number(allow_none=True)
    threshold = Number()
    rule = fields.String()
    reason = fields.String(allow_none=True)


class CarelessSchema(ResultSchema):
    """Signs of careless answering; counts, never persons."""

    long_strings = fields.Nested(ScreeningSchema)
    even_odd = fields.Nested(ScreeningSchema)
    mahalanobis = fields.Nested(ScreeningSchema)


class ContradictionSchema(ResultSchema):
    """What contradicts the form (:class:`psychometrics.items.results.Contradiction`)."""

    code = fields.String(validate=validate.OneOf(["key", "range"]))
    subscale = fields.String(allow_none=True)
    items = fields.List(fields.Integer())
    detail = fields.String()


class RangeSuspicionSchema(ResultSchema):
    """Something odd about the answers' range or coding."""

    code = fields.String()
    detail = fields.String()


class DependentPairSchema(ResultSchema):
    """Two items that share more than their factors."""

    items = fields.List(fields.Integer())
    residual_correlation = Number()


class LocalDependenceSchema(ResultSchema):
    """Residual correlations (:class:`psychometrics.items.results.LocalDependence`)."""

    largest = Number(allow_none=True)
    threshold = Number()
    pairs = fields.List(fields.Nested(DependentPairSchema))
    reason = fields.String(allow_none=True)


class KeyFindingSchema(ResultSchema):
    """The key behind published sums (:class:`psychometrics.items.results.KeyFinding`)."""

    n_rows = fields.Integer(metadata={"description": "Rows with complete answers and a sum."})
    n_agree = fields.Integer(metadata={"description": "Rows that the definition's key makes."})
    n_explained = fields.Integer(metadata={"description": "Rows that the key found makes."})
    n_equally_good = fields.Integer()
    ambiguous = fields.Boolean(metadata={"description": "Whether other keys make as many rows."})
    standard_key = fields.Boolean(metadata={"description": "Whether it is the definition's key."})
    items = fields.List(fields.Integer(), allow_none=True)
    reversed_items = fields.List(
        fields.Integer(),
        allow_none=True,
        metadata={"description": "Null when no key makes most of the sums."},
    )
    wrongly_reversed = fields.List(fields.Integer())
    wrongly_kept = fields.List(fields.Integer())
    moved_in = fields.List(fields.Integer())
    moved_out = fields.List(fields.Integer())


class FormFitSchema(ResultSchema):
    """How well a definition fits (:class:`psychometrics.items.results.FormFit`)."""

    id = fields.String()
    version = fields.String()
    possible = fields.Boolean(metadata={"description": "Whether item count and range allow it."})
    n_negative = fields.Integer(
        metadata={"description": "Items that fall with the rest of their subscale."}
    )
    mean_item_rest = Number(allow_none=True)


class ItemsResultSchema(ResultSchema):
    """An item analysis (:class:`psychometrics.items.results.ItemsResult`)."""

    n_persons = fields.Integer()
    items = fields.List(fields.Nested(ItemStatisticsSchema))
    key_check = fields.Nested(KeyCheckSchema)
    scales = fields.Dict(keys=fields.String(), values=fields.Nested(ScaleDistributionSchema))
    inter_item = fields.Nested(InterItemSchema)
    missing = fields.Nested(MissingnessSchema)
    careless = fields.Nested(CarelessSchema)
    response_range = fields.List(fields.Nested(RangeSuspicionSchema))
    contradictions = fields.List(fields.Nested(ContradictionSchema))
    local_dependence = fields.Nested(LocalDependenceSchema)
    key_forensics = fields.Dict(
        keys=fields.String(),
        values=fields.Nested(KeyFindingSchema),
        allow_none=True,
        metadata={"description": "By subscale; null unless `published_sums` were named."},
    )
    form_check = fields.List(
        fields.Nested(FormFitSchema),
        allow_none=True,
        metadata={"description": "The best first; null unless `compare_with` names others."},
    )
    cautions = fields.List(fields.String())
