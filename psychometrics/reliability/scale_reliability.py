"""One scale's coefficients, each a value with its precision or a reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.complete_data import normal_moments
from psychometrics.clusters import Membership
from psychometrics.correlation.polychoric import (
    OrdinalMoments,
    ordinal_moments,
    polychoric_correlations,
)
from psychometrics.distribution_free import LOG, interval_by_influence
from psychometrics.errors import EstimationError
from psychometrics.reliability.alpha import (
    alpha,
    alpha_if_item_deleted,
    alpha_of_answers,
    alpha_of_correlations,
    feldt_interval,
    influence_on_correlation_sum,
)
from psychometrics.reliability.clusters import clustering
from psychometrics.reliability.coefficient import Coefficient, estimate
from psychometrics.reliability.omega import (
    fit_scale,
    omega,
    omega_of_moments,
    one_factor_model,
)
from psychometrics.reliability.ordinal import (
    ScaleMoments,
    fit_one_factor,
    moments_of,
    ordinal_alpha,
    ordinal_omega,
)
from psychometrics.reliability.results import AlphaEstimate, IfItemDeleted, ScaleReliability
from psychometrics.reliability.split_half import greatest_split_half
from psychometrics.types import Estimate, FloatArray, Interval

IMPROPER = "there is no interval: the model is improper"
NO_PRECISION = "there is no interval: some items order the persons alike"
NO_VARIANCE = "the sum of the items does not vary"

FEWEST_PERSONS = 10
"""From fewer persons nothing is estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Complete answers to items, of all scales or of one.

    Attributes
    ----------
    items
        Their numbers, ascending.
    answers
        Recoded, shape (n_persons, n_items).
    moments
        Ordinal moments of all items, where they exist.
    members
        Clusters, where they are named.
    level
        Coverage of the intervals.
    """

    items: tuple[int, ...]
    answers: FloatArray
    moments: OrdinalMoments | None
    members: Membership | None
    level: float

    @property
    def n_persons(self) -> int:
        """Number of persons."""
        return int(self.answers.shape[0])

    @property
    def reason(self) -> str | None:
        """Why these persons allow no coefficient, if they do not."""
        if self.n_persons < FEWEST_PERSONS:
            return f"fewer than {FEWEST_PERSONS} persons answered every item of the scale"
        if self.members is not None and not self.members.groups_persons:
            return "the persons who answered every item of the scale form no clusters"
        return None

    def of(self, items: tuple[int, ...]) -> FloatArray:
        """Take the answers to some items, in their order."""
        return self.answers[:, [self.items.index(item) for item in items]]

    def moments_of(self, items: tuple[int, ...]) -> ScaleMoments:
        """Take or estimate the ordinal moments of some items, ascending."""
        whole = self.moments
        if whole is None:
            whole = ordinal_moments(self.of(items), items=items)
        return moments_of(whole, items)

    def estimate(self, coefficient: Coefficient | None) -> Estimate:
        """Give a coefficient its standard error and interval."""
        if coefficient is None:
            return Estimate(estimate=None, reason=NO_VARIANCE)
        codes = None if self.members is None else self.members.codes
        return estimate(coefficient, level=self.level, clusters=codes)


def sample_of(
    items: tuple[int, ...], answers: FloatArray, members: Membership | None, level: float
) -> Sample:
    """Prepare complete answers; moments of all items at once where that is possible."""
    try:
        enough = answers.shape[0] >= FEWEST_PERSONS
        moments = ordinal_moments(answers, items=items) if enough else None
    except EstimationError:
        moments = None  # each scale then tries with its own items, and says why it fails
    return Sample(items=items, answers=answers, moments=moments, members=members, level=level)


def attempted(compute: Callable[[], Estimate]) -> Estimate:
    """Compute, or give the reason why that is impossible."""
    try:
        return compute()
    except EstimationError as error:
        return Estimate(estimate=None, reason=error.reason)


def scale_reliability(sample: Sample, items: tuple[int, ...]) -> ScaleReliability:
    """Estimate one scale's reliability.

    Parameters
    ----------
    sample
        Complete answers.
    items
        The scale's items.
    """
    answers = sample.of(items)
    reason = _reason(sample, answers)
    if reason is not None:
        return _nothing(items, sample.n_persons, reason)
    ordered = tuple(sorted(items))
    cautions: list[str] = _constant_items(items, answers)
    by_omega, fitted = _omega(sample, ordered, cautions)
    by_ordinal_omega = attempted(lambda: _ordinal_omega(sample, ordered))
    cautions += _beyond_one(omega=by_omega, ordinal_omega=by_ordinal_omega)
    sd = float(answers.sum(axis=1).std(ddof=1))
    return ScaleReliability(
        items=items,
        n_persons=sample.n_persons,
        alpha=_alpha(sample, answers),
        standardized_alpha=_standardized_alpha(sample, answers),
        ordinal_alpha=attempted(lambda: _ordinal_alpha(sample, ordered)),
        omega=by_omega,
        ordinal_omega=by_ordinal_omega,
        split_half=_split_half(answers),
        sd=sd,
        standard_error_of_measurement=_measurement_error(sd, by_omega.estimate),
        standard_error_of_measurement_interval=_measurement_error_interval(
            sample, answers, by_omega, fitted
        ),
        if_item_deleted=_if_item_deleted(items, answers),
        clustering=(
            None if sample.members is None else clustering(answers, sample.members, sample.level)
        ),
        cautions=tuple(cautions),
    )


def _alpha(sample: Sample, answers: FloatArray) -> AlphaEstimate:
    found = sample.estimate(alpha_of_answers(answers))
    interval = found.interval
    if found.estimate is not None and sample.members is None:
        n_persons, n_items = answers.shape
        interval = feldt_interval(
            found.estimate, n_persons=n_persons, n_items=n_items, level=sample.level
        )
    return AlphaEstimate(
        estimate=found.estimate,
        standard_error=found.standard_error,
        interval=interval,
        reason=found.reason,
        distribution_free_interval=found.interval,
    )


def _standardized_alpha(sample: Sample, answers: FloatArray) -> Estimate:
    if _is_constant(answers).any():
        return Estimate(estimate=None, reason="an item without variance has no correlations")
    return sample.estimate(
        alpha_of_correlations(_correlations(answers), influence_on_correlation_sum(answers))
    )


def _ordinal_alpha(sample: Sample, items: tuple[int, ...]) -> Estimate:
    try:
        moments = sample.moments_of(items)
    except EstimationError:
        # items that order persons alike have correlations at the bound, without a precision
        value = alpha(polychoric_correlations(sample.of(items), items=items).correlations)
        return Estimate(estimate=value, reason=NO_PRECISION if value is not None else NO_VARIANCE)
    return sample.estimate(ordinal_alpha(moments))


def _omega(
    sample: Sample, items: tuple[int, ...], cautions: list[str]
) -> tuple[Estimate, Coefficient | None]:
    """Estimate omega; the coefficient itself too where the model is proper."""
    if len(items) < 3:
        return Estimate(estimate=None, reason="two items do not identify a one-factor model"), None
    try:
        scale = fit_scale(one_factor_model(items), sample.of(items))
    except EstimationError as error:
        return Estimate(estimate=None, reason=error.reason), None
    if not scale.converged:
        return Estimate(estimate=None, reason=scale.fitted.minimum.convergence.value), None
    cautions.extend(f"omega: {sentence}" for sentence in scale.improprieties)
    found = omega(scale)
    if scale.improprieties:
        return Estimate(estimate=found.value, reason=IMPROPER), None
    return sample.estimate(found), found


def _ordinal_omega(sample: Sample, items: tuple[int, ...]) -> Estimate:
    if len(items) < 3:
        return Estimate(estimate=None, reason="two items do not identify a one-factor model")
    moments = sample.moments_of(items)
    fitted = fit_one_factor(moments)
    if not fitted.minimum.convergence.converged:
        return Estimate(estimate=None, reason=fitted.minimum.convergence.value)
    loadings = fitted.states[0].loadings[:, 0]
    if np.abs(loadings).max() >= 1.0:
        return Estimate(
            estimate=None,
            reason="the one-factor model is improper: a standardized loading exceeds one",
        )
    return sample.estimate(ordinal_omega(moments, loadings))


def _split_half(answers: FloatArray) -> Estimate:
    if _is_constant(answers).any():
        return Estimate(estimate=None, reason="an item without variance has no correlations")
    value = greatest_split_half(_correlations(answers), np.random.default_rng(1))
    return Estimate(estimate=value, reason=None if value is not None else NO_VARIANCE)


def _correlations(answers: FloatArray) -> FloatArray:
    return np.asarray(np.corrcoef(answers.T), dtype=np.float64)


def _measurement_error(sd: float, reliability: float | None) -> float | None:
    if reliability is None or reliability > 1.0:
        return None
    return float(sd * np.sqrt(1.0 - reliability))


def _measurement_error_interval(
    sample: Sample, answers: FloatArray, reliability: Estimate, fitted: Coefficient | None
) -> Interval | None:
    """Compute the interval of SD √(1 − ω) from the influences on both, on a log scale."""
    value = _measurement_error(float(answers.sum(axis=1).std(ddof=1)), reliability.estimate)
    if fitted is None or reliability.interval is None or not value:
        return None
    squares = (answers.sum(axis=1) - answers.sum(axis=1).mean()) ** 2
    on_variance = (squares / squares.mean() - 1.0) / squares.size
    influence = value * 0.5 * (on_variance - fitted.influence / (1.0 - fitted.value))
    codes = None if sample.members is None else sample.members.codes
    return interval_by_influence(value, influence, LOG, level=sample.level, clusters=codes)


def _if_item_deleted(items: tuple[int, ...], answers: FloatArray) -> tuple[IfItemDeleted, ...]:
    covariance, mean = np.cov(answers.T, ddof=0), answers.mean(axis=0)
    alphas = alpha_if_item_deleted(covariance)

    def omega_without(column: int) -> float | None:
        others = np.delete(np.arange(len(items)), column)
        if len(others) < 3:
            return None
        kept = tuple(items[other] for other in others)
        try:
            moments = normal_moments(
                covariance[np.ix_(others, others)],
                mean[others],
                items=kept,
                n_persons=len(answers),
            )
        except EstimationError:
            return None
        return omega_of_moments(moments, kept)

    return tuple(
        IfItemDeleted(item=item, alpha=value, omega=omega_without(column))
        for column, (item, value) in enumerate(zip(items, alphas, strict=True))
    )


def _reason(sample: Sample, answers: FloatArray) -> str | None:
    if answers.shape[1] < 2:
        return "a scale of one item has no internal consistency"
    if sample.reason is not None:
        return sample.reason
    if _is_constant(answers).all():
        return "no item varies"
    return None


def _is_constant(answers: FloatArray) -> FloatArray:
    return np.asarray(np.ptp(answers, axis=0) == 0.0)


def _nothing(items: tuple[int, ...], n_persons: int, reason: str) -> ScaleReliability:
    nothing = Estimate(estimate=None, reason=reason)
    return ScaleReliability(
        items=items,
        n_persons=n_persons,
        alpha=AlphaEstimate(estimate=None, reason=reason),
        standardized_alpha=nothing,
        ordinal_alpha=nothing,
        omega=nothing,
        ordinal_omega=nothing,
        split_half=nothing,
        sd=None,
        standard_error_of_measurement=None,
        if_item_deleted=tuple(IfItemDeleted(item=item, alpha=None, omega=None) for item in items),
        cautions=(),
    )


def _beyond_one(**estimates: Estimate) -> list[str]:
    return [
        f"{name} exceeds one: one factor implies more shared variance than these answers have, so "
        "it does not describe the scale."
        for name, found in estimates.items()
        if found.estimate is not None and found.estimate > 1.0
    ]


def _constant_items(items: tuple[int, ...], answers: FloatArray) -> list[str]:
    constant = [str(item) for item, same in zip(items, _is_constant(answers), strict=True) if same]
    if not constant:
        return []
    return [f"All answers are the same to item(s) {', '.join(constant)}; they lower alpha."]
