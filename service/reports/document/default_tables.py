"""Tables of a declared result that nobody wrote a section for: they follow from its declaration.

What is single stands in one table of names and values; a list of records is a table with a row for
each; an estimate is written with its interval. The same tables are the result as CSV.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    Truth,
)
from psychometrics.types import Estimate, Interval
from service.reports.document import labels, numbers
from service.reports.document.elements import Column, Table


def default_tables(name: str, declared: type, value: Mapping[str, Any]) -> Iterator[Table]:
    """Write a result as tables.

    Parameters
    ----------
    name
        Of the result, for the tables' addresses.
    declared
        Its class.
    value
        Its JSON.
    """
    members = Record(declared=declared).members
    single = [one for one in members if _is_cell(one.shape)]
    if single:
        yield Table(
            name=name,
            caption=labels.named(labels.spoken(name)),
            columns=(Column(title="", numeric=False), Column(title="Value")),
            rows=tuple(
                (labels.named(one.name), _cell(one.shape, value[one.name])) for one in single
            ),
        )
    for one in members:
        if not _is_cell(one.shape) and value[one.name] is not None:
            yield from _of_member(f"{name}-{one.name}".replace("_", "-"), one, value[one.name])


def _of_member(name: str, member: Member, value: Any) -> Iterator[Table]:
    match member.shape:
        case Record(declared=declared):
            yield from default_tables(name, declared, value)
        case Several(one=Record() as record):
            yield from _rows(
                name, member, record, ((str(n), one) for n, one in enumerate(value, 1))
            )
        case ByName(one=Record() as record):
            yield from _rows(name, member, record, value.items())
        case ByName(one=one) if _is_cell(one):
            yield _table(
                name, member, ("Value",), [(each, (_cell(one, value[each]),)) for each in value]
            )
        case Array(axes=2, number=number):
            titles = tuple(str(place) for place in range(1, len(value[0]) + 1))
            rows = [
                (str(place), tuple(_cell(number, one) for one in row))
                for place, row in enumerate(value, 1)
            ]
            yield _table(name, member, titles, rows)


def _rows(
    name: str, member: Member, record: Record, entries: Iterable[tuple[str, Any]]
) -> Iterator[Table]:
    """Write a row for each entry; what does not fit into a cell has tables of its own."""
    given = list(entries)
    cells = [one for one in record.members if _is_cell(one.shape)]
    rows = [
        (label, tuple(_cell(one.shape, entry[one.name]) for one in cells)) for label, entry in given
    ]
    if rows and cells:
        yield _table(name, member, tuple(labels.named(one.name) for one in cells), rows)
    for label, entry in given:
        for one in record.members:
            if not _is_cell(one.shape) and entry[one.name] is not None:
                address = f"{name}-{label}-{one.name}".replace("_", "-")
                yield from _of_member(address, one, entry[one.name])


def _table(
    name: str,
    member: Member,
    titles: tuple[str, ...],
    rows: Iterable[tuple[str, tuple[str, ...]]],
) -> Table:
    return Table(
        name=name,
        caption=f"{labels.named(member.name)}. {member.trait.description}",
        columns=(Column(title="", numeric=False), *(Column(title=title) for title in titles)),
        rows=tuple((labels.named(label), *cells) for label, cells in rows),
    )


def _is_cell(shape: Shape) -> bool:
    """Whether a value fits into a cell."""
    match shape:
        case Record(declared=declared):
            return issubclass(declared, Estimate | Interval)
        case Several(one=one):
            return isinstance(one, Number | Text)
        case Array(axes=axes):
            return axes == 1
        case _:
            return isinstance(shape, Number | Text | Truth)


def _cell(shape: Shape, value: Any) -> str:
    if value is None:
        return numbers.NONE
    match shape:
        case Record(declared=declared) if issubclass(declared, Interval):
            return numbers.interval(value, numbers.number)
        case Record():
            return numbers.estimate(value, numbers.number)
        case Number(whole=whole, trait=trait):
            if whole:
                return numbers.count(value)
            within_one = trait.maximum is not None and trait.maximum <= 1
            return numbers.bounded(value, 3) if within_one else numbers.number(value)
        case Truth():
            return "yes" if value else "no"
        case Several(one=one) | Array(number=one):
            return "; ".join(_cell(one, each) for each in value)
        case _:
            return str(value)
