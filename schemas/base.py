"""Fields and base classes that every schema shares."""

from __future__ import annotations

import math
from dataclasses import is_dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from psychometrics.declared.shapes import to_json


class Number(fields.Float):
    """A number at full precision on its way out; what is not finite becomes ``null``."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        return float(value)


class StrictNumber(fields.Float):
    """A finite JSON number on its way in; neither a text nor a truth value."""

    def _validated(self, value: object) -> float:
        if isinstance(value, bool | str):
            raise self.make_error("invalid")
        return super()._validated(value)


class StrictInteger(fields.Integer):
    """A JSON number without a fraction; neither a text nor a truth value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _validated(self, value: object) -> int:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        return super()._validated(value)


class Pattern(validate.Regexp):
    r"""A pattern that the whole text must match; written ``^…$``, as ECMA-262 reads it too.

    (To Python alone, ``$`` would let a line end follow; ``\Z`` is no ECMA-262.)
    """

    def __call__(self, value: Any) -> Any:
        """Return the text if it matches."""
        if self.regex.fullmatch(value) is None:
            raise ValidationError(self._format_error(value))
        return value


class Derived(fields.Field[Any]):
    """A declared result within a schema; its description is derived (:mod:`schemas.derived`).

    Parameters
    ----------
    declared
        Its class, or those that it may be.
    """

    def __init__(self, *declared: type, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.declared = declared

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return to_json(value) if is_dataclass(value) else value


class StrictSchema(Schema):
    """What a caller sends; an unknown field is refused instead of ignored."""

    class Meta:
        """Unknown fields are an error."""

        unknown = RAISE

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = ", ".join(sorted(self.load_fields))
        self.error_messages["type"] = "Must be a JSON object."
        self.error_messages["unknown"] = f"Is not known here; what is known: {known}."
