"""What a column beside the items is: person, occasion, site, outcome, group, or left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.file_mapping import FileMapping
from schemas.responses import covariates
from schemas.responses.pseudonyms import column_name_rule, is_date_column
from service.file_reader.cells import (
    Cell,
    Odd,
    as_number,
    as_text,
    is_date,
    is_missing_word,
    may_have_thousands,
)
from service.file_reader.columns import Column
from service.file_reader.limits import CLOSELY_LOOKED_AT
from service.file_reader.presets import describes_submission
from service.file_reader.vocabulary import Preset, plain_name, role_names, words

_CHECKBOX = re.compile(r".{1,300}___[a-z0-9_]{1,50}(?:\.factor)?", re.IGNORECASE)
_MOST_GROUPS = 20
_LONG_TEXT = 60
_AMBIGUOUS = frozenset(
    {"code", "case", "user", "sub", "pp", "client", "patient", "pat", "vp", "t", "time", "phase",
     "version", "location", "practice", "office", "week", "event", "round", "chiffre"}
)  # fmt: skip
"""Names that may also mean something else: the values decide."""

_CHECKED = frozenset({"checked", "unchecked", "yes", "no", "ja", "nein", "true", "false"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """The role of one column.

    Attributes
    ----------
    role
        ``person``, ``occasion``, ``clinician`` …, ``outcome``, ``group`` or ``left out``.
    why
        Why, in words.
    """

    role: str
    why: str


LEFT_OUT = "left out"
RESPONSE = "response"
"""Names the rows, where another column names the persons."""


def left_out(why: str) -> Role:
    """Leave a column out."""
    return Role(role=LEFT_OUT, why=why)


def find_roles(
    columns: Sequence[Column],
    open_places: Iterable[int],
    mapping: FileMapping,
    preset: Preset | None,
    others: Iterable[int] = (),
) -> dict[int, Role]:
    """Find the role of every column that is no item.

    Parameters
    ----------
    columns
        All columns.
    open_places
        Positions of those that are no items.
    mapping
        What was said.
    preset
        The tool that wrote the file, if it was recognised.
    others
        Positions of columns that are items of other questionnaires.
    """
    places = list(open_places)
    often: dict[str, int] = defaultdict(int)
    for place in places:
        often[columns[place].name] += 1
    others = set(others)
    roles: dict[int, Role] = {}
    for place in places:
        column = columns[place]
        roles[place] = (
            _said(column, mapping)
            or _by_name(column, often, preset)
            or (
                left_out("looks like an item of another questionnaire") if place in others else None
            )
            or _by_vocabulary(column, mapping)
            or _by_values(column, mapping)
        )
    return _one_of_each(columns, roles, mapping)


def _said(column: Column, mapping: FileMapping) -> Role | None:
    if not column.name:
        return None
    role = mapping.role_of(column.name)
    if role is not None:
        return Role(role=role, why="as the mapping says")
    if column.name in mapping.leave_out:
        return left_out("as the mapping says")
    if mapping.outcomes is not None and column.name in mapping.outcomes:
        return Role(role="outcome", why="as the mapping says")
    return None


def _by_name(column: Column, often: Mapping[str, int], preset: Preset | None) -> Role | None:
    """Leave out what its name, or its lack of one, speaks against."""
    name = column.name
    if not column.n_given:
        return left_out("is empty")
    if not name:
        return left_out("has no name")
    if often[name] > 1:
        return left_out("its name occurs several times")
    if describes_submission(name, preset):
        tool = preset.name if preset else ""
        return left_out(f"describes the submission ({tool}), not the answers")
    short = name[:CLOSELY_LOOKED_AT]
    if plain_name(short) in words("left_out"):
        return left_out("numbers rows or describes the submission")
    rule = column_name_rule(short) if len(name) <= covariates.MAXIMUM_NAME else None
    if rule is not None and plain_name(short) not in role_names():
        return left_out("dates are not kept" if rule[0] == "date" else "identifies persons")
    if _CHECKBOX.fullmatch(short):
        return left_out("is a checkbox")
    return None


def _by_vocabulary(column: Column, mapping: FileMapping) -> Role | None:
    if len(column.name) > covariates.MAXIMUM_NAME:
        return None
    plain = plain_name(column.name)
    role = role_names().get(plain)
    if role is None or role in mapping.roles:
        return None
    if _are_dates(column):
        return None
    if role in {"person", "clinician"} and not _may_name(column, strict=plain in _AMBIGUOUS):
        return None
    if role == "occasion" and not _may_be_occasion(column, strict=plain in _AMBIGUOUS):
        return None
    if role.startswith("days") and any(as_number(one) is None for one in column.present):
        return None
    if role == "respondent" and len(column.present) > 3:
        return None
    return Role(role=role, why="by its name")


def _may_name(column: Column, *, strict: bool) -> bool:
    """Whether values can tell persons apart: not a yes or no, not two or three codes for all."""
    n_different = len(column.present)
    numbers = [as_number(cell) for cell in _some(column)]
    if any(number is not None and not number.is_integer() for number in numbers):
        return False
    several = n_different > 1 or column.codes.size == 1
    return several and (not strict or n_different * 12 >= column.n_given)


def _may_be_occasion(column: Column, *, strict: bool) -> bool:
    n_different = len(column.present)
    numbers = [as_number(cell) for cell in _some(column)]
    whole = all(number is None or number.is_integer() for number in numbers)
    few = n_different <= max(3, column.n_given / 2) or n_different <= 4
    return whole and few and (not strict or n_different <= _MOST_GROUPS)


def _by_values(column: Column, mapping: FileMapping) -> Role:
    """Decide by what stands in the cells."""
    reason = _not_kept(column)
    if reason is not None:
        return left_out(reason)
    given = [cell for cell in column.present if not is_missing_word(cell)]
    numbers = [as_number(cell) for cell in given]
    if may_have_thousands(given):
        return left_out("its commas may be thousands or decimals; write its numbers without")
    if all(number is not None for number in numbers):
        if mapping.outcomes is not None:
            return left_out("is none of the outcomes that the mapping names")
        return _number_role(column, [number for number in numbers if number is not None])
    n_different = len({as_text(cell) for cell in given})
    if n_different <= min(_MOST_GROUPS, max(2, column.n_given // 2)):
        return Role(role="group", why="texts that repeat; may serve as groups")
    return left_out("texts of its own in most rows")


def _number_role(column: Column, numbers: Sequence[float]) -> Role:
    whole = all(number.is_integer() for number in numbers)
    if whole and len(numbers) == column.n_given and column.n_given >= 20:
        return left_out("another whole number in every row: it may identify")
    if is_date_column(numbers):
        return left_out("dates are not kept")
    if set(numbers) <= {0.0, 1.0} and _CHECKBOX.fullmatch(column.name[:CLOSELY_LOOKED_AT]):
        return left_out("is a checkbox")
    return Role(role="outcome", why="numbers; may serve as an outcome or as groups if you say so")


def _not_kept(column: Column) -> str | None:
    """Say why a column is not kept, by its values or else by its name and its texts."""
    return _nothing_to_keep(column) or _unkept_name(column.name) or _unkept_texts(column)


def _nothing_to_keep(column: Column) -> str | None:
    present = [cell for cell in column.present if not is_missing_word(cell)]
    if not present:
        return "is empty"
    if _are_dates(column):
        return "dates are not kept"
    if len(present) == 1 and column.n_given > 1:
        return "is the same in every row"
    if any(isinstance(cell, Odd) and cell is not Odd.DATE for cell in present):
        return "holds error values, formulas or truth values"
    return None


def _unkept_name(name: str) -> str | None:
    if len(name) > covariates.MAXIMUM_NAME:
        return f"its name is longer than {covariates.MAXIMUM_NAME} characters"
    if not covariates.is_name(name):
        return "its name is one of the service's own, or cannot be printed"
    return None


def _unkept_texts(column: Column) -> str | None:
    texts = [cell for cell in column.present if isinstance(cell, str) and not is_missing_word(cell)]
    if any(len(text) > covariates.MAXIMUM_TEXT or not text.isprintable() for text in texts):
        return "long texts are not kept"
    if {text.lower() for text in texts} <= _CHECKED and texts and _CHECKBOX.fullmatch(column.name):
        return "is a checkbox"
    found = next(iter(covariates.identifying_values(column.name, texts)), None)
    if found is not None:
        return "dates are not kept" if found[1] == "date" else "may identify persons"
    if texts and sum(map(len, texts)) > _LONG_TEXT * len(texts):
        return "long texts are not kept"
    return None


def _are_dates(column: Column) -> bool:
    present = [cell for cell in _some(column) if not is_missing_word(cell)]
    return bool(present) and sum(map(is_date, present)) > 0.5 * len(present)


def _some(column: Column) -> Sequence[Cell]:
    """Return different cells, at most a thousand, from the whole column."""
    return column.present[:: 1 + len(column.present) // 1000]


def _one_of_each(
    columns: Sequence[Column], roles: dict[int, Role], mapping: FileMapping
) -> dict[int, Role]:
    """Keep one column a role: the usual name comes first, then the first column."""
    order = {name: rank for rank, name in enumerate(role_names())}
    by_role: dict[str, list[int]] = defaultdict(list)
    for place, one in roles.items():
        if one.role not in {LEFT_OUT, "outcome", "group"}:
            by_role[one.role].append(place)
    _name_responses(columns, roles, by_role)
    for role, places in by_role.items():
        said = [place for place in places if columns[place].name in mapping.roles.get(role, ())]
        best = min(
            said or places,
            key=lambda place: (order.get(plain_name(columns[place].name), len(order)), place),
        )
        varying = [place for place in places if len(columns[place].present) > 1]
        if not said and role == "occasion" and varying and best not in varying:
            best = varying[0]
        for place in places:
            if place != best:
                roles[place] = left_out(f"another column is the {role}")
    return roles


def _name_responses(
    columns: Sequence[Column], roles: dict[int, Role], by_role: dict[str, list[int]]
) -> None:
    """Let a column of unique values name the responses where another names the persons.

    That other column is called so while the first is just ``id``, or its values repeat.
    """
    persons = by_role.get("person", [])
    repeat = [place for place in persons if _repeats(columns[place])]
    for place in list(persons) if len(persons) > 1 else ():
        column = columns[place]
        further = [other for other in repeat if other != place]
        if (
            len(column.present) != column.codes.size
            or (plain_name(column.name) != "id" and not further)
            or len(persons) < 2
        ):
            continue
        persons.remove(place)
        texts = [as_text(cell) for cell in column.present]
        identifying = next(iter(covariates.identifying_values("id", texts)), None)
        if identifying is None and all(map(covariates.is_text, texts)):
            roles[place] = Role(role=RESPONSE, why="names every row differently")
        else:
            roles[place] = left_out("looks like something that identifies persons, or dates")
        return


def _repeats(column: Column) -> bool:
    """Whether persons stand in several rows."""
    return 1 < len(column.present) < column.n_given
