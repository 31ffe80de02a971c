"""The columns that may stand beside answers: who, where and when."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from schemas.responses import pseudonyms
from schemas.responses.pseudonyms import Use
from schemas.responses.response_batch import Value

MAXIMUM_TEXT = 128
MAXIMUM_NAME = 64
MAXIMUM_DAYS = 50_000
"""Longer than anybody lives: what is more counts something else."""
MAXIMUM_SESSION = 10_000
MAXIMUM_OUTCOMES = 100
"""Different names in one batch; each makes a column as long as the batch."""


def is_text(value: object) -> bool:
    """Whether a value is a text of 1 to 128 characters without control characters."""
    return isinstance(value, str) and 0 < len(value) <= MAXIMUM_TEXT and value.isprintable()


def are_texts(values: Sequence[object]) -> bool:
    """Whether all values are such texts: a few passes over the whole column."""
    if set(map(type, values)) != {str}:
        return not values
    texts = cast("Sequence[str]", values)
    lengths = set(map(len, texts))
    return min(lengths) > 0 and max(lengths) <= MAXIMUM_TEXT and "".join(texts).isprintable()


def is_number(value: object) -> bool:
    """Whether a value is a finite number and not a truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_session_number(value: object) -> bool:
    """Whether a value is a whole number from 1 to 10,000."""
    return is_number(value) and float(value).is_integer() and 1 <= value <= MAXIMUM_SESSION  # type: ignore[arg-type,operator]  # a number


def is_days_since_first_visit(value: object) -> bool:
    """Whether a value is a number of days from 0: no response precedes the first visit."""
    return is_days(value) and value >= 0  # type: ignore[operator]  # a number


def is_days(value: object) -> bool:
    """Whether a value is a number of days, at most so many as somebody may live."""
    return is_number(value) and abs(value) <= MAXIMUM_DAYS  # type: ignore[arg-type]  # a number


def is_name(value: object) -> bool:
    """Whether a value can name a column: 1 to 64 printable characters."""
    return is_text(value) and len(str(value)) <= MAXIMUM_NAME and value not in RESERVED_NAMES


NAME_RULE = "A name has 1 to 64 printable characters and is not one of the response's own fields."

TEXT_COLUMNS = ("person", "clinician", "site", "respondent")
NUMBER_COLUMNS = ("session_number", "days_since_first_visit", "days_since_delivery")

_TEXT_RULE = f"Must be a text of 1 to {MAXIMUM_TEXT} printable characters, or missing."

RULES: dict[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(TEXT_COLUMNS, (is_text, _TEXT_RULE)),
    "session_number": (
        is_session_number,
        f"Must be a whole number from 1 to {MAXIMUM_SESSION}, or missing.",
    ),
    "days_since_first_visit": (
        is_days_since_first_visit,
        f"Must be a number of days from 0 to {MAXIMUM_DAYS}, or missing.",
    ),
    "days_since_delivery": (
        is_days,
        f"Must be a number of days (negative before delivery), {MAXIMUM_DAYS} at most, or missing.",
    ),
}
"""By recognised column: what a value must be, as a test and as a sentence."""

RESERVED_NAMES = frozenset(RULES) | {"id", "answers", "outcomes"}
"""Names that an outcome or a further column cannot have."""

USES = {"person": Use.PSEUDONYM, "clinician": Use.PSEUDONYM, "id": Use.NAME}
"""What a column's texts stand for; those of every other column are labels."""

_PLAIN = {int, float, str, type(None)}
"""Values of these types that are equal are accepted alike; a truth value equals a number."""

OUTCOME_RULE = "Must be a finite number, or missing."


def faulty_values(values: Sequence[object], accepts: Callable[[object], bool]) -> list[int]:
    """Positions of the values that are neither missing nor accepted."""
    if accepts is is_text and are_texts(values):
        return []
    if set(map(type, values)) <= _PLAIN and all(map(accepts, set(values) - {None})):
        return []
    return [
        position
        for position, value in enumerate(values)
        if value is not None and not accepts(value)
    ]


def are_plain(name: str, values: Sequence[object]) -> bool:
    """Whether a column holds nothing but right numbers, or common pseudonyms: it has no fault."""
    if name in NUMBER_COLUMNS:
        return not faulty_values(values, RULES[name][0])
    return pseudonyms.are_opaque(values)


def any_given(values: Sequence[Value]) -> bool:
    """Whether a column says anything at all."""
    return any(value is not None for value in values)


def identifying_values(name: str, values: Sequence[object]) -> Iterator[tuple[int, str, str]]:
    """Position, code and rule of each value of a column that is a date or identifies a person."""
    if name not in RULES and pseudonyms.is_date_column(values):
        dates = (place for place, value in enumerate(values) if value is not None)
        return ((place, "date", pseudonyms.DATE_RULE) for place in dates)
    return pseudonyms.identifying(values, USES.get(name, Use.LABEL))
