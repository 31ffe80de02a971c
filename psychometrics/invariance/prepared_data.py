"""Groups' answers as an estimator sees them, ordered, complete or incomplete.

Ordered answers of several groups have the same categories in each (``correlation.categories``): a
category that is empty in one group is merged into a neighbour in all of them and said so. lavaan
stops there instead, or estimates fewer thresholds in that group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from psychometrics.cfa.difference import (
    Difference,
    likelihood_ratio,
    satorra_2000,
    satorra_bentler,
)
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.options import Estimator, Missing
from psychometrics.clusters import Clusters
from psychometrics.correlation.categories import (
    check_answered,
    merge_empty_categories,
)
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.errors import EstimationError, OptionError
from psychometrics.invariance.estimators import (
    Estimation,
    LeastSquares,
    casewise_likelihood,
    least_squares,
    likelihood,
)
from psychometrics.invariance.groups import Group
from psychometrics.invariance.independent_groups import (
    Block,
    blocks_of,
    described,
    persons_in,
    used_rows,
)
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.types import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Answers of all groups, ready for one estimator.

    Attributes
    ----------
    names, n_persons
        Of each group, the reference first; persons used who answered there.
    items
        Numbers of the items.
    answers
        Of each group the rows used, recoded, categories merged; shape (n_persons, n_items).
    n_thresholds
        Of each item; ``None`` for continuous answers.
    blocks
        The answers used, in parts that are independent of each other.
    estimation
        The estimator that has met them.
    prepare
        Makes an estimator of blocks.
    difference
        Compares a smaller with a larger model.
    scaled
        Whether statistics are corrected for non-normal or ordered answers.
    cautions
        What is doubtful about the answers.
    """

    names: tuple[str, ...]
    n_persons: tuple[int, ...]
    items: tuple[int, ...]
    answers: tuple[FloatArray, ...]
    n_thresholds: tuple[int, ...] | None
    blocks: tuple[Block, ...]
    estimation: Estimation
    prepare: Callable[[Sequence[Block]], Estimation]
    difference: Callable[[Fitted, Fitted], Difference]
    scaled: bool
    cautions: tuple[str, ...] = ()

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.names)

    @property
    def total(self) -> int:
        """Number of persons: of all groups, or the same persons on all occasions."""
        return sum(len(block.answers) for block in self.blocks)

    @property
    def clusters(self) -> Clusters | None:
        """How persons are clustered, where errors allow for it."""
        return described(self.blocks)

    def again(self, answers: Sequence[FloatArray]) -> Estimation:
        """Take other answers in place of these, block by block.

        Raises
        ------
        EstimationError
            When they cannot be modelled.
        """
        changed = [
            replace(block, answers=rows) for block, rows in zip(self.blocks, answers, strict=True)
        ]
        return self.prepare(changed)


def evidence_of(
    groups: Sequence[Group], *, options: InvarianceOptions, missing: Missing
) -> Evidence:
    """Prepare groups' answers for an estimator.

    Parameters
    ----------
    groups
        The reference first; if they are occasions, of the same persons row by row.
    options
        The estimator, and whether persons repeat or are clustered.
    missing
        What is done about missing answers.

    Raises
    ------
    OptionError
        When the estimator has no such treatment of missing answers.
    EstimationError
        When a group's answers cannot be modelled, naming the group.
    """
    if options.estimator is Estimator.WLSMV:
        if missing is Missing.FIML:
            raise OptionError("missing", "WLSMV takes 'listwise' or 'pairwise'")
        return _ordered(groups, missing, options)
    if missing is Missing.PAIRWISE:
        raise OptionError("missing", f"{options.estimator.value} takes 'fiml' or 'listwise'")
    return _continuous(groups, missing, options)


def _ordered(groups: Sequence[Group], missing: Missing, options: InvarianceOptions) -> Evidence:
    policy = MissingPolicy.PAIRWISE if missing is Missing.PAIRWISE else MissingPolicy.LISTWISE
    items = groups[0].responses.instrument.scored_items
    for group in groups:
        Block(name=f"group {group.number}", answers=group.responses.scored, items=items).do(
            check_answered
        )
    rows = used_rows(groups, policy, repeated=options.repeated)
    for block in blocks_of(groups, rows, options):
        block.do(_check_persons)
    used = [group.responses.scored[chosen] for group, chosen in zip(groups, rows, strict=True)]
    common = merge_empty_categories(used, items=items)
    blocks = blocks_of(groups, rows, options, common.answers)
    found = least_squares(blocks, missing=policy)
    names = ["occasions"] if options.repeated else [f"group {group.name}" for group in groups]
    cautions = [
        f"{name}: {caution}"
        for name, part in zip(names, found.moments, strict=True)
        for caution in dict.fromkeys(part.cautions)
    ]
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=persons_in(common.answers),
        items=items,
        answers=common.answers,
        n_thresholds=found.n_thresholds[: len(items)],
        blocks=blocks,
        estimation=found,
        prepare=lambda again: _alike(least_squares(again, missing=policy), found),
        difference=satorra_2000,
        scaled=True,
        cautions=(*common.cautions, *cautions),
    )


def _alike(again: LeastSquares, before: LeastSquares) -> LeastSquares:
    """Refuse ordered answers that have not the same categories."""
    if any(
        one.n_thresholds != other.n_thresholds
        for one, other in zip(again.moments, before.moments, strict=True)
    ):
        raise EstimationError("categories", "one of them is empty")
    return again


def _check_persons(answers: FloatArray, items: tuple[int, ...]) -> None:
    """Refuse answers of which hardly any row can be used."""
    if len(answers) < 2:
        raise EstimationError(
            "persons", f"{len(answers)} usable rows of {len(items)} items; at least two are needed"
        )


def _continuous(groups: Sequence[Group], missing: Missing, options: InvarianceOptions) -> Evidence:
    robust = options.estimator is Estimator.MLR
    incomplete = not all(group.responses.complete.all() for group in groups)
    casewise = missing is Missing.FIML and incomplete
    policy = MissingPolicy.PAIRWISE if casewise else MissingPolicy.LISTWISE
    rows = used_rows(groups, policy, repeated=options.repeated)
    blocks = blocks_of(groups, rows, options)
    prepare = partial(casewise_likelihood if casewise else likelihood, robust=robust)
    answers = tuple(group.responses.scored[used] for group, used in zip(groups, rows, strict=True))
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=persons_in(answers),
        items=groups[0].responses.instrument.scored_items,
        answers=answers,
        n_thresholds=None,
        blocks=blocks,
        estimation=prepare(blocks),
        prepare=prepare,
        difference=satorra_bentler if robust else likelihood_ratio,
        scaled=robust,
    )
