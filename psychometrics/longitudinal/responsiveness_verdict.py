"""COSMIN's criteria for responsiveness: the construct approach and the criterion approach.

Sufficient: at least 75% of the hypotheses about change hold, or the area under the curve against
the anchor is at least .70. Whatever the criterion, it is judged by the interval: sufficient when it
lies within, insufficient when it lies outside, else indeterminate.

References
----------
Prinsen, C. A. C., et al. (2018). COSMIN guideline for systematic reviews of
    patient-reported outcome measures. doi:10.1007/s11136-018-1798-3, table 1 (responsiveness).
"""

from __future__ import annotations

from collections.abc import Sequence

from psychometrics.longitudinal.change_scores import spearman
from psychometrics.longitudinal.options import Hypothesis
from psychometrics.longitudinal.responsiveness_results import (
    MinimalImportantChange,
    Rating,
    Status,
    TestedHypothesis,
)
from psychometrics.types import FloatArray, Interval

HOLDS: Status = "holds"
FAILS: Status = "fails"
OPEN: Status = "open"
SUFFICIENT: Rating = "sufficient"
INSUFFICIENT: Rating = "insufficient"
INDETERMINATE: Rating = "indeterminate"
NOT_ASSESSED: Rating = "not-assessed"

ENOUGH_AREA = 0.7
ENOUGH_HOLD, MOST_FAIL = 0.75, 0.25


def tested(hypothesis: Hypothesis, change: FloatArray, other: FloatArray) -> TestedHypothesis:
    """Compare an expected correlation of changes, shape (n,) each, with what is found."""
    found = spearman(change, other)
    ends = found.interval
    return TestedHypothesis(
        outcome=hypothesis.outcome,
        minimum=hypothesis.minimum,
        maximum=hypothesis.maximum,
        n=change.size,
        correlation=found,
        status=OPEN if ends is None else _status(hypothesis, ends),
    )


def _status(hypothesis: Hypothesis, ends: Interval) -> Status:
    if ends.lower >= hypothesis.minimum and ends.upper <= hypothesis.maximum:
        return HOLDS
    outside = ends.upper < hypothesis.minimum or ends.lower > hypothesis.maximum
    return FAILS if outside else OPEN


def judge(
    important: MinimalImportantChange,
    hypotheses: Sequence[TestedHypothesis],
) -> tuple[Rating, tuple[str, ...]]:
    """Return the verdict on responsiveness and its reasons."""
    by_area, why = _by_area(important)
    reasons = [why]
    by_hypotheses = None
    if hypotheses:
        by_hypotheses, why = _by_hypotheses(hypotheses)
        reasons.append(why)
    verdicts = [one for one in (by_hypotheses, by_area) if one not in (None, NOT_ASSESSED)]
    if not verdicts:
        return NOT_ASSESSED, tuple(reasons)
    if INSUFFICIENT in verdicts:
        return (INDETERMINATE if SUFFICIENT in verdicts else INSUFFICIENT), tuple(reasons)
    return (SUFFICIENT if SUFFICIENT in verdicts else INDETERMINATE), tuple(reasons)


def _by_area(important: MinimalImportantChange) -> tuple[Rating, str]:
    roc = important.roc
    if roc.auc is None or roc.interval is None:
        return NOT_ASSESSED, roc.reason or "There is no area under the curve."
    low, high = roc.interval.lower, roc.interval.upper
    said = f"area under the curve {roc.auc:.2f}, 95% interval {low:.2f} to {high:.2f}"
    if low >= ENOUGH_AREA:
        return SUFFICIENT, f"The anchor is told apart ({said})."
    if high < ENOUGH_AREA:
        return INSUFFICIENT, f"The anchor is told apart too badly ({said})."
    return INDETERMINATE, f"How well the anchor is told apart is open ({said})."


def _by_hypotheses(hypotheses: Sequence[TestedHypothesis]) -> tuple[Rating, str]:
    n = len(hypotheses)
    held = sum(one.status == HOLDS for one in hypotheses)
    failed = sum(one.status == FAILS for one in hypotheses)
    said = f"{held} of {n} hypotheses about change hold, {failed} fail."
    if held >= ENOUGH_HOLD * n:
        return SUFFICIENT, said
    return (INSUFFICIENT if failed > MOST_FAIL * n else INDETERMINATE), said
