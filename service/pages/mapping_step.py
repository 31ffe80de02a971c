"""The mapping step: what was understood of a file's columns, and what people say about them.

The page needs no session and no script: it carries the mapping in a field, the file comes again
with every step, and what was chosen on the page is merged into the mapping.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from psychometrics.instrument import Instrument
from schemas.json_text import read_json
from schemas.validation_errors import Fault, RefusedInputError
from service.file_reader.file_reading import FileReading

MAXIMUM_MAPPING = 2_000_000
"""Bytes of a mapping that is brought as a file."""

SHOWN_COLUMNS = 300
"""Columns whose roles can be changed on the page; a mapping can change all."""

ROLES: Mapping[str, str] = {
    "item": "item of the form",
    "person": "person",
    "occasion": "occasion (session)",
    "clinician": "clinician",
    "site": "site",
    "respondent": "respondent",
    "days_since_first_visit": "days since the first visit",
    "days_since_delivery": "days since delivery",
    "group": "may serve as groups",
    "outcome": "may serve as outcome",
    "left out": "left out",
}
"""What a column can be, in the words of the page."""

_LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingStep:
    """What the page shows of a reading.

    Attributes
    ----------
    document
        The reading as ``alliance inspect`` prints it.
    roles
        What a column can be.
    columns
        The columns whose roles can be changed.
    n_further
        Columns that are not shown.
    seen
        What was shown, for comparison with what comes back; JSON.
    said
        What people said so far, without what was understood; JSON.
    labels
        Labels that have no order yet, with the answer proposed.
    answers
        The answers of the form.
    missing
        Codes that were taken for missing.
    download
        Address of the mapping as a file.
    """

    document: Mapping[str, Any]
    roles: Mapping[str, str]
    columns: Sequence[Mapping[str, Any]]
    n_further: int
    seen: str
    said: str
    labels: Sequence[tuple[str, int | None]]
    answers: Sequence[int]
    missing: str
    download: str


def mapping_step(
    reading: FileReading, instrument: Instrument, said: Mapping[str, Any]
) -> MappingStep:
    """Describe a reading for the page."""
    document = reading.document
    columns = document["columns"][:SHOWN_COLUMNS]
    mapping = document["mapping"]
    return MappingStep(
        document=document,
        roles=ROLES,
        columns=columns,
        n_further=len(document["columns"]) - len(columns),
        seen=_json([[one["name"], one["role"], one["item"]] for one in columns]),
        said=_json(said),
        labels=_open_labels(document["questions"]),
        answers=range(instrument.minimum, instrument.maximum + 1),
        missing=", ".join(mapping.get("missing", [])),
        download="data:application/json;base64,"
        + base64.b64encode(orjson.dumps(mapping, option=orjson.OPT_INDENT_2)).decode(),
    )


def _open_labels(questions: Sequence[Mapping[str, Any]]) -> list[tuple[str, int | None]]:
    """List the labels whose answers are asked for one by one."""
    for question in questions:
        if question["code"] == "label-order":
            return [(label, None) for label in question["labels"]]
    return []


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def said_on_page(form: Mapping[str, str], brought: bytes) -> dict[str, Any]:
    """Put together what was said: a mapping that was brought, then what was chosen on the page.

    Parameters
    ----------
    form
        The fields of the page.
    brought
        A mapping's file, empty if there is none.

    Raises
    ------
    RefusedInputError, UnreadableInputError
        If a field does not hold what the page put there.
    """
    mapping = _object(brought, "The mapping") if brought else _object(form.get("said"), "The page")
    seen = _list(form.get("seen"))
    for name in sorted(form):
        if name.startswith("answer-") and form[name]:
            mapping = merged(mapping, _object(form[name], "The page"))
    labels = {
        name.removeprefix("label-"): int(value)
        for name, value in form.items()
        if name.startswith("label-") and value.lstrip("-").isdigit()
    }
    if labels:
        mapping = merged(mapping, {"labels": labels})
    if form.get("missing") is not None and form["missing"] != form.get("missing-seen", ""):
        codes = [code.strip() for code in form["missing"].split(",") if code.strip()]
        mapping = {**mapping, "missing": codes}
    return _with_roles(mapping, seen, form)


def merged(mapping: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """Add what was said further: objects are joined, lists of names too, the rest is replaced."""
    result = dict(mapping)
    for name, value in further.items():
        known = result.get(name)
        if isinstance(known, dict) and isinstance(value, dict) and name != "items":
            result[name] = merged(known, value)
        elif isinstance(known, list) and isinstance(value, list) and name in _JOINED:
            result[name] = [*known, *(one for one in value if one not in known)]
        else:
            result[name] = value
    return result


_JOINED = frozenset({"missing", "leave_out", "accept", "replace", "skip_rows"})


def _with_roles(
    mapping: dict[str, Any], seen: Sequence[Sequence[Any]], form: Mapping[str, str]
) -> dict[str, Any]:
    """Take over the roles that were changed in the table of columns."""
    items: dict[str, str] = {}
    outcomes: list[str] = []
    items_changed = outcomes_changed = twice = False
    for place, (name, role, item) in enumerate(seen):
        chosen = form.get(f"role-{place}", role)
        number = form.get(f"item-{place}", "").strip() or (str(item) if item else "")
        changed = chosen != role or (chosen == "item" and number != str(item or ""))
        if chosen == "item" and number.isdigit():
            twice |= number in items
            items[number] = name
        if chosen == "outcome":
            outcomes.append(name)
        items_changed |= changed and "item" in {chosen, role}
        outcomes_changed |= changed and "outcome" in {chosen, role}
        if changed:
            mapping = _said_of(mapping, str(name), chosen)
    if items_changed and twice:
        detail = "Two columns have the same item number; say the occasions in a mapping's file."
        raise RefusedInputError([Fault(pointer="/mapping", code="duplicate", detail=detail)])
    if items_changed:
        mapping = {**mapping, "items": items}
    if outcomes_changed:
        mapping = {**mapping, "outcomes": outcomes}
    return mapping


def _said_of(mapping: Mapping[str, Any], name: str, role: str) -> dict[str, Any]:
    """Give a column one role, and no other any more."""
    result = dict(mapping)
    result["leave_out"] = [one for one in result.get("leave_out", []) if one != name]
    for single in ("person", "occasion"):
        if result.get(single) == name:
            del result[single]
    roles = {
        known: [one for one in ([columns] if isinstance(columns, str) else columns) if one != name]
        for known, columns in result.get("roles", {}).items()
    }
    result["roles"] = {known: columns for known, columns in roles.items() if columns}
    if role == _LEFT_OUT:
        result["leave_out"] = [*result["leave_out"], name]
    elif role in {"person", "occasion"}:
        result[role] = name
    elif role == "group":
        result["roles"] = {**result["roles"], "group": [*result["roles"].get("group", []), name]}
    elif role not in {"item", "outcome"}:
        result["roles"] = {**result["roles"], role: name}
    return result


def _object(text: str | bytes | None, what: str) -> dict[str, Any]:
    if not text:
        return {}
    value = read_json(text, what=what)
    if not isinstance(value, dict):
        raise RefusedInputError(
            [Fault(pointer="/mapping", code="wrong-type", detail="Must be a JSON object.")]
        )
    return dict(value["mapping"]) if "questions" in value and "mapping" in value else value


def _list(text: str | None) -> list[Any]:
    if not text:
        return []
    value = read_json(text, what="The page")
    if not isinstance(value, list) or not all(
        isinstance(one, list) and len(one) == 3 and isinstance(one[0], str) for one in value
    ):
        detail = "A field of the page does not hold what the page put there."
        raise RefusedInputError([Fault(pointer="/mapping", code="wrong-type", detail=detail)])
    return value
