"""The sample: its columns, and which items were left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psychometrics.disclosure import (
    follows_from_sum,
    is_small,
    protected_count,
    protected_counts,
    protected_proportion,
    protected_table,
)
from service.use_cases.disclosure_control.clinicians import clinicians

Json = dict[str, Any]


def sample(result: Json) -> Json:
    """Protect columns, items left out, clinicians, and what was set aside."""
    n_persons = result["n_persons"]
    asides = (result["n_set_aside"], result["n_other_respondents"])
    items = [one for one in result["items"] if one["group"] is None]
    missing = [protected_count(one["n_missing"], n_persons) for one in items]
    cells = n_persons * len(items)
    withheld = [one["n_missing"] for one, n in zip(items, missing, strict=True) if n is None]
    return {
        **result,
        "n_responses": None if any(map(is_small, asides)) else result["n_responses"],
        "n_complete": protected_count(result["n_complete"], n_persons),
        "counts": [_column(column) for column in result["counts"]],
        "clinicians": result["clinicians"] and clinicians(result["clinicians"]),
        "missing": None
        if follows_from_sum(withheld)
        else protected_proportion(result["missing"], cells),
        "items": [
            *(_left_out(one, n) for one, n in zip(items, missing, strict=True)),
            *_left_out_in_groups(result["items"]),
        ],
    }


def _column(column: Json) -> Json:
    if column["counts"] is None:
        return {**column, "n_missing": protected_count(column["n_missing"])}
    row = protected_counts([*(one["n"] for one in column["counts"]), column["n_missing"]])
    *shown, n_missing = row.counts
    counts = [{**one, "n": n} for one, n in zip(column["counts"], shown, strict=True)]
    return {**column, "counts": counts, "n_missing": n_missing}


def _left_out_in_groups(items: Sequence[Json]) -> list[Json]:
    """Protect each item's groups by answered and missing; those of no group are a row too."""
    found: list[Json] = []
    for whole in (one for one in items if one["group"] is None):
        groups = [one for one in items if one["item"] == whole["item"] and one is not whole]
        rows = [[one["n_persons"] - one["n_missing"], one["n_missing"]] for one in groups]
        rest = [
            whole["n_persons"] - whole["n_missing"] - sum(answered for answered, _ in rows),
            whole["n_missing"] - sum(missing for _, missing in rows),
        ]
        table = protected_table([*rows, rest])[: len(rows)]
        for one, row in zip(groups, table, strict=True):
            n_persons = None if row.total is None else one["n_persons"]
            found.append({**_left_out(one, row.counts[1]), "n_persons": n_persons})
    return found


def _left_out(one: Json, n_missing: int | None) -> Json:
    return {**one, "n_missing": n_missing, "missing": None if n_missing is None else one["missing"]}
