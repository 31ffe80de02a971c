"""Groups' answers as an estimator sees them: one face for ordered, complete and incomplete answers.

Ordered answers of several groups have the same categories in each (``correlation.categories``): a
category that is empty in one group is merged into a neighbour in all of them and said so. lavaan
stops there instead, or estimates fewer thresholds in that group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from psychometrics.cfa.casewise import CasewiseDiscrepancy
from psychometrics.cfa.difference import (
    Difference,
    likelihood_ratio,
    satorra_2000,
    satorra_bentler,
)
from psychometrics.cfa.dwls import OrdinalSample, WeightedDiscrepancy
from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fitted import Fitted
from psychometrics.cfa.implied import state_at
from psychometrics.cfa.layout import Layout
from psychometrics.cfa.ml import CompleteAnswers, complete_answers, fit_ml, score_products
from psychometrics.cfa.model import Model
from psychometrics.cfa.normal import NormalDiscrepancy
from psychometrics.cfa.options import Estimator, Missing
from psychometrics.cfa.saturated import IncompleteAnswers, incomplete_answers
from psychometrics.cfa.wlsmv import fit_wlsmv, ordinal_sample, parts_of
from psychometrics.correlation.categories import (
    check_answered,
    merge_empty_categories,
    usable_rows,
)
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.errors import EstimationError, OptionError
from psychometrics.invariance.groups import Group
from psychometrics.invariance.robust import with_robust_statistics
from psychometrics.types import FloatArray

_Worked = TypeVar("_Worked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curvature:
    """A discrepancy around a point: what score tests and power are made of.

    Attributes
    ----------
    gradient
        Of f, shape (n_free,).
    information
        Its expected second derivatives, shape (n_free, n_free).
    scores
        N times the covariance of the gradient, shape (n_free, n_free).
    """

    gradient: FloatArray
    information: FloatArray
    scores: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Answers of all groups, ready for one estimator.

    Attributes
    ----------
    names, n_persons
        Of each group, the reference first; persons used who answered there.
    total
        Number of persons: of all groups, or the same persons on all occasions.
    items
        Numbers of the items.
    answers
        Of each group the rows used, recoded, categories merged; shape (n_persons, n_items).
    n_thresholds
        Of each item; ``None`` for continuous answers.
    fit
        Fits a model of all groups.
    difference
        Compares a smaller with a larger model.
    curvature
        Expands the discrepancy of a model at a parameter vector.
    scaled
        Whether statistics are corrected for non-normal or ordered answers.
    n_merged
        Number of categories that were merged.
    cautions
        What is doubtful about the answers.
    """

    names: tuple[str, ...]
    n_persons: tuple[int, ...]
    total: int
    items: tuple[int, ...]
    answers: tuple[FloatArray, ...]
    n_thresholds: tuple[int, ...] | None
    fit: Callable[[Model], Fitted]
    difference: Callable[[Fitted, Fitted], Difference]
    curvature: Callable[[Layout, FloatArray], Curvature | None]
    scaled: bool
    n_merged: int = 0
    cautions: tuple[str, ...] = ()

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Answers that are independent of every other block's.

    Attributes
    ----------
    name
        What a message calls it.
    answers
        A group's, shape (n_persons, n_items), or those of all occasions side by side.
    items
        Numbers of the items, column by column.
    """

    name: str
    answers: FloatArray
    items: tuple[int, ...]

    def do(self, work: Callable[[FloatArray, tuple[int, ...]], _Worked]) -> _Worked:
        """Do some work on the answers, and name the block where it cannot be done."""
        try:
            return work(self.answers, self.items)
        except EstimationError as error:
            raise EstimationError(f"{self.name}: {error.step}", error.reason) from error


def evidence_of(
    groups: Sequence[Group], *, estimator: Estimator, missing: Missing, repeated: bool = False
) -> Evidence:
    """Prepare groups' answers for an estimator.

    Parameters
    ----------
    groups
        The reference first.
    estimator, missing
        How models are estimated and from which answers.
    repeated
        Whether the groups are occasions of the same persons, row by row.

    Raises
    ------
    OptionError
        When the estimator has no such treatment of missing answers.
    EstimationError
        When a group's answers cannot be modelled, naming the group.
    """
    if estimator is Estimator.WLSMV:
        if missing is Missing.FIML:
            raise OptionError("missing", "WLSMV takes 'listwise' or 'pairwise'")
        return _ordered(groups, missing, repeated=repeated)
    if missing is Missing.PAIRWISE:
        raise OptionError("missing", f"{estimator.value} takes 'fiml' or 'listwise'")
    incomplete = not all(group.responses.complete.all() for group in groups)
    prepare = _incomplete if missing is Missing.FIML and incomplete else _complete
    return prepare(groups, robust=estimator is Estimator.MLR, repeated=repeated)


def _scored(group: Group) -> FloatArray:
    """Return recoded answers to the items that belong to a subscale."""
    columns = [item - 1 for item in group.responses.instrument.scored_items]
    return group.responses.recoded[:, columns]


def _used(groups: Sequence[Group], policy: MissingPolicy, *, repeated: bool) -> list[FloatArray]:
    """Return the answers of each group that a policy uses; of occasions, the same persons'."""
    answers = [_scored(group) for group in groups]
    rows = [usable_rows(part, policy) for part in answers]
    if repeated:
        listwise = policy is MissingPolicy.LISTWISE
        join = np.logical_and if listwise else np.logical_or
        rows = [np.asarray(join.reduce(rows))] * len(groups)
    return [part[chosen] for part, chosen in zip(answers, rows, strict=True)]


def _blocks(
    groups: Sequence[Group], answers: Sequence[FloatArray], *, repeated: bool
) -> tuple[_Block, ...]:
    """Divide answers into blocks: every group by itself, occasions side by side."""
    items = groups[0].responses.instrument.scored_items
    if repeated:
        whole = np.hstack(list(answers))
        return (_Block(name="occasions", answers=whole, items=items * len(groups)),)
    return tuple(
        _Block(name=f"group {group.number}", answers=part, items=items)
        for group, part in zip(groups, answers, strict=True)
    )


def _persons(answers: Sequence[FloatArray]) -> tuple[int, ...]:
    """Count the persons of each group who gave any answer."""
    return tuple(int(np.isfinite(part).any(axis=1).sum()) for part in answers)


def _ordered(groups: Sequence[Group], missing: Missing, *, repeated: bool) -> Evidence:
    policy = MissingPolicy.PAIRWISE if missing is Missing.PAIRWISE else MissingPolicy.LISTWISE
    items = groups[0].responses.instrument.scored_items
    for block in _blocks(groups, [_scored(group) for group in groups], repeated=repeated):
        block.do(check_answered)
    used = _used(groups, policy, repeated=repeated)
    for block in _blocks(groups, used, repeated=repeated):
        block.do(_check_persons)
    common = merge_empty_categories(used, items=items)
    blocks = _blocks(groups, common.answers, repeated=repeated)
    moments = [
        block.do(lambda rows, numbers: ordinal_moments(rows, items=numbers, missing=policy))
        for block in blocks
    ]
    samples = tuple(
        ordinal_sample(m.thresholds, m.correlations, m.nacov, m.n_persons) for m in moments
    )
    names = [f"group {group.name}" for group in groups] if not repeated else ["occasions"]
    cautions = [
        f"{name}: {caution}"
        for name, part in zip(names, moments, strict=True)
        for caution in dict.fromkeys(part.cautions)
    ]
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=_persons(common.answers),
        total=sum(sample.n_persons for sample in samples),
        items=items,
        answers=common.answers,
        n_thresholds=tuple(cuts.size for cuts in moments[0].thresholds[: len(items)]),
        fit=lambda model: with_robust_statistics(fit_wlsmv(model, samples), samples),
        difference=satorra_2000,
        curvature=lambda layout, theta: _ordered_curvature(layout, theta, samples),
        scaled=True,
        n_merged=len(common.merged),
        cautions=(*common.cautions, *cautions),
    )


def _check_persons(answers: FloatArray, items: tuple[int, ...]) -> None:
    """Refuse answers of which hardly any row can be used."""
    if len(answers) < 2:
        raise EstimationError(
            "persons", f"{len(answers)} usable rows of {len(items)} items; at least two are needed"
        )


def _ordered_curvature(
    layout: Layout, theta: FloatArray, samples: tuple[OrdinalSample, ...]
) -> Curvature | None:
    discrepancy = WeightedDiscrepancy(layout=layout, samples=samples)
    expansion = discrepancy.expand(theta, exact=False)
    if expansion is None:
        return None
    parts = parts_of(discrepancy, theta, np.eye(theta.size))
    return Curvature(
        gradient=expansion.gradient, information=expansion.hessian, scores=parts.middle
    )


def _complete(groups: Sequence[Group], *, robust: bool, repeated: bool) -> Evidence:
    rows = _used(groups, MissingPolicy.LISTWISE, repeated=repeated)
    blocks = _blocks(groups, rows, repeated=repeated)
    samples = tuple(block.do(complete_answers) for block in blocks)
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=_persons(rows),
        total=sum(sample.moments.n_persons for sample in samples),
        items=groups[0].responses.instrument.scored_items,
        answers=tuple(rows),
        n_thresholds=None,
        fit=lambda model: fit_ml(model, samples, robust=robust),
        difference=satorra_bentler if robust else likelihood_ratio,
        curvature=lambda layout, theta: _complete_curvature(layout, theta, samples, robust=robust),
        scaled=robust,
    )


def _complete_curvature(
    layout: Layout, theta: FloatArray, samples: tuple[CompleteAnswers, ...], *, robust: bool
) -> Curvature | None:
    discrepancy = NormalDiscrepancy(layout=layout, samples=tuple(s.moments for s in samples))
    expansion = discrepancy.expand(theta, exact=False)
    if expansion is None:
        return None
    states = tuple(state_at(group, theta) for group in layout.groups)
    scores = score_products(layout, states, samples) if robust else expansion.hessian
    return Curvature(gradient=expansion.gradient, information=expansion.hessian, scores=scores)


def _incomplete(groups: Sequence[Group], *, robust: bool, repeated: bool) -> Evidence:
    rows = _used(groups, MissingPolicy.PAIRWISE, repeated=repeated)
    blocks = _blocks(groups, rows, repeated=repeated)
    samples = tuple(block.do(incomplete_answers) for block in blocks)
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=_persons(rows),
        total=sum(answers.sample.n_persons for answers in samples),
        items=groups[0].responses.instrument.scored_items,
        answers=tuple(rows),
        n_thresholds=None,
        fit=lambda model: fit_fiml(model, samples, robust=robust),
        difference=satorra_bentler if robust else likelihood_ratio,
        curvature=lambda layout, theta: _incomplete_curvature(
            layout, theta, samples, robust=robust
        ),
        scaled=robust,
    )


def _incomplete_curvature(
    layout: Layout, theta: FloatArray, samples: tuple[IncompleteAnswers, ...], *, robust: bool
) -> Curvature | None:
    discrepancy = CasewiseDiscrepancy(layout=layout, samples=tuple(s.sample for s in samples))
    expansion = discrepancy.expand(theta, exact=True)
    scores = discrepancy.scores(theta) if robust else None
    if expansion is None:
        return None
    return Curvature(
        gradient=expansion.gradient,
        information=expansion.hessian,
        scores=expansion.hessian if scores is None else scores,
    )
