"""Groups' answers as an estimator sees them: one face for ordered, complete and incomplete answers.

Ordered answers of several groups have the same categories in each (``correlation.categories``): a
category that is empty in one group is merged into a neighbour in all of them and said so. lavaan
stops there instead, or estimates fewer thresholds in that group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

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
from psychometrics.clusters import Clusters
from psychometrics.correlation.categories import (
    check_answered,
    merge_empty_categories,
)
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import OrdinalMoments, ordinal_moments
from psychometrics.errors import EstimationError, OptionError
from psychometrics.invariance.blocks import (
    Block,
    blocks_of,
    described,
    persons_in,
    scored,
    used_rows,
)
from psychometrics.invariance.groups import Group
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.invariance.robust import with_robust_statistics
from psychometrics.types import FloatArray


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
class Replicate:
    """Simulated answers in place of the given ones.

    Attributes
    ----------
    fit
        Fits a model of all groups to them.
    """

    fit: Callable[[Model], Fitted]


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
    block_sizes
        Persons of each independent block of answers: the groups, or all occasions together.
    again
        Takes other complete answers, block by block, in place of these; raises
        :class:`EstimationError` where they cannot be modelled.
    scaled
        Whether statistics are corrected for non-normal or ordered answers.
    clusters
        How persons are clustered, where errors allow for it.
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
    block_sizes: tuple[int, ...]
    again: Callable[[Sequence[FloatArray]], Replicate]
    scaled: bool
    clusters: Clusters | None = None
    n_merged: int = 0
    cautions: tuple[str, ...] = ()

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.names)


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
    incomplete = not all(group.responses.complete.all() for group in groups)
    prepare = _incomplete if missing is Missing.FIML and incomplete else _complete
    return prepare(groups, options)


def _ordered(groups: Sequence[Group], missing: Missing, options: InvarianceOptions) -> Evidence:
    policy = MissingPolicy.PAIRWISE if missing is Missing.PAIRWISE else MissingPolicy.LISTWISE
    items = groups[0].responses.instrument.scored_items
    for group in groups:
        Block(name=f"group {group.number}", answers=scored(group), items=items).do(check_answered)
    rows = used_rows(groups, policy, repeated=options.repeated)
    for block in blocks_of(groups, rows, options):
        block.do(_check_persons)
    used = [scored(group)[chosen] for group, chosen in zip(groups, rows, strict=True)]
    common = merge_empty_categories(used, items=items)
    blocks = blocks_of(groups, rows, options, common.answers)
    moments = [
        block.do(lambda answers, numbers: ordinal_moments(answers, items=numbers, missing=policy))
        for block in blocks
    ]
    samples = tuple(_ordinal(*pair) for pair in zip(blocks, moments, strict=True))
    names = ["occasions"] if options.repeated else [f"group {group.name}" for group in groups]
    cautions = [
        f"{name}: {caution}"
        for name, part in zip(names, moments, strict=True)
        for caution in dict.fromkeys(part.cautions)
    ]
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=persons_in(common.answers),
        total=sum(sample.n_persons for sample in samples),
        items=items,
        answers=common.answers,
        n_thresholds=tuple(cuts.size for cuts in moments[0].thresholds[: len(items)]),
        fit=lambda model: with_robust_statistics(fit_wlsmv(model, samples), samples),
        difference=satorra_2000,
        curvature=lambda layout, theta: _ordered_curvature(layout, theta, samples),
        block_sizes=tuple(sample.n_persons for sample in samples),
        again=lambda answers: _ordered_again(blocks, moments, answers),
        scaled=True,
        clusters=described(blocks),
        n_merged=len(common.merged),
        cautions=(*common.cautions, *cautions),
    )


def _ordered_again(
    blocks: Sequence[Block], moments: Sequence[OrdinalMoments], answers: Sequence[FloatArray]
) -> Replicate:
    """Model other ordered answers, which must have the same categories."""
    samples = []
    for block, before, rows in zip(blocks, moments, answers, strict=True):
        found = ordinal_moments(rows, items=block.items, missing=MissingPolicy.LISTWISE)
        if [cuts.size for cuts in found.thresholds] != [cuts.size for cuts in before.thresholds]:
            raise EstimationError(block.name, "a category is empty")
        samples.append(
            ordinal_sample(found.thresholds, found.correlations, found.nacov, found.n_persons)
        )
    fitted_to = tuple(samples)
    return Replicate(fit=lambda model: fit_wlsmv(model, fitted_to))


def _continuous_again(
    blocks: Sequence[Block], answers: Sequence[FloatArray], *, robust: bool
) -> Replicate:
    """Model other continuous answers."""
    samples = tuple(
        complete_answers(rows, block.items) for block, rows in zip(blocks, answers, strict=True)
    )
    return Replicate(fit=lambda model: fit_ml(model, samples, robust=robust))


def _ordinal(block: Block, moments: OrdinalMoments) -> OrdinalSample:
    """Stack a block's moments; clusters enter through their covariance."""
    nacov = moments.nacov
    if block.codes is not None:
        nacov = moments.n_persons * moments.influence.cross_products(block.codes)
    return ordinal_sample(moments.thresholds, moments.correlations, nacov, moments.n_persons)


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


def _complete(groups: Sequence[Group], options: InvarianceOptions) -> Evidence:
    robust = options.estimator is Estimator.MLR
    rows = used_rows(groups, MissingPolicy.LISTWISE, repeated=options.repeated)
    blocks = blocks_of(groups, rows, options)
    samples = tuple(block.do(partial(complete_answers, clusters=block.codes)) for block in blocks)
    answers = tuple(scored(group)[used] for group, used in zip(groups, rows, strict=True))
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=persons_in(answers),
        total=sum(sample.moments.n_persons for sample in samples),
        items=groups[0].responses.instrument.scored_items,
        answers=answers,
        n_thresholds=None,
        fit=lambda model: fit_ml(model, samples, robust=robust),
        difference=satorra_bentler if robust else likelihood_ratio,
        curvature=lambda layout, theta: _complete_curvature(layout, theta, samples, robust=robust),
        block_sizes=tuple(len(block.answers) for block in blocks),
        again=lambda answers: _continuous_again(blocks, answers, robust=robust),
        scaled=robust,
        clusters=described(blocks),
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


def _incomplete(groups: Sequence[Group], options: InvarianceOptions) -> Evidence:
    robust = options.estimator is Estimator.MLR
    rows = used_rows(groups, MissingPolicy.PAIRWISE, repeated=options.repeated)
    blocks = blocks_of(groups, rows, options)
    samples = tuple(block.do(partial(incomplete_answers, clusters=block.codes)) for block in blocks)
    answers = tuple(scored(group)[used] for group, used in zip(groups, rows, strict=True))
    return Evidence(
        names=tuple(group.name for group in groups),
        n_persons=persons_in(answers),
        total=sum(one.sample.n_persons for one in samples),
        items=groups[0].responses.instrument.scored_items,
        answers=answers,
        n_thresholds=None,
        fit=lambda model: fit_fiml(model, samples, robust=robust),
        difference=satorra_bentler if robust else likelihood_ratio,
        curvature=lambda layout, theta: _incomplete_curvature(
            layout, theta, samples, robust=robust
        ),
        block_sizes=tuple(len(block.answers) for block in blocks),
        again=lambda answers: _continuous_again(blocks, answers, robust=robust),
        scaled=robust,
        clusters=described(blocks),
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
