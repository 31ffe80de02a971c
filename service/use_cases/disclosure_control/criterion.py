"""Outcomes, their timing, and strata that were pooled."""

from __future__ import annotations

from typing import Any

from psychometrics.criterion.results import Stratum
from psychometrics.declared.shapes import Record
from psychometrics.disclosure import is_small, protected_count, protected_counts
from psychometrics.disclosure.declared import without_numbers

Json = dict[str, Any]


def criterion(result: Json) -> Json:
    """Protect outcomes, associations, and what was set aside for a later occasion."""
    occasions = result["occasions"]
    if is_small(occasions["n_set_aside"]):
        occasions = {**occasions, "n_set_aside": None, "n_responses": None}
    return {
        **result,
        "outcomes": [_outcome(outcome) for outcome in result["outcomes"]],
        "associations": [_association(one) for one in result["associations"]],
        "occasions": occasions,
    }


def _outcome(outcome: Json) -> Json:
    timings = outcome["timing_counts"]
    row = protected_counts([*timings.values(), outcome["n_contradictory"], outcome["n_missing"]])
    *shown, contradictory, missing = row.counts
    return {
        **outcome,
        "timing_counts": dict(zip(timings, shown, strict=True)),
        "n_contradictory": contradictory,
        "n_missing": missing,
        "n_set_aside": None if None in shown else protected_count(outcome["n_set_aside"]),
        "categories": outcome["categories"] if outcome["ordinal"] else None,
    }


def _association(one: Json) -> Json:
    pooled = one["pooled"]
    if pooled is None:
        return one
    row = protected_counts([stratum["correlation"]["n_persons"] for stratum in pooled["strata"]])
    strata = [
        without_numbers(Record(declared=Stratum), stratum) if n is None else stratum
        for stratum, n in zip(pooled["strata"], row.counts, strict=True)
    ]
    return {**one, "pooled": {**pooled, "strata": strata}}
