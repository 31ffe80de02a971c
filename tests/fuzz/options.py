"""Options of a kind, drawn from its own schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from marshmallow import fields, validate

from psychometrics.responses import ResponseMatrix
from schemas.base import StrictInteger, StrictNumber, StrictSchema

COLUMNS = {
    "group": ("group",),
    "cluster": ("clinician", "person"),
    "occasion": ("session_number",),
    "time": ("session_number",),
    "column": ("respondent",),
    "strata": ("clinician",),
    "outcome": ("outcome", "anchor"),
    "anchor": ("anchor",),
    "outcomes": ("outcome", "anchor"),
    "auxiliary": ("outcome",),
    "baseline": ("anchor",),
    "name": ("outcome",),
    "reference": ("a", "b"),
    "truth": ("client",),
    "respondent": ("client", "therapist"),
    "session_number": ("session_number",),
}
"""By option: what it names in the data sets; what is not listed names a scale."""

DEAR = {"replicates", "bootstrap", "q3_replicates", "cutoff_replicates", "sizes"}
"""Numbers that cost time; the fewest that are allowed are as good as any."""

FITTING = {"missing", "occasions", "occasion", "reference", "bifactor", "rasch", "cluster", "knot"}
"""Options that have a meaning beside others only; each is drawn rarely, as it may be refused."""

LEFT_OUT = {"compare_with", "references", "published_sums", "minimal_important_change"}
"""Options that hold whole documents."""


def options(
    schema: type[StrictSchema], responses: ResponseMatrix, rng: np.random.Generator
) -> dict[str, Any]:
    """Draw what a caller might send; of some options nothing, rarely something without sense."""
    return dict(_drawn(schema(), responses, rng))


def _drawn(
    schema: Any, responses: ResponseMatrix, rng: np.random.Generator
) -> Iterator[tuple[str, Any]]:
    for name, field in sorted(schema.load_fields.items()):
        dear = name in DEAR
        likely = 0.8 if name in {"group", "first", "second"} else 0.08 if name in FITTING else 0.3
        if name in LEFT_OUT or not (field.required or dear or rng.random() < likely):
            continue
        yield name, _value(name, field, responses, rng)


def _value(name: str, field: Any, responses: ResponseMatrix, rng: np.random.Generator) -> Any:
    if field.allow_none and rng.random() < 0.1:
        return None
    match field:
        case fields.Nested():
            return dict(_drawn(field.schema, responses, rng))
        case fields.List():
            length = _length(field)
            return [_value(name, field.inner, responses, rng) for _ in range(rng.integers(*length))]
        case fields.Boolean():
            return bool(rng.random() < 0.5)
        case fields.Enum():
            return str(rng.choice(_choices(field) or [one.value for one in field.enum]))
        case StrictInteger() | StrictNumber():
            return _number(name, field, rng)
        case _:
            return _text(name, field, responses, rng)


def _number(name: str, field: Any, rng: np.random.Generator) -> float | int:
    whole = isinstance(field, StrictInteger)
    if name in {"first", "second"}:
        return 1 if name == "first" else 2
    if name in {"occasions", "knot", "session_number"}:
        return int(rng.integers(1, 4))
    if name == "n_factors":
        return int(rng.integers(1, 4))
    low, high = _range(field)
    if name in DEAR:
        return int(max(low, 20.0)) if name == "sizes" else int(low)
    drawn = rng.uniform(low, high)
    return int(drawn) if whole else round(float(drawn), 3)


def _range(field: Any) -> tuple[float, float]:
    for rule in field.validators:
        if isinstance(rule, validate.Range):
            low = 0.01 if rule.min is None else float(rule.min)
            high = low + 1.0 if rule.max is None else float(rule.max)
            return low, high
    return 0.0, 1.0


def _length(field: Any) -> tuple[int, int]:
    for rule in field.validators:
        if isinstance(rule, validate.Length):
            low = rule.equal or rule.min or 0
            return low, 1 + min(rule.equal or rule.max or 3, low + 3)
    return 0, 3


def _choices(field: Any) -> list[str]:
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            return [getattr(one, "value", one) for one in rule.choices]
    return []


def _text(name: str, field: Any, responses: ResponseMatrix, rng: np.random.Generator) -> str:
    scales: tuple[str, ...] = (*responses.instrument.subscales, "total")
    known = _choices(field) or list(COLUMNS.get(name, scales))
    return "nowhere" if rng.random() < 0.01 else str(rng.choice(known))


def written(given: Mapping[str, Any]) -> str:
    """Say options in a line."""
    return ", ".join(f"{name}={value}" for name, value in given.items())
