"""The kind ``reliability``: every subscale and the total."""

from __future__ import annotations

import numpy as np

from psychometrics.reliability.alpha import alpha, alpha_if_item_deleted, feldt_interval
from psychometrics.reliability.options import ReliabilityOptions
from psychometrics.reliability.results import IfItemDeleted, ReliabilityResult, ScaleReliability
from psychometrics.reliability.split_half import greatest_split_half
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Estimate, FloatArray, Progress

DEFINITIONS = {
    "alpha": "Coefficient alpha of the covariance matrix, interval by Feldt (1987).",
    "standardized_alpha": "Coefficient alpha of the correlation matrix, interval by Feldt (1987).",
    "split_half": "Greatest split-half reliability, Guttman's lambda 4 of the correlation matrix.",
}


def analyse(
    responses: ResponseMatrix, options: ReliabilityOptions, *, progress: Progress
) -> ReliabilityResult:
    """Estimate the reliability of every subscale's and the total's sum score.

    Parameters
    ----------
    responses
        Answers as given; persons with every scored item answered are used.
    options
        What was chosen.
    progress
        Called after each scale.
    """
    used = responses.rows(responses.complete)
    scales = _items_of_scales(used)
    results = {}
    for done, (name, items) in enumerate(scales.items()):
        progress(done, len(scales), name)
        answers = used.recoded[:, np.asarray(items) - 1]
        results[name] = _scale_reliability(items, answers, options)
    progress(len(scales), len(scales), "done")
    return ReliabilityResult(
        n_persons=used.n_persons,
        scales=results,
        definitions=DEFINITIONS,
        cautions=_cautions(used.n_persons),
    )


def _items_of_scales(responses: ResponseMatrix) -> dict[str, tuple[int, ...]]:
    instrument = responses.instrument
    scales = {scale.name: scale.items for scale in instrument}
    if instrument.total and "total" not in scales:
        scales["total"] = instrument.scored_items
    return scales


def _scale_reliability(
    items: tuple[int, ...], answers: FloatArray, options: ReliabilityOptions
) -> ScaleReliability:
    reason = _reason(answers)
    if reason is not None:
        return _nothing(items, reason)
    covariance = np.cov(answers.T)
    constant = [item for item, sd in zip(items, answers.std(axis=0), strict=True) if sd == 0.0]
    without = alpha_if_item_deleted(covariance)
    n_persons = answers.shape[0]
    return ScaleReliability(
        items=items,
        alpha=_with_feldt(covariance, n_persons, options.level),
        if_item_deleted=tuple(
            IfItemDeleted(item=item, alpha=value)
            for item, value in zip(items, without, strict=True)
        ),
        cautions=_constant_items(constant),
        **_from_correlations(covariance, constant, n_persons, options.level),
    )


def _from_correlations(
    covariance: FloatArray, constant: list[int], n_persons: int, level: float
) -> dict[str, Estimate]:
    if constant:
        nothing = Estimate(estimate=None, reason="an item without variance has no correlations")
        return {"standardized_alpha": nothing, "split_half": nothing}
    sd = np.sqrt(np.diag(covariance))
    correlations = covariance / np.outer(sd, sd)
    split_half = greatest_split_half(correlations, np.random.default_rng(1))
    return {
        "standardized_alpha": _with_feldt(correlations, n_persons, level),
        "split_half": Estimate(
            estimate=split_half,
            reason=None if split_half is not None else "the sum of the items does not vary",
        ),
    }


def _with_feldt(covariance: FloatArray, n_persons: int, level: float) -> Estimate:
    estimate = alpha(covariance)
    if estimate is None:
        return Estimate(estimate=None, reason="the sum of the items does not vary")
    n_items = covariance.shape[0]
    interval = feldt_interval(estimate, n_persons=n_persons, n_items=n_items, level=level)
    return Estimate(estimate=estimate, interval=interval)


def _reason(answers: FloatArray) -> str | None:
    n_persons, n_items = answers.shape
    if n_items < 2:
        return "a scale of one item has no internal consistency"
    if n_persons < 2:
        return "fewer than two persons answered every item"
    if not np.ptp(answers, axis=0).any():
        return "no item varies"
    return None


def _nothing(items: tuple[int, ...], reason: str) -> ScaleReliability:
    nothing = Estimate(estimate=None, reason=reason)
    return ScaleReliability(
        items=items,
        alpha=nothing,
        standardized_alpha=nothing,
        split_half=nothing,
        if_item_deleted=tuple(IfItemDeleted(item=item, alpha=None) for item in items),
        cautions=(),
    )


def _constant_items(constant: list[int]) -> tuple[str, ...]:
    if not constant:
        return ()
    named = ", ".join(str(item) for item in constant)
    return (f"All answers are the same to item(s) {named}; they lower alpha.",)


def _cautions(n_persons: int) -> tuple[str, ...]:
    if n_persons < 2:
        return ("Fewer than two persons answered every scored item: nothing can be estimated.",)
    return ()
