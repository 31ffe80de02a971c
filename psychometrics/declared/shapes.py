"""Read a declared class: the shape that its values have as JSON.

Every derivation walks over one of these shapes: :func:`to_json` here, disclosure control in
:mod:`psychometrics.disclosure`, the OpenAPI schema in :mod:`schemas.derived`, tables in
:mod:`service.reports.document`.
"""

from __future__ import annotations

import math
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from psychometrics.declared.traits import Trait, shown
from psychometrics.errors import DeclarationError

Json = Any
"""A JSON value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a value looks like as JSON."""

    nullable: bool = False

    def json(self, value: Any) -> Json:
        """Write a value; what is not finite becomes ``None``."""
        return None if value is None else self.write(value)

    def write(self, value: Any) -> Json:
        """Write a value that is there."""
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth(Shape):
    """True or false."""

    def write(self, value: Any) -> Json:
        """Write it; NumPy's truth values too."""
        return bool(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Shape):
    """A string, one of ``choices`` where these are not empty."""

    choices: tuple[str, ...] = ()
    group: bool = False
    told: bool = False

    def write(self, value: Any) -> Json:
        """Write it; of an enumeration, its value."""
        return str(value.value if isinstance(value, Enum) else value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Shape):
    """A number, ``whole`` or not."""

    trait: Trait
    whole: bool = False

    def write(self, value: Any) -> Json:
        """Write it at full precision."""
        if not math.isfinite(value):
            return None
        return int(value) if self.whole else float(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Array(Shape):
    """A NumPy array of numbers."""

    number: Number
    axes: int

    def write(self, value: Any) -> Json:
        """Write nested lists."""
        given = np.asarray(value)
        written = given.astype(object)
        written[~np.isfinite(given)] = None
        return written.tolist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Several(Shape):
    """A list; of ``length`` where that is fixed."""

    one: Shape
    length: int | None = None

    def write(self, value: Any) -> Json:
        """Write each."""
        return [self.one.json(one) for one in value]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByName(Shape):
    """An object whose names come from the data or the form."""

    one: Shape

    def write(self, value: Any) -> Json:
        """Write each; an enumeration's name is its value."""
        return {
            str(name.value if isinstance(name, Enum) else name): self.one.json(one)
            for name, one in value.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A field of a record.

    Attributes
    ----------
    name
        In JSON: the field's, without the underscore that keeps it off Python's words (``from_``).
    field
        In Python.
    shape
        What it holds.
    trait
        What is said of it.
    """

    name: str
    field: str
    shape: Shape
    trait: Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Shape):
    """A declared class."""

    declared: type

    @property
    def members(self) -> tuple[Member, ...]:
        """Its fields as JSON has them."""
        return tuple(_flat(self.declared))

    def write(self, value: Any) -> Json:
        """Write each field."""
        found: dict[str, Json] = {}
        for member in _members(self.declared):
            one = member.shape.json(getattr(value, member.field))
            found |= one if member.trait.inline else {member.name: one}
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Either(Shape):
    """One of several declared classes."""

    records: tuple[Record, ...]

    def write(self, value: Any) -> Json:
        """Write it as the class it is."""
        return Record(declared=type(value)).write(value)


def to_json(value: Any) -> dict[str, Json]:
    """Write a declared result as JSON values: full precision, never ``NaN``."""
    return dict(Record(declared=type(value)).write(value))


def check(declared: type) -> Record:
    """Read a declared class with all it holds.

    Raises
    ------
    DeclarationError
        Naming class and field: a whole number that does not say whom it counts, a field without
        description, a type that has no JSON.
    """
    record = Record(declared=declared)
    for shape in walk(record):
        if isinstance(shape, Record):
            _ = shape.members
    return record


def walk(shape: Shape) -> Iterator[Shape]:
    """Yield a shape and all that it holds; each class once."""
    seen: set[type] = set()
    left = [shape]
    while left:
        one = left.pop()
        if isinstance(one, Record):
            if one.declared in seen:
                continue
            seen.add(one.declared)
            left += [member.shape for member in one.members]
        elif isinstance(one, Several | ByName):
            left.append(one.one)
        elif isinstance(one, Either):
            left += one.records
        yield one


@cache
def _flat(declared: type) -> tuple[Member, ...]:
    found: list[Member] = []
    for member in _members(declared):
        if member.trait.inline and isinstance(member.shape, Record):
            found += member.shape.members
        else:
            found.append(member)
    return tuple(found)


@cache
def _members(declared: type) -> tuple[Member, ...]:
    """Read the fields of a class and its shown properties."""
    if not is_dataclass(declared):
        raise DeclarationError(declared.__name__, "it is no declared result")
    hints = get_type_hints(declared, include_extras=True)
    found = []
    for one in fields(declared):
        trait = one.metadata.get(Trait, Trait())
        if not trait.internal:
            found.append(_member(declared, one.name, hints[one.name], trait))
    for name, read in _properties(declared):
        description = " ".join((read.__doc__ or "").split())
        hint = get_type_hints(read.fget, include_extras=True)["return"]
        found.append(_member(declared, name, hint, Trait(description=description)))
    return tuple(found)


def _properties(declared: type) -> Iterator[tuple[str, shown]]:
    names = dict.fromkeys(name for one in reversed(declared.__mro__) for name in vars(one))
    for name in names:
        given = getattr(declared, name, None)
        if isinstance(given, shown):
            yield name, given


def _member(declared: type, name: str, hint: Any, trait: Trait) -> Member:
    """Read a field; a record's own words describe it where nothing else does."""
    where = f"{declared.__name__}.{name}"
    trait = trait.over(_unwrapped(hint)[1])
    shape = _shape(hint, trait, where)
    held = shape.records[0] if isinstance(shape, Either) else shape
    if not trait.description and isinstance(held, Record):
        trait = replace(trait, description=first_sentence(held.declared))
    if not trait.description:
        raise DeclarationError(where, "it lacks its description")
    return Member(name=name.removesuffix("_"), field=name, shape=shape, trait=trait)


def first_sentence(declared: type) -> str:
    """Return what a class says of itself."""
    return " ".join((declared.__doc__ or "").split("\n\n")[0].split())


def _shape(hint: Any, trait: Trait, where: str) -> Shape:
    """Read a type."""
    given, said, nullable = _unwrapped(hint)
    trait = trait.over(said)
    origin, inner = get_origin(given), get_args(given)
    if origin in {Union, UnionType}:
        return Either(records=tuple(Record(declared=one) for one in inner), nullable=nullable)
    if origin is Literal:
        return Text(choices=inner, nullable=nullable)
    if origin is tuple:
        fixed = None if inner[-1] is Ellipsis else len(inner)
        one = _shape(inner[0], trait, where)
        return Several(one=one, length=fixed, nullable=nullable)
    if origin is not None and issubclass(origin, np.ndarray):
        return _array(given, trait, where, nullable=nullable)
    if origin is not None and issubclass(origin, Mapping):
        return ByName(one=_shape(inner[1], trait, where), nullable=nullable)
    if isinstance(given, type):
        return _plain(given, trait, where, nullable=nullable)
    raise DeclarationError(where, f"the type {given} has no JSON")


def _plain(given: type, trait: Trait, where: str, *, nullable: bool) -> Shape:
    """Read a class."""
    if issubclass(given, bool | np.bool_):
        return Truth(nullable=nullable)
    if issubclass(given, Enum):
        return Text(choices=tuple(one.value for one in given), nullable=nullable)
    if issubclass(given, str):
        return Text(group=trait.group, told=trait.told, nullable=nullable)
    if issubclass(given, int):
        if trait.counts is None:
            raise DeclarationError(where, "a whole number must say whom it counts")
        return Number(whole=True, trait=trait, nullable=nullable)
    if issubclass(given, float):
        return Number(trait=trait, nullable=nullable)
    if is_dataclass(given):
        return Record(declared=given, nullable=nullable)
    raise DeclarationError(where, f"the type {given.__name__} has no JSON")


def _array(given: Any, trait: Trait, where: str, *, nullable: bool) -> Array:
    kind = get_args(get_args(given)[1])[0]
    whole = issubclass(kind, np.integer)
    if not trait.axes:
        raise DeclarationError(where, "an array must say how many axes it has")
    if whole and trait.counts is None:
        raise DeclarationError(where, "whole numbers must say whom they count")
    return Array(number=Number(trait=trait, whole=whole), axes=trait.axes, nullable=nullable)


def _unwrapped(hint: Any) -> tuple[Any, Trait, bool]:
    """Take off ``Annotated`` and ``None``."""
    said, nullable = Trait(), False
    while True:
        if get_origin(hint) is typing.Annotated:
            hint, *notes = get_args(hint)
            for note in notes:
                said = said.over(note) if isinstance(note, Trait) else said
        elif get_origin(hint) in {Union, UnionType} and NoneType in get_args(hint):
            kept = [one for one in get_args(hint) if one is not NoneType]
            hint, nullable = Union[tuple(kept)], True  # noqa: UP007  # of types at run time
        else:
            return hint, said, nullable
