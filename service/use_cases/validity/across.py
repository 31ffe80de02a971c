"""Withhold what one section alone may say, but not beside another of the same persons.

Notes
-----
An item's answers stand in three sections: as categories of the whole (``items``) and of groups
(``sufficiency``), and as persons who left it out, of the whole and of groups (``sample``). Each is
protected by itself; together they are one table, whose groups add up to the whole. Therefore

- a cell that ``items`` withholds of the whole is withheld in every group too; those who left the
  item out are a cell like the others;
- where any cell of an item is withheld, so is the number of each group that left it out;
- a requirement that was held against a withheld cell does not say what was observed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psychometrics.disclosure import is_small
from service.differencing_control import verdicts_beside

Json = dict[str, Any]


def withheld_across(
    sections: Mapping[str, Json], given: Mapping[str, Mapping[str, Any]]
) -> dict[str, Json]:
    """Return protected sections without what follows from several of them together.

    Parameters
    ----------
    sections
        Protected, by name.
    given
        The same as they were computed.
    """
    changed = dict(sections)
    whole = sections["items"].get("items", ())
    if "items" in sections["sufficiency"]:
        changed["sufficiency"] = _sufficiency(sections["sufficiency"], whole)
    if "items" not in sections["sample"]:
        return changed
    grouped = changed["sufficiency"].get("items", ())
    changed["sample"] = _sample(sections["sample"], whole, grouped)
    if _total_tells(given["sample"], changed["sample"]):
        changed["sample"]["missing"] = None
        if "missing" in sections["items"]:
            missing = {**sections["items"]["missing"], "share": None}
            changed["items"] = {**sections["items"], "missing": missing}
    return changed


_OF_GROUPS = ("invariance", "comparison", "irt")
FEW_IN_A_GROUP = "A group has too few persons; why its answers cannot be modelled is withheld."


def without_told_reasons(sections: Mapping[str, Mapping[str, Any]]) -> dict[str, Json]:
    """Replace what sections on groups say of answers where some group is small.

    An engine's reason (two items that a group orders identically, an item that all of it answer
    alike) tells the answers of its persons.
    """
    found = {name: dict(section) for name, section in sections.items()}
    counts = found["sample"].get("counts", ())
    small = any(is_small(one["n"]) for column in counts for one in column["counts"] or ())
    for name in _OF_GROUPS if small else ():
        section = found.get(name, {})
        if section.get("reason"):
            section["reason"] = FEW_IN_A_GROUP
        if section.get("cautions"):
            section["cautions"] = [FEW_IN_A_GROUP]
    return found


def _sufficiency(section: Json, whole: Sequence[Json]) -> Json:
    tables = {one["item"]: one for one in whole}
    items = [_without(one, tables.get(one["item"])) for one in section["items"]]
    of_rows = iter(items)
    requirements = [
        _requirement(one, next(of_rows)) if one["question"] == "categories" else one
        for one in section["requirements"]
    ]
    verdicts = verdicts_beside(requirements, section["verdicts"])
    return {**section, "items": items, "requirements": requirements, "verdicts": verdicts}


def _without(row: Json, whole: Json | None) -> Json:
    """Withhold of a group what is withheld of the whole."""
    if whole is None:
        return row
    counts = [
        None if of_all is None else n
        for n, of_all in zip(row["category_counts"], whole["category_counts"], strict=True)
    ]
    n_answered = None if whole["n_answered"] is None else row["n_answered"]
    return {**row, "category_counts": counts, "n_answered": n_answered}


def _requirement(one: Json, row: Json) -> Json:
    shown = one["observed"] is None or one["observed"] in row["category_counts"]
    return one if shown else {**one, "observed": None, "more": None}


def _sample(section: Json, whole: Sequence[Json], grouped: Sequence[Json]) -> Json:
    """Withhold the persons who left out an item whose cells are withheld."""
    unknown = {one["item"] for one in whole if one["n_answered"] is None}
    in_doubt = unknown | {
        one["item"] for one in (*whole, *grouped) if None in one["category_counts"]
    }
    rows = [
        {**one, "n_missing": None, "missing": None}
        if one["item"] in (unknown if one["group"] is None else in_doubt)
        else one
        for one in section["items"]
    ]
    return {**section, "items": rows}


def _total_tells(given: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """Whether the share of all missing answers gives what is withheld of single items."""
    withheld = [
        true["n_missing"]
        for true, one in zip(given["items"], shown["items"], strict=True)
        if one["group"] is None and one["n_missing"] is None
    ]
    return len(withheld) == 1 or is_small(sum(withheld))
