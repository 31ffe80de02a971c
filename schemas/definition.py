"""Instrument definitions: their JSON and the :class:`Instrument` it describes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields, validate

from psychometrics.errors import InstrumentError
from psychometrics.instrument import Instrument, Scale
from schemas.base import Pattern, StrictInteger, StrictSchema
from schemas.json_pointers import NUMBERED_WORD, faults_of
from schemas.json_text import read_json
from schemas.validation_errors import Fault, RefusedInputError

KEY_STATUSES = ("verified", "declared", "recalled", "unverified")
"""How well the key is known: verified against a source, declared by whoever made the definition,
recalled without a source at hand, or unverified (scoring refuses it)."""


class NamedValues(fields.Dict):
    """A JSON object of values by name; a fault's place is the value's own, as in the data."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]  # as marshmallow ships it
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            flat = {
                name: parts.get("value", parts.get("key")) for name, parts in error.messages.items()
            }
            raise ValidationError(flat) from None


class ResponseRangeSchema(StrictSchema):
    """Lowest and highest answer."""

    minimum = StrictInteger(required=True)
    maximum = StrictInteger(required=True)


class SourceSchema(StrictSchema):
    """Where a fact of the definition comes from."""

    doi = fields.String(validate=Pattern(r"^10\.\d{4,9}/\S+$"))
    citation = fields.String(validate=validate.Length(max=1000))
    what = fields.String(required=True, validate=validate.Length(min=1, max=1000))


class MissingSchema(StrictSchema):
    """From how many answered items a subscale is prorated."""

    minimum_answered = NamedValues(keys=fields.String(), values=StrictInteger(), load_default=dict)


_NAME = Pattern(r"^[^\x00-\x1f\x7f]{1,64}$", error="Must be 1 to 64 printable characters.")


class DefinitionSchema(StrictSchema):
    """An instrument definition."""

    id = fields.String(
        required=True,
        validate=Pattern(
            r"^[a-z0-9][a-z0-9._-]{0,63}$",
            error="Must be 1 to 64 lower-case letters, digits, dots, hyphens or underscores.",
        ),
        metadata={"example": "wai-sr-client"},
    )
    version = fields.String(
        required=True,
        validate=Pattern(
            r"^[^\x00-\x1f\x7f]{1,32}$", error="Must be 1 to 32 printable characters."
        ),
        metadata={"example": "1.0.0"},
    )
    title = fields.String(load_default="", validate=validate.Length(max=300))
    respondent = fields.String(load_default="client", validate=_NAME)
    items = StrictInteger(required=True, metadata={"description": "Number of items on the form."})
    response = fields.Nested(ResponseRangeSchema, required=True)
    subscales = NamedValues(
        keys=fields.String(validate=_NAME),
        values=fields.List(StrictInteger()),
        required=True,
        metadata={"description": "Disjoint lists of item numbers, by subscale."},
    )
    reversed = fields.List(StrictInteger(), load_default=list)
    total = fields.Boolean(load_default=True, truthy={True}, falsy={False})
    missing = fields.Nested(MissingSchema, load_default=lambda: {"minimum_answered": {}})
    rights = fields.String(load_default="", validate=validate.Length(max=2000))
    sources = fields.List(fields.Nested(SourceSchema), load_default=list)
    key_status = fields.String(
        load_default="declared",
        validate=validate.OneOf(KEY_STATUSES),
        metadata={"description": "Scoring refuses an unverified key."},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A definition that was read and found consistent.

    Attributes
    ----------
    instrument
        What the engine works with.
    document
        The whole definition, with defaults filled in, as JSON values.
    key_status
        One of :data:`KEY_STATUSES`.
    sha256
        Hash of the document in canonical form (keys sorted, no spaces): it names the scoring rule
        to the last bit.
    """

    instrument: Instrument
    document: Mapping[str, Any] = field(repr=False)
    key_status: str
    sha256: str

    @property
    def rule(self) -> dict[str, str]:
        """The scoring rule's name, as every answer carries it."""
        return {
            "id": self.instrument.id,
            "version": self.instrument.version,
            "sha256": self.sha256,
        }


class InstrumentSchema(DefinitionSchema):
    """A definition as the service gives it out, with its hash."""

    sha256 = fields.String(dump_only=True)


class InstrumentListSchema(Schema):
    """Instruments by id: the catalogue's, then the tenant's own."""

    instruments = fields.List(fields.Nested(InstrumentSchema), required=True)


def parse_definition(body: bytes) -> Definition:
    """Read a definition from JSON.

    Raises
    ------
    UnreadableInputError
        If the body is not JSON.
    RefusedInputError
        If it is malformed or contradicts itself; every fault points into the definition.
    """
    return load_definition(read_json(body, what="The definition"))


def kept_definition(document: Mapping[str, Any]) -> Definition:
    """Make a definition from what was kept of one; the last ones are remembered."""
    return _kept_definition(orjson.dumps(document))


@lru_cache(maxsize=128)
def _kept_definition(text: bytes) -> Definition:
    return load_definition(orjson.loads(text))


def load_definition(document: object) -> Definition:
    """Make a definition from JSON values (see :func:`parse_definition`)."""
    if not isinstance(document, Mapping):
        detail = "A definition must be a JSON object."
        raise RefusedInputError([Fault(pointer="", code="wrong-type", detail=detail)])
    try:
        loaded: dict[str, Any] = DefinitionSchema().load(document)
    except ValidationError as error:
        raise RefusedInputError(faults_of(error.messages, names=NUMBERED_WORD)) from None
    _check_minimums_name_subscales(loaded)
    try:
        instrument = _instrument(loaded)
    except InstrumentError as error:
        fault = Fault(pointer=error.pointer, code="contradiction", detail=f"{error.detail}.")
        raise RefusedInputError([fault]) from None
    canonical = orjson.dumps(loaded, option=orjson.OPT_SORT_KEYS)
    return Definition(
        instrument=instrument,
        document=loaded,
        key_status=loaded["key_status"],
        sha256=hashlib.sha256(canonical).hexdigest(),
    )


def _check_minimums_name_subscales(loaded: Mapping[str, Any]) -> None:
    unknown = [
        name for name in loaded["missing"]["minimum_answered"] if name not in loaded["subscales"]
    ]
    if unknown:
        raise RefusedInputError(
            Fault(
                pointer=f"/missing/minimum_answered/{name}",
                code="contradiction",
                detail="There is no subscale of this name.",
            )
            for name in unknown
        )


def _instrument(loaded: Mapping[str, Any]) -> Instrument:
    """Without a stated minimum a subscale is scored only when every item is answered."""
    minimums = loaded["missing"]["minimum_answered"]
    return Instrument(
        id=loaded["id"],
        version=loaded["version"],
        n_items=loaded["items"],
        minimum=loaded["response"]["minimum"],
        maximum=loaded["response"]["maximum"],
        subscales={
            name: Scale(
                name=name, items=tuple(items), minimum_answered=minimums.get(name, len(items))
            )
            for name, items in loaded["subscales"].items()
        },
        reversed_items=tuple(loaded["reversed"]),
        total=loaded["total"],
    )
