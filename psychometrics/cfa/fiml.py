"""Maximum likelihood from all answers of incomplete rows (FIML), plain (ML) or robust (MLR).

Chi-square is twice the distance of the log-likelihood to the saturated model's. Standard errors
come from the observed information H; under MLR from the sandwich H⁻¹JH⁻¹. The scaled statistic
divides by c = [tr(H₁⁻¹J₁) − tr(H₀⁻¹J₀)] / df (``ml``).

Robust indices ask how well the model would fit complete answers: they take the normal-theory
statistic of the saturated estimates at the FIML solution, and its expectation k (Zhang & Savalei,
2023). With W the saturated information of the incomplete and C of the complete answers, and
G = W⁻¹ − Δ(Δ′WΔ)⁻¹Δ′::

    k = tr(C G)          under normality (their FIML-C version 6, as lavaan numbers them)
    k = tr(C G J₁ G)     without it (version 3)

References
----------
Yuan, K.-H., & Bentler, P. M. (2000). doi:10.1111/0081-1750.00078.
Zhang, X., & Savalei, V. (2023). New computations for RMSEA and CFI following FIML and TS estimation
    with missing data. doi:10.1037/met0000445.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from psychometrics.cfa.estimate import Minimum, lowest_minimum
from psychometrics.cfa.fiml_likelihood import CasewiseDiscrepancy
from psychometrics.cfa.fit import Statistic
from psychometrics.cfa.fit_result import (
    Fitted,
    SampleMoments,
    Tests,
    average_srmr,
    inverted_information,
    observed_information,
    parameter_covariance,
)
from psychometrics.cfa.implied import (
    GroupState,
    covariance_jacobian,
    slopes_at,
    state_at,
    states_at,
)
from psychometrics.cfa.ml import robust_tests
from psychometrics.cfa.model import Model, in_groups
from psychometrics.cfa.parameter_index import GroupLayout, Layout, layout_of
from psychometrics.cfa.saturated_model import (
    IncompleteAnswers,
    independence_model,
    observed_moments,
)
from psychometrics.cfa.starting_values import further_starts, starting_vectors
from psychometrics.positive_definite import inverse_and_log_determinant
from psychometrics.types import FloatArray


def fit_fiml(
    model: Model,
    samples: tuple[IncompleteAnswers, ...],
    *,
    robust: bool = False,
    layout: Layout | None = None,
    starts: Sequence[FloatArray] = (),
) -> Fitted:
    """Fit a model to incomplete answers.

    Parameters
    ----------
    model
        With intercepts (``rivals.with_intercepts``).
    samples
        One for each group.
    robust
        MLR instead of ML.
    layout
        The model's, if it is already made.
    starts
        Where estimation starts, each of shape (n_free,); empty for guesses from the items'
        correlations (``starts``).

    Returns
    -------
    Fitted
        At the lowest of the minima that the starts lead to.
    """
    compiled = layout or layout_of(model)
    discrepancy = CasewiseDiscrepancy(
        layout=compiled, samples=tuple(answers.sample for answers in samples)
    )
    covariances = [answers.covariance for answers in samples]
    means = [answers.mean for answers in samples]
    minimum = lowest_minimum(
        discrepancy,
        starts or starting_vectors(compiled, covariances, means),
        lambda solution: further_starts(compiled, covariances, solution, means),
    )
    return _fitted(discrepancy, minimum, samples, robust=robust)


def _fitted(
    discrepancy: CasewiseDiscrepancy,
    minimum: Minimum,
    samples: tuple[IncompleteAnswers, ...],
    *,
    robust: bool,
) -> Fitted:
    layout, theta, n_persons = discrepancy.layout, minimum.theta, discrepancy.n_persons
    states = states_at(layout, theta)
    information = observed_information(discrepancy, minimum)
    inverse = inverted_information(information)
    scores = discrepancy.scores(theta) if robust else None
    trace = None if inverse is None or scores is None else float((inverse * scores).sum())
    moments = tuple(
        SampleMoments(covariance=s.covariance, mean=s.mean, n_persons=s.sample.n_persons)
        for s in samples
    )
    constant = 0.5 * np.log(2.0 * np.pi) * sum(s.sample.observed.sum() for s in samples)
    return Fitted(
        discrepancy=discrepancy,
        minimum=minimum,
        states=states,
        samples=moments,
        information=information,
        parameter_covariance=parameter_covariance(inverse, scores, n_persons),
        tests=_tests(discrepancy, minimum, samples, trace, robust=robust),
        srmr=average_srmr(states, moments),
        effective_persons=n_persons,
        log_likelihood=float(-n_persons * minimum.value - constant),
        saturated_log_likelihood=float(-_saturated_value(samples) - constant),
    )


def _saturated_value(samples: tuple[IncompleteAnswers, ...]) -> float:
    """Return the saturated model's discrepancy times the number of persons."""
    return sum(s.sample.n_persons * s.minimum.value for s in samples)


def _tests(
    discrepancy: CasewiseDiscrepancy,
    minimum: Minimum,
    samples: tuple[IncompleteAnswers, ...],
    trace: float | None,
    *,
    robust: bool,
) -> Tests:
    model = discrepancy.layout.model
    p, saturated = model.n_items, _saturated_value(samples)
    plain = Statistic(
        chi_square=2.0 * (discrepancy.n_persons * minimum.value - saturated),
        df=len(samples) * p * (p + 3) // 2 - model.n_free,
    )
    independent = sum(s.sample.n_persons * s.independence_value for s in samples)
    baseline = Statistic(
        chi_square=2.0 * (independent - saturated), df=len(samples) * p * (p - 1) // 2
    )
    tests = Tests(model=plain, baseline=baseline)
    if robust:
        tests = robust_tests(plain, baseline, *_scaling_traces(samples, trace))
    completed = _completed(discrepancy.layout, minimum.theta, samples, robust=robust)
    independence = _completed(*_independence(samples), samples, robust=robust)
    if completed is None or independence is None:
        return replace(tests, robust_model=None, robust_baseline=None)
    return replace(tests, robust_model=completed, robust_baseline=independence)


def _scaling_traces(
    samples: tuple[IncompleteAnswers, ...], own: float | None
) -> tuple[float | None, float]:
    """Return tr(UΓ) of the model, whose own tr(H⁻¹J) is given, and of the independence model."""
    whole = alone = 0.0
    for answers in samples:
        if answers.saturated is None or answers.independence is None:
            return None, 0.0
        whole += answers.saturated.trace
        alone += answers.independence.trace
    return None if own is None else whole - own, whole - alone


def _independence(samples: tuple[IncompleteAnswers, ...]) -> tuple[Layout, FloatArray]:
    """Return the independence model of all groups and its estimates."""
    layout = layout_of(in_groups(independence_model(samples[0].sample.n_items), len(samples)))
    theta = []
    for answers in samples:
        mean, variance = observed_moments(answers.sample)
        theta += [variance, mean]
    return layout, np.concatenate(theta)


def _completed(
    layout: Layout,
    theta: FloatArray,
    samples: tuple[IncompleteAnswers, ...],
    *,
    robust: bool,
) -> Statistic | None:
    """Return the statistic of complete answers at FIML estimates, scaled by k / df."""
    n_persons = sum(answers.sample.n_persons for answers in samples)
    chi_square, slopes, shares = 0.0, [], []
    crossed = np.zeros((layout.model.n_free, layout.model.n_free))
    for group, answers in zip(layout.groups, samples, strict=True):
        state = state_at(group, theta)
        distance = _normal_distance(state, answers)
        if distance is None or answers.saturated is None:
            return None
        share = answers.sample.n_persons / n_persons
        D = _saturated_slopes(group, state)
        chi_square += answers.sample.n_persons * distance
        crossed += share * D.T @ answers.saturated.observed @ D
        slopes.append(D)
        shares.append(share)
    inverse = inverted_information(crossed)
    df = sum(D.shape[0] for D in slopes) - layout.model.n_free
    if inverse is None or df <= 0:
        return None
    expectation = _expectation(slopes, samples, shares, inverse, robust=robust)
    return Statistic(chi_square=chi_square, df=df, scaling=expectation / df)


def _normal_distance(state: GroupState, answers: IncompleteAnswers) -> float | None:
    """Return the normal-theory distance of the implied moments from the saturated ones."""
    ours = inverse_and_log_determinant(state.covariance)
    theirs = inverse_and_log_determinant(answers.covariance)
    if ours is None or theirs is None:
        return None
    d = answers.mean - state.mean
    fit = ours[1] - theirs[1] - d.size + float((ours[0] * answers.covariance).sum())
    return fit + float(d @ ours[0] @ d)


def _saturated_slopes(group: GroupLayout, state: GroupState) -> FloatArray:
    """Return Δ: derivatives of the saturated parameters, in :func:`saturated_model`'s order."""
    columns, rows = np.triu_indices(state.mean.size)
    slopes = slopes_at(group, state)
    by_cell = np.concatenate([covariance_jacobian(slopes, rows, columns), slopes.mean.T])
    return group.gather_jacobian(by_cell)


def _expectation(
    slopes: Sequence[FloatArray],
    samples: tuple[IncompleteAnswers, ...],
    shares: Sequence[float],
    inverse: FloatArray,
    *,
    robust: bool,
) -> float:
    """Return k, see the head of the module, without forming G."""
    total = 0.0
    complete, scores = np.zeros_like(inverse), np.zeros_like(inverse)
    for D, answers, share in zip(slopes, samples, shares, strict=True):
        C, W, CWJ = answers.complete_information, answers.saturated, answers.weighted_scores
        if W is None or CWJ is None:
            return float("nan")
        complete += share * D.T @ C @ D
        if not robust:
            total += float((C * W.inverse).sum())
            continue
        scores += share * D.T @ W.scores @ D
        total += float((CWJ * W.inverse).sum())
        total -= 2.0 * share * float((D.T @ CWJ @ D * inverse).sum())
    if not robust:
        return total - float((inverse * complete).sum())
    return total + float(((inverse @ complete) * (inverse @ scores).T).sum())
