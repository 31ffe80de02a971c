"""Items: their categories, what follows from them, and signs of careless answering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psychometrics.disclosure import (
    follows_from_sum,
    protected_count,
    protected_counts,
    protected_moments,
    protected_proportion,
)

Json = dict[str, Any]


def items(result: Json) -> Json:
    """Protect items, scales, missing answers, signs of carelessness and findings about the key."""
    n_persons, given = result["n_persons"], result["items"]
    shown = [_item(item, n_persons) for item in given]
    missing = result["missing"]
    if follows_from_sum(_withheld(given, shown, n_persons)):
        missing = {**missing, "share": None}  # of all answers; those of the other items are shown
    return {
        **result,
        "items": shown,
        "scales": {name: _scale(scale, n_persons) for name, scale in result["scales"].items()},
        "missing": _missing(missing, n_persons, len(given)),
        "careless": {
            name: _screening(sign, n_persons) for name, sign in result["careless"].items()
        },
        "key_forensics": result["key_forensics"]
        and {name: _key_finding(one, n_persons) for name, one in result["key_forensics"].items()},
    }


def _withheld(given: Sequence[Json], shown: Sequence[Json], n_persons: int) -> list[int]:
    """Missing answers of each item that does not say how many."""
    return [
        n_persons - item["n_answered"]
        for item, one in zip(given, shown, strict=True)
        if one["missing"] is None
    ]


def _item(item: Json, n_persons: int) -> Json:
    counts = item["category_counts"]
    absent = n_persons - item["n_answered"]
    row = protected_counts([*counts, absent])
    *shown, missing = row.counts
    mean, sd = protected_moments(item["mean"], item["sd"], counts, missing=absent)
    whole = None not in row.counts
    return {
        **item,
        "category_counts": shown,
        "n_answered": None if missing is None else item["n_answered"],
        "missing": None if missing is None else item["missing"],
        "floor": _share_of_cell(item["floor"], shown[0], missing),
        "ceiling": _share_of_cell(item["ceiling"], shown[-1], missing),
        "mean": mean,
        "sd": sd,
        "skewness": item["skewness"] if whole else None,
        "kurtosis": item["kurtosis"] if whole else None,
    }


def _share_of_cell(share: float | None, cell: int | None, missing: int | None) -> float | None:
    """Withhold a share of a withheld cell, or of persons whose number is withheld."""
    return None if cell is None or (cell and missing is None) else share


def _scale(scale: Json, n_persons: int) -> Json:
    n_scored = protected_count(scale["n_scored"], n_persons)
    return {
        **scale,
        "n_scored": n_scored if scale["n_scored"] else 0,
        "floor": protected_proportion(scale["floor"], n_scored),
        "ceiling": protected_proportion(scale["ceiling"], n_scored),
    }


def _missing(missing: Json, n_persons: int, n_items: int) -> Json:
    n_complete = protected_count(missing["n_complete"], n_persons)
    return {
        **missing,
        "share": protected_proportion(missing["share"], n_persons * n_items),
        "n_complete": n_complete,
        "n_patterns": None if n_complete is None else missing["n_patterns"],
    }


def _screening(sign: Json, n_persons: int) -> Json:
    n_screened = protected_count(sign["n_screened"], n_persons)
    return {
        **sign,
        "n_screened": n_screened,
        "n_flagged": None if n_screened is None else protected_count(sign["n_flagged"], n_screened),
    }


def _key_finding(finding: Json, n_persons: int) -> Json:
    n_rows = protected_count(finding["n_rows"], n_persons)
    return {
        **finding,
        "n_rows": n_rows,
        **{
            name: None if n_rows is None else protected_count(finding[name], n_rows)
            for name in ("n_agree", "n_explained")
        },
    }
