"""Whether JSON is as its declaration says."""

from __future__ import annotations

from typing import Any

from jsonschema import Draft202012Validator

from psychometrics.declared.shapes import Record
from schemas.derived import Components


def fits(declared: type, value: Any) -> None:
    """Refuse JSON that has other fields or types than its class declares."""
    components = Components()
    schema = components.add(declared)
    Draft202012Validator({**schema, "components": {"schemas": components.schemas}}).validate(value)
    assert set(value) == {member.name for member in Record(declared=declared).members}
