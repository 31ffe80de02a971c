"""Withhold what a finished result says of few persons, before it is published.

Notes
-----
In every kind: a number of persons, responses, clinicians or clusters of 1 to 10; every number of a
block that rests on 1 to 10 persons; the size of a small group, with a further group where it would
follow from the total, and the numbers that belong to these groups; small numbers of people in
cautions. The number of persons that an estimate rests on stays where it is 11 or more: its standard
error would give it anyway.

``items``
    Categories of an item with the persons who left it out as one more cell, so far as they give a
    small count away; with them floor and ceiling, skewness and kurtosis, and the digits of mean and
    standard deviation (or both). Shares of missing answers, of the lowest and highest score and of
    careless answering that are small counts, or small complements.
``sample``
    Values of a column with those who have none as one row; each item's missing answers, the same
    ones in every group; what was set aside, with the number of responses it would follow from.
``sufficiency``
    Categories of an item, the same ones in every group; what requirements observed where it is
    small or withheld elsewhere, and how many more it takes, for the difference would give it.
``criterion``
    Small counts of timings, of missing and of contradictory values; strata as groups; how many
    different values a continuous outcome has, for that is how many persons have one.
``retest``, ``agreement`` and the others
    Nothing beyond what is said of every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psychometrics.disclosure import (
    is_small,
    protected_count,
    protected_counts,
    protected_moments,
    protected_proportion,
    protected_sentence,
    protected_table,
)

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
        "n_strata",
        "n_studies",
        "n_patterns",
        "n_negative",
        "n_equally_good",
    }
)


def protect(kind: str, result: Mapping[str, Any]) -> Json:
    """Return a result as it may be published; what is withheld is ``None``.

    Parameters
    ----------
    kind
        The kind of analysis, or the name of a section.
    result
        Its result as JSON values; it is left as it is.
    """
    own = _BY_KIND.get(kind)
    return _of_people(own(dict(result)) if own else dict(result))


def _of_people(given: Json) -> Json:
    """Apply what holds for every kind to a block and those within it."""
    block = _groups(given)
    if any(is_small(block.get(name)) for name in _SIZES if _is_number(block.get(name))):
        return _words(block)
    return {name: _entry(name, value) for name, value in block.items()}


def _entry(name: str, value: Any) -> Any:
    if name == "cautions" and _is_list(value):
        return [protected_sentence(sentence) for sentence in value]
    if _counts_people(name) and isinstance(value, int):
        return None if is_small(value) else value
    return _nested(value)


def _nested(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _of_people(dict(value))
    return [_nested(one) for one in value] if _is_list(value) else value


def _counts_people(name: str) -> bool:
    counted = name == "n" or name.startswith("n_")
    return name in _OF_PEOPLE or (counted and name not in _NOT_OF_PEOPLE)


def _groups(result: Json) -> Json:
    """Withhold small groups, and all numbers that belong to them."""
    groups = result.get("groups")
    if not groups or not all(_is_number(group.get("n")) for group in groups):
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
                _words(entry)
                if isinstance(entry, Mapping) and entry.get("group") in hidden
                else entry
                for entry in entries
            ]
    return changed


def _words(block: Mapping[str, Any]) -> Json:
    """Keep words and truth values alone, and the number of an item."""
    return {
        name: value if name == "item" else _entry(name, _word(value))
        for name, value in block.items()
    }


def _word(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _words(value)
    if _is_list(value):
        return [_word(one) for one in value]
    return None if _is_number(value) else value


# --- items


def _items(result: Json) -> Json:
    n_persons = result["n_persons"]
    return {
        **result,
        "items": [_item(item, n_persons) for item in result["items"]],
        "scales": {name: _scale(scale, n_persons) for name, scale in result["scales"].items()},
        "missing": _missing(result["missing"], n_persons, len(result["items"])),
        "careless": {
            name: _screening(sign, n_persons) for name, sign in result["careless"].items()
        },
        "key_forensics": result["key_forensics"]
        and {name: _key_finding(one, n_persons) for name, one in result["key_forensics"].items()},
    }


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


# --- sufficiency


def _sufficiency(result: Json) -> Json:
    items = _item_tables(result["items"], result["n_persons"])
    requirements = _requirements(result, items)
    hidden = {one["question"] for one in requirements if one["observed"] is None}
    simulation, n_complete = result["simulation"], result["n_complete"]
    n_complete = protected_count(n_complete, result["n_persons"])
    return {
        **result,
        "n_complete": n_complete,
        "items": items,
        "requirements": requirements,
        "clinicians": result["clinicians"] and _clinicians(result["clinicians"]),
        "verdicts": [
            {**verdict, "more": None} if verdict["question"] in hidden else verdict
            for verdict in result["verdicts"]
        ],
        "simulation": {**simulation, "more": None}
        if simulation and n_complete is None
        else simulation,
    }


def _clinicians(found: Json) -> Json:
    n_with_several = protected_count(found["n_with_several"], found["n_clinicians"])
    sizes = {
        name: None if is_small(found[name]) else found[name]
        for name in ("smallest", "median", "largest")
    }
    return {**found, "n_with_several": n_with_several, **sizes}


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


# --- sample


def _sample(result: Json) -> Json:
    n_persons = result["n_persons"]
    asides = (result["n_set_aside"], result["n_other_respondents"])
    items = [one for one in result["items"] if one["group"] is None]
    missing = [protected_count(one["n_missing"], n_persons) for one in items]
    cells = n_persons * len(items)
    return {
        **result,
        "n_responses": None if any(map(is_small, asides)) else result["n_responses"],
        "n_complete": protected_count(result["n_complete"], n_persons),
        "counts": [_column(column) for column in result["counts"]],
        "clinicians": result["clinicians"] and _clinicians(result["clinicians"]),
        "missing": None
        if missing.count(None) == 1
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


# --- criterion


def _criterion(result: Json) -> Json:
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
        _words(stratum) if n is None else stratum
        for stratum, n in zip(pooled["strata"], row.counts, strict=True)
    ]
    return {**one, "pooled": {**pooled, "strata": strata}}


def _is_list(value: object) -> bool:
    return isinstance(value, list | tuple)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_BY_KIND: Mapping[str, Callable[[Json], Json]] = {
    "items": _items,
    "sample": _sample,
    "sufficiency": _sufficiency,
    "criterion": _criterion,
}
