"""JSON Schema of declared results, as OpenAPI 3.1 has it; derived, never written.

Every field of a record is required. A number is nullable where it may not be estimable or may be
withheld: all are but item numbers, what the caller chose, and counts of things.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psychometrics.declared.shapes import (
    Array,
    ByName,
    Either,
    Member,
    Number,
    Record,
    Several,
    Shape,
    Text,
    Truth,
    first_sentence,
)
from psychometrics.declared.traits import Population, Trait

JsonSchema = dict[str, Any]
NULL: JsonSchema = {"type": "null"}


class Components:
    """The schemas of declared classes, each once, under its name.

    Parameters
    ----------
    taken
        Names that other schemas of the document have, looked at whenever a class is added.
    """

    def __init__(self, taken: Collection[str] = ()) -> None:
        self._taken = taken
        self._classes: dict[type, str] = {}
        self.schemas: dict[str, JsonSchema] = {}

    def add(self, declared: type) -> JsonSchema:
        """Describe a class and all it holds, and return a reference to it."""
        name = self._classes.get(declared)
        if name is None:
            name = _name(declared, {*self._taken, *self._classes.values()})
            self._classes[declared] = name
            self.schemas[name] = {}
            self.schemas[name] |= self._record(Record(declared=declared), name)
        return {"$ref": f"#/components/schemas/{name}"}

    def _record(self, shape: Record, name: str) -> JsonSchema:
        members = shape.members
        return {
            "type": "object",
            "title": name,
            "description": first_sentence(shape.declared),
            "properties": {one.name: self._member(one) for one in members},
            "required": [one.name for one in members],
        }

    def _member(self, member: Member) -> JsonSchema:
        return {**self._of(member.shape), "description": _described(member.trait)}

    def _of(self, shape: Shape) -> JsonSchema:
        match shape:
            case Several(one=one, length=length):
                ends = {} if length is None else {"minItems": length, "maxItems": length}
                held = {"items": self._of(one), **ends}
                return {**_typed("array", nullable=shape.nullable), **held}
            case ByName(one=one):
                names = {"additionalProperties": self._of(one)}
                return {**_typed("object", nullable=shape.nullable), **names}
            case Record(declared=declared):
                return _or_null(self.add(declared), nullable=shape.nullable)
            case Either(records=records):
                either = {"anyOf": [self.add(one.declared) for one in records]}
                return _or_null(either, nullable=shape.nullable)
            case _:
                return _plain(shape)


def _plain(shape: Shape) -> JsonSchema:
    match shape:
        case Truth():
            return _typed("boolean", nullable=shape.nullable)
        case Text(choices=choices):
            return _text(choices, nullable=shape.nullable)
        case Number():
            return _number(shape)
        case Array(axes=axes, number=number):
            items = _number(number)
            for _ in range(axes - 1):
                items = {"type": "array", "items": items}
            return {**_typed("array", nullable=True), "items": items}
        case _:
            raise TypeError(shape)


def _number(shape: Number) -> JsonSchema:
    trait = shape.trait
    counted_thing = shape.whole and trait.counts is Population.NOBODY
    always = trait.chosen or counted_thing
    ends = {"minimum": trait.minimum, "maximum": trait.maximum}
    return {
        **_typed("integer" if shape.whole else "number", nullable=shape.nullable or not always),
        **{name: end for name, end in ends.items() if end is not None},
    }


def _typed(name: str, *, nullable: bool) -> JsonSchema:
    return {"type": [name, "null"] if nullable else name}


def _text(choices: tuple[str, ...], *, nullable: bool) -> JsonSchema:
    ends = {"enum": [*choices, *([None] if nullable else [])]} if choices else {}
    return {**_typed("string", nullable=nullable), **ends}


def _or_null(schema: JsonSchema, *, nullable: bool) -> JsonSchema:
    if not nullable:
        return schema
    return {"anyOf": [*schema.get("anyOf", [schema]), NULL]}


def _described(trait: Trait) -> str:
    """Describe a field, with its unit."""
    return trait.description + (f" Unit: {trait.unit}." if trait.unit else "")


def _name(declared: type, taken: set[str]) -> str:
    """Name a class; where its name is taken, by its folder too."""
    name = declared.__name__
    return name if name not in taken else declared.__module__.split(".")[-2].title() + name
