"""What no result may be, read from its declaration (:mod:`psychometrics.declared`)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from psychometrics.declared.shapes import (
    Array,
    ByName,
    Either,
    Number,
    Record,
    Several,
    Shape,
)
from psychometrics.declared.traits import Trait

ROUNDING = 1e-9
"""Limits and estimates may be the same number, computed in two ways."""

AT_MOST_ONE = {
    "alpha",
    "standardized_alpha",
    "ordinal_alpha",
    "omega",
    "ordinal_omega",
    "omega_total",
    "omega_hierarchical",
    "omega_specific",
    "explained_common_variance",
    "split_half",
    "icc",
    "icc_2_1",
    "icc_3_1",
    "correlation",
    "tracking",
    "general_omega",
}
"""Estimates of which the field's name says the range, above; below, unless they are correlations,
alpha and the intraclass correlation have no limit that does not depend on the numbers."""

NOT_NEGATIVE = {
    "omega",
    "ordinal_omega",
    "omega_total",
    "omega_hierarchical",
    "omega_specific",
    "explained_common_variance",
    "general_omega",
}

CORRELATIONS = {"correlation", "tracking"}

INTERVALS = ("interval", "distribution_free_interval", "normal_theory_interval")

UNEXPLAINED = {"MeasuredOutcome", "ItemStatistics"}
"""Records whose reason explains one null among several that need none."""


def faults(declared: type, result: Mapping[str, Any]) -> list[str]:
    """Say where a result is impossible; empty where it is sound."""
    json.dumps(result, allow_nan=False)
    return list(_faults(Record(declared=declared), result, "result", ""))


def _faults(shape: Shape, value: Any, at: str, name: str) -> Iterator[str]:
    if value is None:
        if not shape.nullable:
            yield f"{at} is null without being declared so"
        return
    match shape:
        case Number():
            yield from _number(shape, value, at)
        case Either(records=records):
            [record] = [one for one in records if {m.name for m in one.members} == set(value)]
            yield from _record(record, value, at, name)
        case Record():
            yield from _record(shape, value, at, name)
        case Array() | Several() | ByName():
            for one, held, place in _held(shape, value):
                yield from _faults(one, held, f"{at}{place}", name)


def _held(shape: Array | Several | ByName, value: Any) -> Iterator[tuple[Shape, Any, str]]:
    """Yield what a list or an object of names holds; of arrays the numbers that there are."""
    match shape:
        case Array(number=number):
            yield from ((number, one, "[]") for one in _leaves(value) if one is not None)
        case Several(one=one):
            yield from ((one, held, f"[{place}]") for place, held in enumerate(value))
        case ByName(one=one):
            yield from ((one, held, f".{key}") for key, held in value.items())


def _number(shape: Number, value: float, at: str) -> Iterator[str]:
    trait = shape.trait
    if trait.minimum is not None and value < trait.minimum - ROUNDING:
        yield f"{at} = {value} lies below {trait.minimum}"
    if trait.maximum is not None and value > trait.maximum + ROUNDING:
        yield f"{at} = {value} lies above {trait.maximum}"


def _record(shape: Record, value: Mapping[str, Any], at: str, name: str) -> Iterator[str]:
    members = {member.name: member for member in shape.members}
    if set(members) != set(value):
        yield f"{at} has other fields than declared: {sorted(set(members) ^ set(value))}"
        return
    for member in members.values():
        yield from _faults(member.shape, value[member.name], f"{at}.{member.name}", member.name)
    if "reason" in members and members["reason"].shape.nullable and not value["reason"]:
        main = _main(shape)
        if main is not None and value[main] is None:
            yield f"{at}.{main} is null without a reason"
    if {"lower", "upper", "level"} <= set(members) and value["lower"] > value["upper"]:
        yield f"{at} is an interval from {value['lower']} to {value['upper']}"
    main = next((one for one in ("estimate", "ratio", "mean", "r", "auc") if one in members), None)
    if main is not None:
        yield from _intervals(members, value, main, at, name)


def _intervals(
    members: Mapping[str, Any], value: Mapping[str, Any], main: str, at: str, name: str
) -> Iterator[str]:
    """Hold an estimate against its intervals, and both against their range."""
    estimate = value[main]
    given = [value[field] for field in INTERVALS if value.get(field) is not None]
    for interval in given:
        if estimate is None or _outside(estimate, interval):
            yield f"{at} has the interval {interval} for the estimate {estimate}"
    if not given and value.get("reason"):
        return  # a model may imply more common variance than there is: then the reason says so
    lowest, highest = _range(members[main].shape.trait, name)
    ends = [interval[end] for interval in given for end in ("lower", "upper")]
    for one in [*ends, *([] if estimate is None else [estimate])]:
        if not lowest - ROUNDING <= one <= highest + ROUNDING:
            yield f"{at}: {one} lies outside {lowest} to {highest}"


def _range(trait: Trait, name: str) -> tuple[float, float]:
    """Return what is possible, as it is declared, or as the field's name says."""
    lowest = 0.0 if name in NOT_NEGATIVE else -1.0 if name in CORRELATIONS else -math.inf
    highest = 1.0 if name in AT_MOST_ONE else math.inf
    return (
        lowest if trait.minimum is None else trait.minimum,
        highest if trait.maximum is None else trait.maximum,
    )


def _outside(estimate: float, interval: Mapping[str, float]) -> bool:
    room = ROUNDING * max(1.0, abs(estimate))
    return not interval["lower"] - room <= estimate <= interval["upper"] + room


def _main(shape: Record) -> str | None:
    """Return the first value that may be null, which the reason explains."""
    if shape.declared.__name__ in UNEXPLAINED:
        return None
    for member in shape.members:
        if member.shape.nullable and isinstance(member.shape, Number | Array):
            return member.name
    return None


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    else:
        yield value
