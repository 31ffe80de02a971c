"""Protect a declared result: what its types say of people decides what may be handed on.

Notes
-----
A count of people of 1 to 10 is withheld. Where the persons that a record rests on are so few, every
number of the record is, but for counts of things and what was chosen. The sizes of a record's
groups are one row (:func:`protected_counts`); what belongs to a withheld group is withheld with it.
A field that is not declared is left out, for nothing is known of it; one that is not there (in a
result of an earlier release) stays away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from psychometrics.declared.shapes import (
    Array,
    ByName,
    Member,
    Number,
    Record,
    Several,
    Shape,
    Text,
)
from psychometrics.declared.traits import Population, Trait
from psychometrics.disclosure.counts import is_small, protected_counts
from psychometrics.disclosure.sentences import protected_sentence

Json = dict[str, Any]


def protected(shape: Shape, value: Any) -> Any:
    """Return a result as it may be handed on.

    Parameters
    ----------
    shape
        Its declaration.
    value
        Its JSON; what is withheld is ``None``.
    """
    if value is None:
        return None
    match shape:
        case Record():
            return _record(shape, value)
        case Number(trait=trait) if counts_people(trait):
            return None if is_small(value) else value
        case Text(told=True):
            return protected_sentence(value)
        case Several(one=one):
            return [protected(one, each) for each in value]
        case ByName(one=one):
            return {name: protected(one, each) for name, each in value.items()}
        case _:
            return value


def counts_people(trait: Trait) -> bool:
    """Whether a number counts people, or what only people have."""
    return trait.counts not in {None, Population.NOBODY}


def without_numbers(shape: Shape, value: Any) -> Any:
    """Keep words, truth values, counts of things and what was chosen."""
    if value is None:
        return None
    match shape:
        case Number(trait=trait):
            kept = trait.chosen or trait.counts is Population.NOBODY
            return value if kept else None
        case Array():
            return None
        case Several(one=one):
            return [without_numbers(one, each) for each in value]
        case ByName(one=one):
            return {name: without_numbers(one, each) for name, each in value.items()}
        case Record():
            return {
                member.name: without_numbers(member.shape, value[member.name])
                for member in _there(shape, value)
            }
        case _:
            return value


def _record(shape: Record, value: Mapping[str, Any]) -> Json:
    if any(_is_basis(one) and is_small(value[one.name]) for one in _there(shape, value)):
        return dict(without_numbers(shape, value))
    hidden, given = _hidden_groups(shape, value)
    found: Json = {}
    for member in _there(shape, value):
        one = protected(member.shape, given[member.name])
        found[member.name] = _without(hidden, member.shape, one) if hidden else one
    return found


def _there(shape: Record, value: Mapping[str, Any]) -> Iterator[Member]:
    return (member for member in shape.members if member.name in value)


def _is_basis(member: Member) -> bool:
    return isinstance(member.shape, Number) and member.shape.trait.basis


def _is_label(member: Member) -> bool:
    return isinstance(member.shape, Text) and member.shape.group


def _hidden_groups(shape: Record, value: Mapping[str, Any]) -> tuple[frozenset[str], Json]:
    """Withhold sizes of groups so that none follows from the others, and name those groups."""
    given, hidden = dict(value), frozenset[str]()
    for member in _there(shape, value):
        names = _named_sizes(member.shape)
        if names is None or not value[member.name]:
            continue
        label, size = names
        sizes = [one[size] for one in value[member.name]]
        if None in sizes:
            continue
        row = protected_counts(sizes).counts
        given[member.name] = [
            {**one, size: n} for one, n in zip(value[member.name], row, strict=True)
        ]
        hidden |= {
            one[label]
            for one, n in zip(value[member.name], row, strict=True)
            if n is None and one[size]
        }
    return hidden, given


def _named_sizes(shape: Shape) -> tuple[str, str] | None:
    """Return the names of label and size where a list holds groups and nothing else."""
    if not isinstance(shape, Several) or not isinstance(shape.one, Record):
        return None
    members = shape.one.members
    labels = [one.name for one in members if _is_label(one)]
    sizes = [one.name for one in members if _is_basis(one)]
    return (labels[0], sizes[0]) if len(members) == 2 and labels and sizes else None


def _without(hidden: frozenset[str], shape: Shape, value: Any) -> Any:
    """Withhold the numbers of entries that belong to withheld groups."""
    if not isinstance(shape, Several) or not isinstance(shape.one, Record) or value is None:
        return value
    labels = [one.name for one in shape.one.members if _is_label(one)]
    few = [any(one.get(label) in hidden for label in labels) for one in value]
    return [
        without_numbers(shape.one, one) if of_few else one
        for one, of_few in zip(value, few, strict=True)
    ]
