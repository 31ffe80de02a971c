"""What holds for every kind: blocks of few persons, small groups, small numbers of people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psychometrics.disclosure import is_small, protected_counts, protected_sentence
from schemas.responses.covariates import is_number

Json = dict[str, Any]

_SIZES = ("n_persons", "n_pairs", "n_answered", "n_scored", "n")
"""A block's own size: where one is small, every number of the block is withheld."""

_OF_PEOPLE = frozenset({"unmatched", "smallest", "largest"})

_NOT_OF_PEOPLE = frozenset(
    {
        "n_parameters",
        "n_factors",
        "n_items",
        "n_hypotheses",
        "n_tested",
        "n_held",
        "n_failed",
        "n_strata",
        "n_studies",
        "n_patterns",
        "n_negative",
        "n_equally_good",
    }
)


def of_people(given: Json) -> Json:
    """Apply what holds for every kind to a block and those within it."""
    block = _groups(given)
    if any(is_small(block.get(name)) for name in _SIZES if is_number(block.get(name))):
        return words(block)
    return {name: _entry(name, value) for name, value in block.items()}


def _entry(name: str, value: Any) -> Any:
    if name == "cautions" and _is_list(value):
        return [protected_sentence(sentence) for sentence in value]
    if _counts_people(name) and isinstance(value, int):
        return None if is_small(value) else value
    return _nested(value)


def _nested(value: Any) -> Any:
    if isinstance(value, Mapping):
        return of_people(dict(value))
    return [_nested(one) for one in value] if _is_list(value) else value


def _counts_people(name: str) -> bool:
    counted = name == "n" or name.startswith("n_")
    return name in _OF_PEOPLE or (counted and name not in _NOT_OF_PEOPLE)


def _groups(result: Json) -> Json:
    """Withhold small groups, and all numbers that belong to them."""
    groups = result.get("groups")
    if not groups or not all(is_number(group.get("n")) for group in groups):
        return result
    row = protected_counts([group["n"] for group in groups])
    hidden = {
        group["name"]
        for group, n in zip(groups, row.counts, strict=True)
        if n is None and group["n"]
    }
    changed = dict(result)
    changed["groups"] = [{**group, "n": n} for group, n in zip(groups, row.counts, strict=True)]
    for name, entries in result.items():
        if name != "groups" and _is_list(entries):
            changed[name] = [
                words(entry)
                if isinstance(entry, Mapping) and entry.get("group") in hidden
                else entry
                for entry in entries
            ]
    return changed


def words(block: Mapping[str, Any]) -> Json:
    """Keep words and truth values alone, and the number of an item."""
    return {
        name: value if name == "item" else _entry(name, _word(value))
        for name, value in block.items()
    }


def _word(value: Any) -> Any:
    if isinstance(value, Mapping):
        return words(value)
    if _is_list(value):
        return [_word(one) for one in value]
    return None if is_number(value) else value


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)
