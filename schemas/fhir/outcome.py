"""Refusals as an OperationOutcome, with FHIRPath expressions and nothing of what was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from schemas.fhir.names import fault_system
from schemas.validation_errors import Fault

MOST_ISSUES = 50
"""So many issues are told apart; one more says how many there are besides."""

_CHOICE = re.compile(r"value[A-Z][A-Za-z0-9]*")
_ROOTS = frozenset({"QuestionnaireResponse", "Parameters"})
_SLASH_DOT = re.compile(r"[A-Za-z][A-Za-z0-9]*")

_BY_CODE: Mapping[str, str] = {
    "wrong-type": "structure",
    "unknown-field": "structure",
    "repeated": "structure",
    "empty": "structure",
    "required": "required",
    "invalid": "value",
    "out-of-range": "value",
    "contradiction": "invariant",
    "duplicate": "duplicate",
    "unknown-item": "not-found",
    "unknown-instrument": "not-found",
    "unknown-version": "not-found",
    "unknown-code": "code-invalid",
    "modifier": "extension",
    "not-supported": "not-supported",
    "unverified-key": "business-rule",
}
"""FHIR's issue types by our fault codes; any other is ``invalid``."""

_BY_STATUS: Mapping[int, str] = {
    400: "structure",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    408: "timeout",
    409: "conflict",
    413: "too-long",
    414: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
    431: "too-long",
    500: "exception",
    503: "transient",
}
"""FHIR's issue types by HTTP status, where no fault says more."""


def operation_outcome(
    problem: Mapping[str, Any], faults: Sequence[Fault], *, root: str, base: str
) -> dict[str, Any]:
    """Write a refusal as an OperationOutcome.

    Parameters
    ----------
    problem
        The same refusal as a problem document.
    faults
        What it is about; their pointers lead into the resource.
    root
        The kind of resource that was sent, where that is known.
    base
        Address of the service.
    """
    kind = _BY_STATUS.get(problem["status"], "processing")
    if not faults:
        issues = [_issue(kind, problem["detail"])]
    else:
        issues = [_fault(one, root=root, base=base) for one in faults[:MOST_ISSUES]]
    if len(faults) > MOST_ISSUES:
        issues.append(_issue(kind, f"{len(faults) - MOST_ISSUES} more faults were found."))
    if "incident" in problem:
        issues[0]["diagnostics"] = f"Incident {problem['incident']}"
    return {"resourceType": "OperationOutcome", "issue": issues}


def fhirpath(pointer: str, root: str) -> str:
    """Turn a JSON pointer into a FHIRPath expression; a choice is named as ``value``.

    Examples
    --------
    >>> fhirpath("/item/0/answer/0/valueInteger", "QuestionnaireResponse")
    'QuestionnaireResponse.item[0].answer[0].value'
    """
    path = root
    for step in pointer.split("/")[1:]:
        name = step.removeprefix("_")  # extensions of a primitive stand with the primitive
        if step.isdigit():
            path += f"[{step}]"
        elif _SLASH_DOT.fullmatch(name):
            path += ".value" if _CHOICE.fullmatch(name) else f".{name}"
    return path


def root_of(document: object) -> str:
    """Name the kind of a resource, as an expression begins with it."""
    kind = document.get("resourceType") if isinstance(document, dict) else None
    return kind if isinstance(kind, str) and kind in _ROOTS else "Resource"


def _fault(fault: Fault, *, root: str, base: str) -> dict[str, Any]:
    issue = _issue(_BY_CODE.get(fault.code, "invalid"), fault.detail)
    issue["details"]["coding"] = [{"system": fault_system(base), "code": fault.code}]
    if fault.pointer.startswith("/query"):
        return issue | {"location": ["http" + fault.pointer.replace("/", ".")]}
    return issue | {"expression": [fhirpath(fault.pointer, root)]}


def _issue(kind: str, text: str) -> dict[str, Any]:
    return {"severity": "error", "code": kind, "details": {"text": text}}
