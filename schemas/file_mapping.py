"""How the columns of a file are to be read, said by whoever sends it: the mapping.

A mapping overrides what the reader understood. Every key is optional. ``alliance inspect`` prints
the mapping of its reading, and the same mapping reads the same file in the same way again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from psychometrics.instrument import Instrument
from schemas.base import Pattern, StrictInteger, StrictNumber, StrictSchema
from schemas.json_pointers import faults_of
from schemas.json_text import read_json
from schemas.validation_errors import Fault, RefusedInputError

ROLES = (
    "person",
    "occasion",
    "clinician",
    "site",
    "respondent",
    "days_since_first_visit",
    "days_since_delivery",
    "group",
)
"""What a column can be beside the items, besides an outcome."""

MAXIMUM_NAME = 10_000
"""Longest column name that a mapping may carry: a header may hold the whole text of an item."""

DELIMITERS = (",", ";", "\t", "|", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """How the file itself is to be opened; ``None`` where the reader finds out.

    Attributes
    ----------
    sheet
        Name of the sheet of a workbook.
    header_row
        Number of the row that names the columns, from 1.
    skip_rows
        Numbers of rows that are passed over.
    delimiter, decimal, encoding
        Of a text file.
    """

    sheet: str | None = None
    header_row: int | None = None
    skip_rows: tuple[int, ...] = ()
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WideOccasion:
    """One occasion: its name, and its item columns where a row holds several occasions.

    Attributes
    ----------
    name
        The value of the occasion column, or the occasion's name in the columns' names.
    items
        Column by item number; empty where the occasions are rows.
    """

    name: str
    items: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """What was said about the columns of a file.

    Attributes
    ----------
    items
        Column by item number.
    occasions
        The occasions in order; with items where one row holds several of them.
    roles
        Columns by role, ``person`` and ``occasion`` among them.
    outcomes
        Columns that are outcomes; ``None`` if nothing was said.
    leave_out
        Columns that are not read.
    labels
        Answer by label, as it stands in the cells.
    missing
        Cells that stand for a missing answer.
    add
        What is added to every answer.
    replace
        Roles whose values are replaced by pseudonyms.
    accept
        Codes of questions that were answered by "read it as it stands".
    repeated
        ``in-row-order`` if rows of one person are occasions in the order of the rows.
    file
        How the file is opened.
    """

    items: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    occasions: tuple[WideOccasion, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: tuple[str, ...] | None = None
    leave_out: tuple[str, ...] = ()
    labels: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    missing: tuple[str, ...] = ()
    add: int = 0
    replace: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    repeated: str | None = None
    file: FileOptions = field(default_factory=FileOptions)

    def role_of(self, column: str) -> str | None:
        """Return the role that was said of a column, if any."""
        return next((role for role, names in self.roles.items() if column in names), None)


def _name(**options: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, MAXIMUM_NAME), **options)


def _items() -> fields.Dict:
    numbers = Pattern(r"^[1-9][0-9]{0,2}$", error="Must be the number of an item.")
    return fields.Dict(keys=fields.String(validate=numbers), values=_name())


class _ColumnsOfRole(fields.Field[tuple[str, ...]]):
    """One column's name, or a list of names."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        names = value if isinstance(value, list) else [value]
        if not all(isinstance(name, str) and 0 < len(name) <= MAXIMUM_NAME for name in names):
            raise ValidationError("Must be the name of a column, or a list of names.")
        return tuple(names)


class FileOptionsSchema(StrictSchema):
    """How the file is opened."""

    sheet = _name()
    header_row = StrictInteger(validate=validate.Range(min=1, max=1000))
    skip_rows = fields.List(
        StrictInteger(validate=validate.Range(min=1, max=10_000_000)),
        validate=validate.Length(max=1000),
    )
    delimiter = fields.String(validate=validate.OneOf(DELIMITERS))
    decimal = fields.String(validate=validate.OneOf([".", ","]))
    encoding = fields.String(validate=Pattern(r"^[A-Za-z0-9_.:-]{1,40}$"))

    @post_load
    def _make(self, given: dict[str, Any], **_: Any) -> FileOptions:
        return FileOptions(**given | {"skip_rows": tuple(given.get("skip_rows", ()))})


class WideOccasionSchema(StrictSchema):
    """One occasion."""

    name = fields.String(required=True, validate=validate.Length(1, 200))
    items = _items()

    @post_load
    def _make(self, given: dict[str, Any], **_: Any) -> WideOccasion:
        return WideOccasion(name=given["name"], items=_numbered(given.get("items", {})))


class FileMappingSchema(StrictSchema):
    """How a file is to be read: what `--mapping` takes, and the part `mapping` of an upload."""

    items = _items()
    person = _name(allow_none=True)
    occasion = _name(allow_none=True)
    occasions = fields.List(fields.Nested(WideOccasionSchema), validate=validate.Length(1, 200))
    roles = fields.Dict(keys=fields.String(validate=validate.OneOf(ROLES)), values=_ColumnsOfRole())
    outcomes = fields.List(_name(), validate=validate.Length(max=1000))
    leave_out = fields.List(_name(), validate=validate.Length(max=20_000))
    labels = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 500)),
        values=StrictNumber(validate=validate.Range(min=-1000, max=1000)),
        validate=validate.Length(max=1000),
    )
    missing = fields.List(
        fields.String(validate=validate.Length(1, 500)), validate=validate.Length(max=1000)
    )
    add = StrictInteger(validate=validate.Range(min=-100, max=100))
    replace = fields.List(fields.String(validate=validate.OneOf(["person", "clinician"])))
    accept = fields.List(
        fields.String(validate=Pattern(r"^[a-z-]{1,40}$")), validate=validate.Length(max=50)
    )
    repeated = fields.String(validate=validate.OneOf(["in-row-order"]))
    file = fields.Nested(FileOptionsSchema)

    @post_load
    def _make(self, given: dict[str, Any], **_: Any) -> FileMapping:
        roles = {role: tuple(names) for role, names in given.get("roles", {}).items()}
        for role in ("person", "occasion"):
            if given.get(role):
                roles[role] = (given[role],)
        return FileMapping(
            items=_numbered(given.get("items", {})),
            occasions=tuple(given.get("occasions", ())),
            roles=roles,
            outcomes=tuple(given["outcomes"]) if "outcomes" in given else None,
            leave_out=tuple(given.get("leave_out", ())),
            labels={text: _whole(number) for text, number in given.get("labels", {}).items()},
            missing=tuple(given.get("missing", ())),
            add=given.get("add", 0),
            replace=tuple(given.get("replace", ())),
            accept=tuple(given.get("accept", ())),
            repeated=given.get("repeated"),
            file=given.get("file", FileOptions()),
        )


def _numbered(items: Mapping[str, str]) -> dict[int, str]:
    return {int(number): column for number, column in items.items()}


def _whole(number: float) -> int:
    if not float(number).is_integer():
        raise ValidationError("Must be whole numbers.", "labels")
    return int(number)


def load_mapping(given: object, instrument: Instrument) -> FileMapping:
    """Validate a mapping for a form.

    Raises
    ------
    RefusedInputError
        Every fault points below ``/mapping``.
    """
    if not isinstance(given, dict):
        detail = "Must be a JSON object."
        raise RefusedInputError([Fault(pointer="/mapping", code="wrong-type", detail=detail)])
    try:
        mapping: FileMapping = FileMappingSchema().load(given)
    except ValidationError as error:
        raise RefusedInputError(faults_of(error.messages, at="/mapping")) from None
    _check_items(mapping, instrument)
    return mapping


def parse_mapping(text: bytes | str, instrument: Instrument) -> FileMapping:
    """Read a mapping that is given as JSON text.

    Raises
    ------
    UnreadableInputError
        If it is not JSON.
    RefusedInputError
        If it is no mapping.
    """
    return load_mapping(read_json(text, what="The mapping"), instrument)


def _check_items(mapping: FileMapping, instrument: Instrument) -> None:
    wide = [one.items for one in mapping.occasions if one.items]
    for items in [mapping.items, *wide] if mapping.items else wide:
        if set(items) != set(range(1, instrument.n_items + 1)):
            detail = f"Must name one column for each of the items 1 to {instrument.n_items}."
            raise RefusedInputError(
                [Fault(pointer="/mapping/items", code="wrong-item-count", detail=detail)]
            )
        if len(set(items.values())) != len(items):
            detail = "Names the same column for two items."
            raise RefusedInputError(
                [Fault(pointer="/mapping/items", code="duplicate", detail=detail)]
            )
