"""Answers as independent blocks: each group by itself, or all occasions of the same persons.

Clusters of persons belong to a block, so that one who has persons in two groups counts in each of
them, as in lavaan; the groups are then not quite independent, which ``workflow`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from psychometrics.clusters import Clusters, Membership, membership
from psychometrics.correlation.categories import usable_rows
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.errors import EstimationError, OptionError
from psychometrics.invariance.groups import Group
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.types import BoolArray, FloatArray, IntArray

_Worked = TypeVar("_Worked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Answers that are independent of every other block's.

    Attributes
    ----------
    name
        What a message calls it.
    answers
        A group's, shape (n_persons, n_items), or those of all occasions side by side.
    items
        Numbers of the items, column by column.
    members
        Who is clustered with whom, where errors allow for it.
    """

    name: str
    answers: FloatArray
    items: tuple[int, ...]
    members: Membership | None = None

    @property
    def codes(self) -> IntArray | None:
        """Number of each person's cluster, from 0, shape (n_persons,)."""
        return None if self.members is None else self.members.codes

    def do(self, work: Callable[[FloatArray, tuple[int, ...]], _Worked]) -> _Worked:
        """Do some work on the answers, and name the block where it cannot be done."""
        try:
            return work(self.answers, self.items)
        except EstimationError as error:
            raise EstimationError(f"{self.name}: {error.step}", error.reason) from error


def used_rows(groups: Sequence[Group], policy: MissingPolicy, *, repeated: bool) -> list[BoolArray]:
    """Return which rows of each group a policy uses; of occasions, the same persons'."""
    rows = [usable_rows(group.responses.scored, policy) for group in groups]
    if not repeated:
        return rows
    join = np.logical_and if policy is MissingPolicy.LISTWISE else np.logical_or
    return [np.asarray(join.reduce(rows))] * len(groups)


def blocks_of(
    groups: Sequence[Group],
    rows: Sequence[BoolArray],
    options: InvarianceOptions,
    answers: Sequence[FloatArray] | None = None,
) -> tuple[Block, ...]:
    """Divide answers into blocks: every group by itself, occasions side by side.

    Parameters
    ----------
    groups, rows
        The groups and which of their rows are used.
    options
        Whether persons repeat or are clustered.
    answers
        What takes the place of the rows' own answers, if anything does.
    """
    items = groups[0].responses.instrument.scored_items
    used = [group.responses.scored[chosen] for group, chosen in zip(groups, rows, strict=True)]
    parts = used if answers is None else list(answers)
    if options.repeated:
        block = Block(name="occasions", answers=np.hstack(parts), items=items * len(groups))
        return (_clustered(block, groups[0], rows[0], options.cluster),)
    return tuple(
        _clustered(
            Block(name=f"group {group.number}", answers=part, items=items),
            group,
            chosen,
            options.cluster,
        )
        for group, part, chosen in zip(groups, parts, rows, strict=True)
    )


def _clustered(block: Block, group: Group, rows: BoolArray, column: str | None) -> Block:
    """Say who is clustered with whom, if that was asked for."""
    if column is None:
        return block
    try:
        members = membership(group.responses.rows(rows), column)
    except OptionError as error:
        raise OptionError(error.option, f"{block.name}: {error.detail}") from error
    return replace(block, members=members)


def described(blocks: Sequence[Block]) -> Clusters | None:
    """Describe the clusters of all blocks; one that has persons in two groups counts twice."""
    found = [block.members for block in blocks if block.members is not None]
    if not found:
        return None
    sizes = np.concatenate([one.sizes for one in found])
    return Clusters(
        column=found[0].column,
        n_clusters=sizes.size,
        smallest=int(sizes.min()),
        largest=int(sizes.max()),
    )


def persons_in(answers: Sequence[FloatArray]) -> tuple[int, ...]:
    """Count the persons of each group who gave any answer."""
    return tuple(int(np.isfinite(part).any(axis=1).sum()) for part in answers)
