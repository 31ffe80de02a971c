"""What a sample holds, in counts: for people who check whether their file was understood.

Nothing that one person answered is in it, and no count of 1 to 10.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.disclosure import LARGEST_SMALL, is_small
from psychometrics.types import FloatArray
from schemas.definition import kept_definition
from schemas.responses.covariates import NUMBER_COLUMNS, TEXT_COLUMNS
from schemas.responses.response_batch import ResponseBlock, Value
from service.interfaces import Responses
from service.records import Sample

MOST_GROUPS = 12
MOST_NUMBERED_GROUPS = 6
"""A column of more different texts, or numbers, is not offered as groups."""

NEVER_GROUPS = frozenset({"person", "clinician"})
"""Columns that name people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What stands beside the answers under one name.

    Attributes
    ----------
    name
        As in the file.
    recognised
        Whether the service knows what it means.
    numeric
        Whether all its values are numbers.
    share_given
        Share of the responses that have a value, in whole percent.
    n_values
        How many different values there are; ``None`` for 1 to 10 persons or clinicians.
    groups
        By value, its number of responses; ``None`` when the column cannot serve as groups. A number
        of 1 to 10 is ``None``.
    """

    name: str
    recognised: bool
    numeric: bool
    share_given: int
    n_values: int | None
    groups: Mapping[str, int | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDescription:
    """What a sample holds.

    Attributes
    ----------
    share_answered
        Share of the items that are answered, in whole percent; ``None`` for an empty sample.
    columns
        What stands beside the answers.
    """

    share_answered: int | None
    columns: Sequence[Column]

    @property
    def groupings(self) -> Sequence[Column]:
        """Columns that can serve as groups."""
        return [column for column in self.columns if column.groups is not None]

    @property
    def outcomes(self) -> Sequence[Column]:
        """Columns that can serve as outcomes."""
        return [column for column in self.columns if column.numeric and not column.recognised]


def describe_sample(responses: Responses, sample: Sample) -> SampleDescription:
    """Count what a sample holds."""
    n_items = kept_definition(sample.definition).instrument.n_items
    return describe(*responses.contents(sample.tenant_id, sample.id, n_items))


def describe_block(block: ResponseBlock) -> SampleDescription:
    """Count what a file holds that was read and found right, before anything of it is kept."""
    return describe(block.answers, {**block.columns, **block.outcomes})


def describe(answers: FloatArray, columns: Mapping[str, Sequence[Value]]) -> SampleDescription:
    """Count answers and what stands beside them.

    Parameters
    ----------
    answers
        Shape (n_responses, n_items), missing is ``nan``.
    columns
        By name, one value for each response.
    """
    share = _percent(float(np.isfinite(answers).mean())) if answers.size else None
    return SampleDescription(
        share_answered=share, columns=[_column(name, values) for name, values in columns.items()]
    )


def _column(name: str, values: Sequence[Value]) -> Column:
    given = [value for value in values if value is not None]
    numeric = not any(isinstance(value, str) for value in given)
    counts = Counter(given)
    return Column(
        name=name,
        recognised=name in TEXT_COLUMNS or name in NUMBER_COLUMNS,
        numeric=numeric,
        share_given=_percent(len(given) / len(values)),
        n_values=None if name in NEVER_GROUPS and is_small(len(counts)) else len(counts),
        groups=_groups(name, counts, MOST_NUMBERED_GROUPS if numeric else MOST_GROUPS),
    )


def _groups(
    name: str, counts: Mapping[str | float, int], most: int
) -> dict[str, int | None] | None:
    """Name the groups of a column; a second number is withheld with a single small one."""
    if name in NEVER_GROUPS or not 2 <= len(counts) <= most:
        return None
    if max(counts.values()) <= LARGEST_SMALL:
        return None
    ordered = sorted(counts.items(), key=lambda pair: str(pair[0]))
    small = [value for value, count in ordered if is_small(count)]
    if len(small) == 1:
        large = [(count, str(value)) for value, count in ordered if not is_small(count)]
        small += [value for value, _ in ordered if str(value) == min(large)[1]]
    return {_text(value): None if value in small else count for value, count in ordered}


def _text(value: str | float) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _percent(share: float) -> int:
    """Round a share so that only what is complete is called so."""
    return 100 if share == 1 else min(99, round(100 * share))
