"""One face for three estimators of several groups, each once it has met the answers.

WLSMV fits ordered answers, a normal likelihood complete ones, and that of what each person answered
incomplete ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from psychometrics.cfa.complete_data import CompleteAnswers, complete_answers
from psychometrics.cfa.discrepancy import Expansion
from psychometrics.cfa.dwls import OrdinalSample, WeightedDiscrepancy
from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fiml_likelihood import CasewiseDiscrepancy
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.implied import states_at
from psychometrics.cfa.ml import fit_ml, score_products
from psychometrics.cfa.ml_discrepancy import NormalDiscrepancy
from psychometrics.cfa.model import Model
from psychometrics.cfa.parameter_index import Layout
from psychometrics.cfa.saturated_model import IncompleteAnswers, incomplete_answers
from psychometrics.cfa.wlsmv import fit_wlsmv, parts_of, sample_of
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import OrdinalMoments, ordinal_moments
from psychometrics.invariance.independent_groups import Block
from psychometrics.invariance.robust_fit import with_robust_statistics
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


class Estimation(Protocol):
    """An estimator that has met the answers of all groups."""

    def fit(self, model: Model) -> Fitted:
        """Fit a model of all groups."""
        ...

    def curvature(self, layout: Layout, theta: FloatArray) -> Curvature | None:
        """Expand a model's discrepancy; ``None`` where the parameters are not admissible."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastSquares:
    """WLSMV of ordered answers.

    Attributes
    ----------
    moments
        Thresholds and polychoric correlations of each block.
    samples
        The same, stacked.
    """

    moments: tuple[OrdinalMoments, ...]
    samples: tuple[OrdinalSample, ...]

    @property
    def n_thresholds(self) -> tuple[int, ...]:
        """Of each item of a block; the same in every block."""
        return self.moments[0].n_thresholds

    def fit(self, model: Model) -> Fitted:
        """Fit a model of all groups, robust indices under equal thresholds included."""
        return with_robust_statistics(fit_wlsmv(model, self.samples), self.samples)

    def curvature(self, layout: Layout, theta: FloatArray) -> Curvature | None:
        """Expand a model's discrepancy; ``None`` where the parameters are not admissible."""
        discrepancy = WeightedDiscrepancy(layout=layout, samples=self.samples)
        return _curvature(
            discrepancy.expand(theta, exact=False),
            lambda: parts_of(discrepancy, theta, np.eye(theta.size)).middle,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihood:
    """Maximum likelihood of complete answers.

    Attributes
    ----------
    samples
        Of each block.
    robust
        MLR instead of ML.
    """

    samples: tuple[CompleteAnswers, ...]
    robust: bool

    def fit(self, model: Model) -> Fitted:
        """Fit a model of all groups."""
        return fit_ml(model, self.samples, robust=self.robust)

    def curvature(self, layout: Layout, theta: FloatArray) -> Curvature | None:
        """Expand a model's discrepancy; ``None`` where the parameters are not admissible."""
        moments = tuple(sample.moments for sample in self.samples)
        discrepancy = NormalDiscrepancy(layout=layout, samples=moments)
        return _curvature(
            discrepancy.expand(theta, exact=False),
            (lambda: score_products(layout, states_at(layout, theta), self.samples))
            if self.robust
            else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CasewiseLikelihood:
    """Maximum likelihood of what each person answered.

    Attributes
    ----------
    samples
        Of each block.
    robust
        MLR instead of ML.
    """

    samples: tuple[IncompleteAnswers, ...]
    robust: bool

    def fit(self, model: Model) -> Fitted:
        """Fit a model of all groups."""
        return fit_fiml(model, self.samples, robust=self.robust)

    def curvature(self, layout: Layout, theta: FloatArray) -> Curvature | None:
        """Expand a model's discrepancy, its information the observed one."""
        patterns = tuple(one.sample for one in self.samples)
        discrepancy = CasewiseDiscrepancy(layout=layout, samples=patterns)
        return _curvature(
            discrepancy.expand(theta, exact=True),
            partial(discrepancy.scores, theta) if self.robust else None,
        )


def _curvature(
    expansion: Expansion | None, scores: Callable[[], FloatArray | None] | None
) -> Curvature | None:
    """Put an expansion and the spread of its gradient together.

    Without ``scores``, or where they do not exist, the gradient varies as the information says.
    """
    if expansion is None:
        return None
    spread = None if scores is None else scores()
    return Curvature(
        gradient=expansion.gradient,
        information=expansion.hessian,
        scores=expansion.hessian if spread is None else spread,
    )


def least_squares(blocks: Sequence[Block], *, missing: MissingPolicy) -> LeastSquares:
    """Estimate ordered answers' moments; clusters enter through their covariance.

    Raises
    ------
    EstimationError
        When a block's answers cannot be modelled, naming the block.
    """
    moments = tuple(
        block.do(lambda answers, items: ordinal_moments(answers, items=items, missing=missing))
        for block in blocks
    )
    samples = tuple(sample_of(one, block.codes) for block, one in zip(blocks, moments, strict=True))
    return LeastSquares(moments=moments, samples=samples)


def likelihood(blocks: Sequence[Block], *, robust: bool) -> Likelihood:
    """Summarise complete answers; raises as :func:`least_squares`."""
    samples = tuple(block.do(partial(complete_answers, clusters=block.codes)) for block in blocks)
    return Likelihood(samples=samples, robust=robust)


def casewise_likelihood(blocks: Sequence[Block], *, robust: bool) -> CasewiseLikelihood:
    """Summarise incomplete answers by what was answered; raises as :func:`least_squares`."""
    samples = tuple(block.do(partial(incomplete_answers, clusters=block.codes)) for block in blocks)
    return CasewiseLikelihood(samples=samples, robust=robust)
