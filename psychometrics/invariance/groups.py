"""Who is compared: rows of one form, divided by a column or joined from several samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.invariance.options import SAMPLE, InvarianceOptions, group_name
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray

PERSON = "person"
"""The column of the persons' pseudonyms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group's rows, or those of one occasion.

    Attributes
    ----------
    name
        The value in the column that makes groups.
    number
        Its place among the groups, from 1: what a refusal says, for a value may identify someone.
    responses
        Its rows.
    """

    name: str
    number: int
    responses: ResponseMatrix


def joined(samples: Mapping[str, ResponseMatrix]) -> ResponseMatrix:
    """Join several samples of one form into one matrix with the column ``sample``.

    Parameters
    ----------
    samples
        By name.

    Returns
    -------
    ResponseMatrix
        All rows, with the columns that every sample has.

    Raises
    ------
    OptionError
        When the samples answered different forms, or different keys of one form: those are never
        compared.
    """
    parts = list(samples.values())
    if not parts:
        raise OptionError("samples", "at least one sample is needed")
    first = parts[0].instrument
    if any(not _same_form(first, part.instrument) for part in parts[1:]):
        raise OptionError("samples", "different forms or versions are never compared")
    shared = [name for name in parts[0].columns if all(name in part.columns for part in parts)]
    columns: dict[str, NDArray[np.generic]] = {
        name: np.concatenate([part.columns[name] for part in parts]) for name in shared
    }
    names = [np.full(part.n_persons, name, dtype=object) for name, part in samples.items()]
    columns[SAMPLE] = np.concatenate(names)
    answers = np.concatenate([part.answers for part in parts])
    return ResponseMatrix(instrument=first, answers=answers, columns=columns)


def _same_form(one: Instrument, other: Instrument) -> bool:
    return one == other


def groups_of(responses: ResponseMatrix, options: InvarianceOptions) -> tuple[Group, ...]:
    """Divide rows into groups, the reference first, the others in sorted order.

    Rows without a group are left out.

    Raises
    ------
    OptionError
        When there is no such column, fewer than two groups, or no such reference.
    """
    column = options.group_or_default
    if column == PERSON:
        raise OptionError("group", "a person is no group; name a column of groups of persons")
    if column not in responses.columns:
        known = ", ".join(sorted(responses.columns)) or "none"
        raise OptionError("group", f"there is no column {column!r}; the columns are: {known}")
    values = responses.columns[column]
    names = {group_name(value): value for value in distinct_values(values)}
    if len(names) < 2:
        raise OptionError("group", f"column {column!r} must name at least two groups")
    pairs = reference_first(list(names.items()), options)
    return tuple(
        Group(name=name, number=number, responses=responses.rows(given(values) & (values == value)))
        for number, (name, value) in enumerate(pairs, start=1)
    )


def reference_first(
    named: Sequence[tuple[str, object]], options: InvarianceOptions
) -> list[tuple[str, object]]:
    """Put the reference before the others, which stay in their order.

    Raises
    ------
    OptionError
        When there is no such reference.
    """
    names = [name for name, _ in named]
    chosen = names[0] if options.reference is None else options.reference
    if chosen not in names:
        raise OptionError("reference", f"column {options.group_or_default!r} names no such group")
    return sorted(named, key=lambda pair: pair[0] != chosen)


def without_group(responses: ResponseMatrix, options: InvarianceOptions) -> int:
    """Return how many rows name no group."""
    return int((~given(responses.columns[options.group_or_default])).sum())


def given(values: NDArray[np.generic]) -> BoolArray:
    """Return which values of a column are not missing, shape (n_persons,)."""
    if values.dtype == object:
        return np.array([value is not None and value != "" for value in values], dtype=np.bool_)
    if np.issubdtype(values.dtype, np.floating):
        return np.asarray(~np.isnan(values.astype(np.float64)))
    return np.ones(values.shape, dtype=np.bool_)


def distinct_values(values: NDArray[np.generic]) -> Sequence[object]:
    """Return a column's values that are not missing, each once and in order."""
    distinct: list[object] = list(dict.fromkeys(values[given(values)].tolist()))
    if all(isinstance(value, int | float) for value in distinct):
        return sorted(distinct, key=lambda value: float(str(value)))
    return sorted(distinct, key=str)
