"""Sufficiency: items by group, and what requirements observed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psychometrics.disclosure import protected_count, protected_counts, protected_table
from service.differencing_control import verdicts_beside
from service.use_cases.disclosure_control.clinicians import clinicians

Json = dict[str, Any]


def sufficiency(result: Json) -> Json:
    """Protect items by group, requirements, and how many more persons it takes."""
    items = _item_tables(result["items"], result["n_persons"])
    requirements = _requirements(result, items)
    simulation, n_complete = result["simulation"], result["n_complete"]
    n_complete = protected_count(n_complete, result["n_persons"])
    return {
        **result,
        "n_complete": n_complete,
        "items": items,
        "requirements": requirements,
        "clinicians": result["clinicians"] and clinicians(result["clinicians"]),
        "verdicts": verdicts_beside(requirements, result["verdicts"]),
        "simulation": {**simulation, "more": None}
        if simulation and n_complete is None
        else simulation,
    }


def _item_tables(items: Sequence[Json], n_persons: int) -> list[Json]:
    """Protect each item's groups by categories, those who left it out as one more category."""
    sizes: dict[str | None, int] = {None: n_persons}
    for one in items:
        if one["group"] is not None:
            sizes[one["group"]] = max(sizes.get(one["group"], 0), one["n_answered"])
    tables: dict[int, list[Json]] = {}
    for one in items:
        tables.setdefault(one["item"], []).append(one)
    protected: dict[tuple[int, str | None], Json] = {}
    for item, groups in tables.items():
        rows = protected_table(
            [[*one["category_counts"], sizes[one["group"]] - one["n_answered"]] for one in groups]
        )
        for one, row in zip(groups, rows, strict=True):
            *counts, missing = row.counts
            n_answered = None if missing is None else one["n_answered"]
            protected[item, one["group"]] = {
                **one, "n_answered": n_answered, "category_counts": counts
            }  # fmt: skip
    return [protected[one["item"], one["group"]] for one in items]


def _requirements(result: Json, items: Sequence[Json]) -> list[Json]:
    """Withhold what small counts were held against; items' and groups' as in their tables."""
    groups = [one for one in result["requirements"] if one["question"] == "groups"]
    left = result["n_complete"] - sum(one["observed"] for one in groups)
    row = protected_counts([*(one["observed"] for one in groups), max(left, 0)]).counts
    of_groups, of_categories = iter(row), iter(items)
    protected = []
    for one in result["requirements"]:
        observed: int | None
        match one["question"]:
            case "groups":
                observed = next(of_groups)
            case "categories":
                shown = next(of_categories)["category_counts"]
                observed = one["observed"] if one["observed"] in shown else None
            case "clinicians":
                observed = protected_count(one["observed"])
            case _:
                observed = protected_count(one["observed"], result["n_persons"])
        hidden = observed is None
        protected.append({**one, "observed": observed, "more": None if hidden else one["more"]})
    return protected
