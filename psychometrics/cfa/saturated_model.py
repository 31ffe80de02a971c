"""Means and covariances that fit incomplete answers best, and the independence model of them.

The saturated model has every mean and covariance free. A few EM steps bring it near its maximum,
Newton's method ends it. Both it and the independence model are parameter tables without factors,
so estimation, information and scores are those of any other model.

References
----------
Enders, C. K. (2001). The performance of the full information maximum likelihood estimator in
    multiple regression models with missing data. doi:10.1177/0013164401615001.
Savalei, V., & Bentler, P. M. (2009). A two-stage approach to missing data.
    doi:10.1080/10705510903008238, for the saturated information.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from psychometrics.cfa.complete_data import check_variances
from psychometrics.cfa.estimate import Minimum, minimise
from psychometrics.cfa.fiml_likelihood import CasewiseDiscrepancy, expectation_step
from psychometrics.cfa.fit_result import inverted_information, observed_information
from psychometrics.cfa.implied import slopes_at, state_at
from psychometrics.cfa.missing_patterns import PatternedAnswers, by_pattern
from psychometrics.cfa.ml_discrepancy import covariance_curvature
from psychometrics.cfa.model import Matrix, Model, Parameter, free
from psychometrics.cfa.parameter_index import Layout, layout_of
from psychometrics.errors import EstimationError
from psychometrics.positive_definite import inverse_square, required, smallest_eigenvalue
from psychometrics.types import Convergence, FloatArray, IntArray

_STEP = "saturated moments"
_EM_STEPS = 200
_NEAR = 1e-2


@dataclass(frozen=True, slots=True, kw_only=True)
class Information:
    """A model's information and scores at its estimates, per person.

    Attributes
    ----------
    observed
        H, the exact Hessian, shape (n_free, n_free).
    inverse
        Its inverse.
    scores
        J, the mean cross-product of casewise scores.
    """

    observed: FloatArray
    inverse: FloatArray
    scores: FloatArray

    @property
    def trace(self) -> float:
        """tr(H⁻¹J), which counts the parameters under normality."""
        return float((self.inverse * self.scores.T).sum())


@dataclass(frozen=True)
class IncompleteAnswers:
    """One group's incomplete answers and what is the same for every model of them.

    Attributes
    ----------
    sample
        Answers by pattern.
    covariance, mean
        The saturated model's estimates, shapes (n_items, n_items) and (n_items,).
    minimum
        Where the saturated model's likelihood is highest.
    """

    sample: PatternedAnswers
    covariance: FloatArray
    mean: FloatArray
    minimum: Minimum

    @cached_property
    def saturated(self) -> Information | None:
        """The saturated model's; parameters are variances and covariances, then means.

        ``None`` where it is singular, with few persons and many items.
        """
        layout = layout_of(saturated_model(self.sample.n_items))
        return _information(layout, self.sample, self.minimum)

    @cached_property
    def complete_information(self) -> FloatArray:
        """C: the expected information that complete answers would carry, at the same moments."""
        layout = layout_of(saturated_model(self.sample.n_items))
        state = state_at(layout.groups[0], self.minimum.theta)
        inverse = required(inverse_square(self.covariance), _STEP)
        slopes = slopes_at(layout.groups[0], state)
        curvature = covariance_curvature(slopes, inverse, inverse)
        return np.asarray(curvature + slopes.mean @ inverse @ slopes.mean.T)

    @cached_property
    def weighted_scores(self) -> FloatArray | None:
        """CW⁻¹J, with W and J the saturated information and scores."""
        if self.saturated is None:
            return None
        weighted = self.saturated.inverse @ self.saturated.scores
        return np.asarray(self.complete_information @ weighted)

    @property
    def independence_value(self) -> float:
        """The independence model's discrepancy at each item's own mean and variance."""
        _, variance = observed_moments(self.sample)
        return 0.5 * float((self.sample.observed.mean(axis=0) * (np.log(variance) + 1.0)).sum())

    @cached_property
    def independence(self) -> Information | None:
        """The independence model's; parameters are variances, then means."""
        layout = layout_of(independence_model(self.sample.n_items))
        mean, variance = observed_moments(self.sample)
        here = Minimum(
            theta=np.concatenate([variance, mean]),
            value=self.independence_value,
            convergence=Convergence.CONVERGED,
            n_iterations=0,
        )
        return _information(layout, self.sample, here)


def saturated_model(n_items: int) -> Model:
    """Return the model without factors in which every mean and covariance is free."""
    columns, rows = np.triu_indices(n_items)
    covariances = (
        free(Matrix.RESIDUAL_COVARIANCES, int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
    )
    return _factorless("saturated", n_items).with_rows(*covariances, *_intercepts(n_items))


def independence_model(n_items: int) -> Model:
    """Return the model without factors in which means and variances are free."""
    variances = (free(Matrix.RESIDUAL_COVARIANCES, row, row) for row in range(n_items))
    return _factorless("independence", n_items).with_rows(*variances, *_intercepts(n_items))


def _factorless(name: str, n_items: int) -> Model:
    return Model(name=name, items=tuple(range(1, n_items + 1)), factors=(), table=())


def _intercepts(n_items: int) -> tuple[Parameter, ...]:
    return tuple(free(Matrix.INTERCEPTS, row) for row in range(n_items))


def incomplete_answers(
    answers: FloatArray, items: tuple[int, ...], clusters: IntArray | None = None
) -> IncompleteAnswers:
    """Estimate one group's means and covariances from all answers that there are.

    Parameters
    ----------
    answers
        Shape (n_persons, n_items), missing is ``nan``; rows without any answer are left out.
    items
        Their numbers, for messages.
    clusters
        Number of each person's cluster, from 0, shape (n_persons,).

    Raises
    ------
    EstimationError
        When they cannot be estimated: an item without answers or variance, two items that no one
        answered both, too few persons.
    """
    answered = np.isfinite(answers).any(axis=1)
    kept = answers[answered]
    _check_coverage(kept, items)
    if clusters is not None:
        clusters = np.unique(clusters[answered], return_inverse=True)[1].astype(np.int64)
    sample = by_pattern(kept, clusters)
    mean, variance = observed_moments(sample)
    check_variances(variance, items)
    covariance, mean = _em(sample, np.diag(variance), mean)
    layout = layout_of(saturated_model(len(items)))
    discrepancy = CasewiseDiscrepancy(layout=layout, samples=(sample,))
    minimum = minimise(discrepancy, _saturated_vector(layout, covariance, mean))
    state = state_at(layout.groups[0], minimum.theta)
    variances = np.diagonal(state.covariance)
    scale = np.sqrt(np.maximum(variances, 0.0))
    regular = (scale > 0.0).all() and (
        smallest_eigenvalue(state.covariance / np.outer(scale, scale)) >= 1e-8
    )
    if not minimum.convergence.converged or not regular:
        raise EstimationError(
            _STEP,
            "the covariances are not determined by these answers; some item follows from the "
            "others, or too few persons answer the same items",
        )
    return IncompleteAnswers(
        sample=sample, covariance=state.covariance, mean=state.mean, minimum=minimum
    )


def _check_coverage(answers: FloatArray, items: tuple[int, ...]) -> None:
    observed = np.isfinite(answers).astype(np.float64)
    if answers.shape[0] <= len(items):
        raise EstimationError(
            _STEP,
            f"{answers.shape[0]} persons are too few for {len(items)} items; more persons than "
            "items are needed",
        )
    together = observed.T @ observed
    for row, item in enumerate(items):
        if together[row, row] == 0:
            raise EstimationError(_STEP, f"item {item} has no answers")
    first, second = divmod(int(together.argmin()), len(items))
    if together[first, second] < 2:
        raise EstimationError(
            _STEP,
            f"items {items[first]} and {items[second]} are answered together by too few persons",
        )


def observed_moments(sample: PatternedAnswers) -> tuple[FloatArray, FloatArray]:
    """Return each item's mean and variance over those who answered it, each (n_items,)."""
    counts = sample.observed.sum(axis=0)
    mean = sample.answers.sum(axis=0) / counts
    deviations = np.where(sample.observed, sample.answers - mean, 0.0)
    return mean, (deviations**2).sum(axis=0) / counts


def _em(
    sample: PatternedAnswers, covariance: FloatArray, mean: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Take EM steps until no covariance moves by a hundredth of its items' deviations."""
    for _ in range(_EM_STEPS):
        step = expectation_step(sample, covariance, mean)
        if step is None:
            break
        scale = np.sqrt(np.diagonal(covariance))
        change = np.abs((step[0] - covariance) / np.outer(scale, scale)).max()
        covariance, mean = step
        if change < _NEAR:
            break
    return covariance, mean


def _saturated_vector(layout: Layout, covariance: FloatArray, mean: FloatArray) -> FloatArray:
    group = layout.groups[0]
    theta = np.zeros(layout.model.n_free)
    covariances, intercepts = (
        group.cells[Matrix.RESIDUAL_COVARIANCES],
        group.cells[Matrix.INTERCEPTS],
    )
    theta[covariances.positions] = covariance[covariances.rows, covariances.columns]
    theta[intercepts.positions] = mean[intercepts.rows]
    return theta


def _information(layout: Layout, sample: PatternedAnswers, minimum: Minimum) -> Information | None:
    discrepancy = CasewiseDiscrepancy(layout=layout, samples=(sample,))
    observed = observed_information(discrepancy, minimum)
    scores, inverse = discrepancy.scores(minimum.theta), inverted_information(observed)
    if scores is None or inverse is None:
        return None
    return Information(observed=observed, inverse=inverse, scores=scores)
