"""Rules by which an instrument is judged, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from psychometrics.validity.evidence import NUMBERS
from psychometrics.validity.rules import (
    AllOf,
    Answer,
    AnyOf,
    Code,
    Compare,
    Condition,
    Known,
    Rated,
    Rating,
    Relation,
    Remark,
    Rule,
    Standards,
    Status,
)
from schemas.base import StrictSchema

_ALWAYS = AllOf(parts=())
_FORM = (
    "Must be {number, at_least|above|at_most|below}, {known, is}, {property, is}, {all} or {any}."
)


class ConditionField(fields.Field[Condition]):
    """A condition (:data:`psychometrics.validity.rules.Condition`)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Condition:
        return _condition(value)


def _condition(value: Any) -> Condition:
    match value:
        case {"all": [*parts], **rest} if not rest:
            return AllOf(parts=tuple(_condition(part) for part in parts))
        case {"any": [*parts], **rest} if not rest:
            return AnyOf(parts=tuple(_condition(part) for part in parts))
        case {"known": str(number), "is": bool(known), **rest} if not rest:
            return Known(number=_number(number), known=known)
        case {"property": str(name), "is": [*ratings], **rest} if not rest:
            return Rated(
                measurement_property=name, ratings=frozenset(Rating(rating) for rating in ratings)
            )
        case {"number": str(number), **rest} if len(rest) == 1:
            return _compare(number, rest)
    raise ValidationError(_FORM)


def _compare(number: str, bounds: Mapping[Any, Any]) -> Compare:
    relation, bound = next(iter(bounds.items()))
    return Compare(number=_number(number), relation=Relation(relation), bound=float(bound))


def _number(name: str) -> str:
    if name not in NUMBERS:
        raise ValidationError(f"The evidence has no number {name!r}.")
    return name


class RemarkSchema(StrictSchema):
    """Words for a case (:class:`psychometrics.validity.rules.Remark`)."""

    when = ConditionField(load_default=_ALWAYS)
    words = fields.String(required=True)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Remark:
        """Make the remark."""
        return Remark(**data)


def _remarks() -> Any:
    return fields.List(fields.Nested(RemarkSchema), required=True)


class RuleSchema(StrictSchema):
    """A rule (:class:`psychometrics.validity.rules.Rule`)."""

    id = fields.String(required=True)
    measurement_property = fields.String(required=True, data_key="property")
    title = fields.String(required=True)
    statement = fields.String(required=True)
    status = fields.Enum(Status, by_value=True, required=True)
    source = fields.String(required=True)
    doi = fields.String(required=True, allow_none=True)
    caution = fields.String(required=True)
    assessed = ConditionField(required=True)
    sufficient = ConditionField(required=True)
    insufficient = ConditionField(required=True)
    numbers = fields.List(fields.String(validate=validate.OneOf(NUMBERS)), required=True)
    because = _remarks()
    remedies = _remarks()
    phrases = fields.Dict(keys=fields.Enum(Rating, by_value=True), values=_remarks(), required=True)
    headline = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Rule:
        """Make the rule."""
        several = {name: tuple(data[name]) for name in ("numbers", "because", "remedies")}
        phrases = {rating: tuple(remarks) for rating, remarks in data["phrases"].items()}
        return Rule(**data | several | {"phrases": phrases})


class AnswerSchema(StrictSchema):
    """An answer (:class:`psychometrics.validity.rules.Answer`)."""

    code = fields.Enum(Code, by_value=True, required=True)
    when = ConditionField(load_default=_ALWAYS)
    words = fields.String(required=True)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Answer:
        """Make the answer."""
        return Answer(**data)


class StandardsSchema(StrictSchema):
    """Rules that belong together (:class:`psychometrics.validity.rules.Standards`)."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    rules = fields.List(fields.Nested(RuleSchema), required=True, validate=validate.Length(min=1))
    answers = fields.List(
        fields.Nested(AnswerSchema), required=True, validate=validate.Length(min=1)
    )

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> Standards:
        """Make the standards."""
        return Standards(
            id=data["id"],
            version=data["version"],
            rules=tuple(data["rules"]),
            answers=tuple(data["answers"]),
        )


def load_standards(document: Mapping[str, Any]) -> Standards:
    """Make standards from a document.

    Raises
    ------
    marshmallow.ValidationError
        If it is malformed: the document is the project's own, so this is a fault of ours.
    """
    standards: Standards = StandardsSchema().load(document)
    return standards
