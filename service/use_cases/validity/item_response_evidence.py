"""What the section on item response theory says of COSMIN's rule for structural validity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.use_cases.validity.computed import is_computed

Json = Mapping[str, Any]


def of_item_responses(irt: Json) -> dict[str, Any]:
    """Return how many scales violate the rule or leave it open, and by what.

    Parameters
    ----------
    irt
        The section, as it was computed.
    """
    scales = irt["scales"] if is_computed(irt) else {}
    ruled = {name: one["structural_validity"] for name, one in scales.items()}
    judged = {name: one for name, one in ruled.items() if one is not None}
    if not judged:
        return {"names": {"irt_violations": "", "irt_doubts": ""}}
    violated = {n: _parts(one, met=False) for n, one in judged.items() if one["rating"] == _BAD}
    doubts = {name: _doubts(one) for name, one in scales.items() if _is_open(one)}
    largest = [one["q3_critical"]["largest"] for one in scales.values() if one["q3_critical"]]
    items = [item for one in scales.values() for item in one["items"]]
    required = max(one["n_required"] for one in judged.values())
    return {
        "irt_scales": len(judged),
        "irt_violated": len(violated),
        "irt_open": len(doubts),
        "irt_q3": max(largest, default=None),
        "irt_scalability": _lowest(item["scalability"] for item in items),
        "irt_item_p": _lowest(item["fit"] and item["fit"]["p_value"] for item in items),
        "irt_required": required,
        "irt_more": required - min(scales[name]["n_persons"] for name in judged),
        "names": {"irt_violations": _listed(violated), "irt_doubts": _listed(doubts)},
    }


_BAD, _OPEN = "insufficient", "indeterminate"


def _is_open(scale: Json) -> bool:
    ruled = scale["structural_validity"]
    return ruled is None or ruled["rating"] == _OPEN


def _doubts(scale: Json) -> str:
    ruled = scale["structural_validity"]
    if ruled is None:
        return "no model could be fitted"
    few = scale["n_persons"] < ruled["n_required"]
    return "too few persons" if few else _parts(ruled, met=None)


def _parts(one: Json, *, met: bool | None) -> str:
    """Name the parts that are violated, or unknown; of the two on local independence either do."""
    independent = any(part["met"] for part in one["criteria"] if part["name"].startswith("local"))
    names = [
        part["name"].split(",")[0]
        for part in one["criteria"]
        if part["met"] is met and not (independent and part["name"].startswith("local"))
    ]
    return " and ".join(dict.fromkeys(names))


def _lowest(values: Iterable[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _listed(found: Mapping[str, str]) -> str:
    return "; ".join(f"{name}, {words}" for name, words in found.items())
