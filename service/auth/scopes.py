"""Scopes by the names a client may use for them: ours, and those of SMART App Launch 2.

A SMART scope is ``system/<resource>.<letters>``. Only combinations that say no less than ours allow
are known: whoever is granted ``samples`` can also list and delete, so ``.c`` alone is not offered.
``admin`` has no SMART name. Reading everything (``system/*.rs``) allows what reading each resource
does: no resource's reading allows analyses, which can also be cancelled, or the export.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from service.records import Scope

_SCORING = frozenset({Scope.SCORE})
_KEEPING = frozenset({Scope.SCORE, Scope.SAMPLES})
_ANALYSING = frozenset({Scope.ANALYSES})
_ALL = frozenset(Scope) - {Scope.ADMIN}

SCOPES: Mapping[str, frozenset[Scope]] = {
    **{scope.value: frozenset({scope}) for scope in Scope},
    "system/QuestionnaireResponse.r": _SCORING,
    "system/QuestionnaireResponse.rs": _SCORING,
    "system/QuestionnaireResponse.read": _SCORING,
    "system/QuestionnaireResponse.cruds": _KEEPING,
    "system/QuestionnaireResponse.*": _KEEPING,
    "system/MeasureReport.cruds": _ANALYSING,
    "system/MeasureReport.*": _ANALYSING,
    "system/*.r": _SCORING,
    "system/*.rs": _SCORING,
    "system/*.read": _SCORING,
    "system/*.cruds": _ALL,
    "system/*.*": _ALL,
}
"""What each name allows."""


MEANINGS: Mapping[str, str] = {
    name: "Allows all." if Scope.ADMIN in allowed else f"Allows {', '.join(sorted(allowed))}."
    for name, allowed in SCOPES.items()
}
"""The same for people."""


def scopes_named(names: Iterable[str]) -> frozenset[Scope] | None:
    """Return what these names allow together, or nothing when one of them is unknown."""
    granted: frozenset[Scope] = frozenset()
    for name in names:
        if name not in SCOPES:
            return None
        granted |= SCOPES[name]
    return granted
