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
        Of each group, the reference first; persons used.
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

    @property
    def total(self) -> int:
        """Number of persons in all groups."""
        return sum(self.n_persons)


def evidence_of(groups: Sequence[Group], *, estimator: Estimator, missing: Missing) -> Evidence:
    """Prepare groups' answers for an estimator.

    Parameters
    ----------
    groups
        The reference first.
    estimator, missing
        How models are estimated and from which answers.

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
        return _ordered(groups, missing)
    if missing is Missing.PAIRWISE:
        raise OptionError("missing", f"{estimator.value} takes 'fiml' or 'listwise'")
    incomplete = not all(group.responses.complete.all() for group in groups)
    prepare = _incomplete if missing is Missing.FIML and incomplete else _complete
    return prepare(groups, robust=estimator is Estimator.MLR)


def _scored(group: Group) -> FloatArray:
    """Return recoded answers to the items that belong to a subscale."""
    columns = [item - 1 for item in group.responses.instrument.scored_items]
    return group.responses.recoded[:, columns]


def _ordered(groups: Sequence[Group], missing: Missing) -> Evidence:
    policy = MissingPolicy.PAIRWISE if missing is Missing.PAIRWISE else MissingPolicy.LISTWISE
    items = groups[0].responses.instrument.scored_items
    rows = [_usable(group, items, policy) for group in groups]
    common = merge_empty_categories(rows, items=items)
    moments = [
        _named(group, lambda rows: ordinal_moments(rows, items=items, missing=policy), part)
        for group, part in zip(groups, common.answers, strict=True)
    ]
    samples = tuple(
        ordinal_sample(m.thresholds, m.correlations, m.nacov, m.n_persons) for m in moments
    )
    cautions = [
        f"group {group.name}: {caution}"
        for group, part in zip(groups, moments, strict=True)
        for caution in part.cautions
    ]
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=tuple(part.n_persons for part in moments),
        items=items,
        answers=common.answers,
        n_thresholds=tuple(cuts.size for cuts in moments[0].thresholds),
        fit=lambda model: with_robust_statistics(fit_wlsmv(model, samples), samples),
        difference=satorra_2000,
        curvature=lambda layout, theta: _ordered_curvature(layout, theta, samples),
        scaled=True,
        n_merged=len(common.merged),
        cautions=(*common.cautions, *cautions),
    )


def _usable(group: Group, items: tuple[int, ...], policy: MissingPolicy) -> FloatArray:
    answers = _scored(group)
    _named(group, lambda rows: check_answered(rows, items), answers)
    used = answers[usable_rows(answers, policy)]
    if used.shape[0] < 2:
        raise EstimationError(
            f"group {group.number}", f"{used.shape[0]} usable rows; at least two are needed"
        )
    return used


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


def _complete(groups: Sequence[Group], *, robust: bool) -> Evidence:
    items = groups[0].responses.instrument.scored_items
    rows = tuple(_scored(group)[group.responses.complete] for group in groups)
    samples = tuple(
        _named(group, lambda rows: complete_answers(rows, items), part)
        for group, part in zip(groups, rows, strict=True)
    )
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=tuple(part.shape[0] for part in rows),
        items=items,
        answers=rows,
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


def _incomplete(groups: Sequence[Group], *, robust: bool) -> Evidence:
    items = groups[0].responses.instrument.scored_items
    rows = tuple(_scored(group) for group in groups)
    samples = tuple(
        _named(group, lambda rows: incomplete_answers(rows, items), part)
        for group, part in zip(groups, rows, strict=True)
    )
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=tuple(part.sample.n_persons for part in samples),
        items=items,
        answers=tuple(part[np.isfinite(part).any(axis=1)] for part in rows),
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


def _named(group: Group, work: Callable[[FloatArray], _Worked], answers: FloatArray) -> _Worked:
    """Do some work on a group's answers, and name the group where it cannot be done."""
    try:
        return work(answers)
    except EstimationError as error:
        raise EstimationError(f"group {group.number}: {error.step}", error.reason) from error
