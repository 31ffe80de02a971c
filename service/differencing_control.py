"""Numbers of persons that stand in different sections of one study, and which may stand together.

The number of persons without something follows from two numbers that are shown: of the persons, and
of those among them that an estimate rests on. So no two numbers of one population that are shown
may differ by 1 to 10 (:func:`psychometrics.disclosure.shown_sizes`). A population is all persons of
the study, or those of one group or stratum.

Numbers of answers to an item and of scores on a subscale stand where their own tables put them; the
others give way to them. Between themselves these may differ by few: who answered one item is
neither part nor whole of who answered another, so the difference counts nobody.
"""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psychometrics.disclosure import is_small, shown_sizes
from psychometrics.instrument import TOTAL

Json = dict[str, Any]
Path = tuple[str | int, ...]

WITHHELD = (
    "A number of persons is withheld here: fewer than eleven persons make the difference to "
    "another number that is shown."
)

_SIZES = frozenset({"n_persons", "n_pairs", "n_complete", "n_screened", "n"})
_OF_PARTS = frozenset({"n_answered", "n_scored"})
_OTHER_PERSONS = frozenset({"context", "references", "simulation", "standards"})
"""Persons of other studies, and simulated ones."""

_POPULATIONS = frozenset({"groups", "strata"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of persons that a study shows.

    Attributes
    ----------
    path
        Where it stands among the sections.
    population
        The group or stratum it is a part of; ``None`` for all persons.
    value
        How many.
    gives_way
        Whether it is the one to be withheld.
    """

    path: Path
    population: str | None
    value: int
    gives_way: bool


def told_by_differences(sections: Mapping[str, Any]) -> list[Path]:
    """Find the numbers of persons that would tell of 1 to 10 beside the others.

    Parameters
    ----------
    sections
        A study's sections by name, each protected by itself.

    Returns
    -------
    list of paths
        Of what to withhold; empty when nothing is left to find.
    """
    numbers = list(_numbers(sections, (), None))
    shown: dict[str | None, set[int]] = {
        population: set(shown_sizes(_values(numbers, population, gives_way=False), giving_way))
        for population, giving_way in _giving_way(numbers).items()
    }
    hidden = _told_by_sums(numbers, shown)
    return [
        one.path
        for one in numbers
        if one.gives_way
        and (one.value not in shown[one.population] or (one.population, one.value) in hidden)
    ]


def without_differences(sections: Mapping[str, Any]) -> Json:
    """Withhold numbers of persons that would tell of 1 to 10, with what gives them back."""
    kept: Json = copy.deepcopy(dict(sections))
    for path in told_by_differences(kept):
        *above, name = path
        block: Any = kept
        for step in above:
            block = block[step]
        block[name] = None
        _withhold_with_it(kept, path, block)
    return kept


def _giving_way(numbers: Sequence[Number]) -> dict[str | None, list[int]]:
    found = defaultdict(list)
    for one in numbers:
        if one.gives_way:
            found[one.population].append(one.value)
    return found


def _values(numbers: Sequence[Number], population: str | None, *, gives_way: bool) -> list[int]:
    return [
        one.value for one in numbers if one.population == population and one.gives_way is gives_way
    ]


def _told_by_sums(
    numbers: Sequence[Number], shown: Mapping[str | None, set[int]]
) -> set[tuple[str | None, int]]:
    """Name the smallest group of each table whose groups add up to what may not be told."""
    known = {*_values(numbers, None, gives_way=False), *shown.get(None, ())}
    hidden = set()
    for table in _tables(numbers).values():
        whole = sum(one.value for one in table)
        all_shown = all(one.value in shown[one.population] for one in table)
        if all_shown and any(is_small(abs(whole - other)) for other in known):
            smallest = min(table, key=lambda one: one.value)
            hidden.add((smallest.population, smallest.value))
    return hidden


def _tables(numbers: Sequence[Number]) -> dict[object, list[Number]]:
    """Put numbers of groups side by side: the first of each group in a list, the second of each."""
    tables: dict[object, list[Number]] = defaultdict(list)
    seen = Counter[object]()
    for one in numbers:
        if one.gives_way and one.population is not None:
            place = max(at for at, step in enumerate(one.path) if isinstance(step, int))
            column = one.path[:place] + one.path[place + 1 :]
            seen[column, one.population] += 1
            tables[column, seen[column, one.population]].append(one)
    return tables


def verdicts_beside(requirements: Sequence[Json], verdicts: Sequence[Json]) -> list[Json]:
    """Withhold how many more it takes where a requirement does not say what was observed."""
    hidden = {one["question"] for one in requirements if one["observed"] is None}
    return [{**one, "more": None} if one["question"] in hidden else one for one in verdicts]


# --- where a study counts persons


def _numbers(value: Any, path: Path, population: str | None) -> Iterator[Number]:
    if isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _numbers(one, (*path, place), population)
    elif isinstance(value, Mapping):
        inner = _population(value, path) or population
        yield from _otherwise_named(value, path, inner)
        for name, one in value.items():
            if name in _OTHER_PERSONS or (*path, name)[:2] == ("sample", "counts"):
                continue
            if name in _SIZES | _OF_PARTS and _is_count(one):
                where, yields = (*path, name), _gives_way(name, path)
                yield Number(path=where, population=inner, value=one, gives_way=yields)
            else:
                yield from _numbers(one, (*path, name), inner)


def _gives_way(name: str, path: Path) -> bool:
    """Whether a number may be withheld: all but the sample's own, items' and subscales'."""
    if name in _OF_PARTS:
        return path[-1] == TOTAL
    return path[0] != "sample" or name == "n_complete"


def _population(block: Mapping[str, Any], path: Path) -> str | None:
    """Name the group that a block speaks of; a section's own ``group`` is a column."""
    if len(path) > 1 and isinstance(block.get("group"), str):
        return str(block["group"])
    listed = len(path) > 1 and path[-2] in _POPULATIONS
    return str(block["name"]) if listed and "name" in block else None


def _otherwise_named(
    block: Mapping[str, Any], path: Path, population: str | None
) -> Iterator[Number]:
    """Find numbers of persons that are not called so."""
    if path == ("sample",):
        yield from _counted(block)
    if path[:2] == ("sufficiency", "requirements") and _is_count(block.get("observed")):
        yield from _required(block, path)
    for n in (block.get("timing_counts") or {}).values():
        if _is_count(n):
            yield Number(path=path, population=population, value=n, gives_way=False)


def _counted(sample: Mapping[str, Any]) -> Iterator[Number]:
    """Read how many persons have each value of a column."""
    for column in sample.get("counts", ()):
        for one in (column["counts"] or ()) if column["of"] == "persons" else ():
            if _is_count(one["n"]):
                yield Number(path=(), population=one["value"], value=one["n"], gives_way=False)


def _required(block: Mapping[str, Any], path: Path) -> Iterator[Number]:
    """Read what a requirement was held against, where that is a number of persons."""
    question, where = block["question"], block["where"]
    if question in {"categories", "clinicians"}:
        return
    yield Number(
        path=(*path, "observed"),
        population=where.removeprefix("group ") if question == "groups" else None,
        value=block["observed"],
        gives_way=question != "items",
    )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


# --- what would give a withheld number back


_WITH_IT: Mapping[str, tuple[str, ...]] = {
    "observed": ("more",),
    "n_complete": ("n_patterns",),
    "n_scored": ("floor", "ceiling"),
    "n_screened": ("n_flagged",),
    "n_persons": ("bic",),  # bic − aic = n_parameters × (ln n − 2)
}
"""What of the same block goes with a number of persons."""


def _withhold_with_it(sections: Json, path: Path, block: Json) -> None:
    section, name = sections[str(path[0])], str(path[-1])
    block |= dict.fromkeys(other for other in _WITH_IT.get(name, ()) if other in block)
    if path == ("criterion", "n_persons"):
        section["occasions"] |= {"n_responses": None, "n_set_aside": None}
    if path == ("sufficiency", "n_complete") and section["simulation"] is not None:
        section["simulation"]["more"] = None
    if path[:2] == ("sufficiency", "requirements"):
        section["verdicts"] = verdicts_beside(section["requirements"], section["verdicts"])
    if "cautions" in section and WITHHELD not in section["cautions"]:
        section["cautions"] = [*section["cautions"], WITHHELD]
