"""Signs of careless answering, counted and never tied to a person.

Notes
-----
* *Long strings*: the longest run of the same answer in the form's order, answers as given. On a
  form with reverse-keyed items a run of half the form or more contradicts itself.
* *Even–odd*: for each person the correlation, over subscales, of the mean of the even- and of the
  odd-placed items, stepped up by Spearman and Brown; needs three subscales of two items or more.
* *Mahalanobis*: squared distance from the mean, recoded answers, against the chi-square quantile
  .999; ceilings make long tails, so some flags are expected of honest persons.

The counts invite a look at the data; none proves carelessness.

References
----------
Meade, A. W., & Craig, S. B. (2012). Identifying careless responses in survey data. Psychological
Methods, 17, 437–455. doi:10.1037/a0028085
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtri

from psychometrics.instrument import Instrument
from psychometrics.items.results import Careless, Screening
from psychometrics.positive_definite import inverse
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, IntArray

INCONSISTENT = 0.3
TAIL = 0.001


def careless(responses: ResponseMatrix) -> Careless:
    """Count persons whose answers look careless.

    Parameters
    ----------
    responses
        Persons with at least one answer.
    """
    return Careless(
        long_strings=_long_strings(responses.answers),
        even_odd=_even_odd(responses),
        mahalanobis=_mahalanobis(responses),
    )


def longest_strings(answers: FloatArray) -> IntArray:
    """Measure each person's longest run of the same answer, shape (n_persons,).

    Parameters
    ----------
    answers
        As given, shape (n_persons, n_items); a missing answer ends a run.
    """
    longest = np.zeros(answers.shape[0], dtype=np.int64)
    run = np.zeros(answers.shape[0], dtype=np.int64)
    for column in range(answers.shape[1]):
        given = np.isfinite(answers[:, column])
        same = given & (answers[:, column] == answers[:, column - 1]) if column else given
        run = np.where(same, run + 1, given.astype(np.int64))
        longest = np.maximum(longest, run)
    return longest


def _long_strings(answers: FloatArray) -> Screening:
    strings = longest_strings(answers)
    threshold = max(3, -(-answers.shape[1] // 2))
    return Screening(
        n_screened=int(strings.size),
        n_flagged=int((strings >= threshold).sum()),
        median=float(np.median(strings)) if strings.size else None,
        threshold=float(threshold),
        rule="longest run of the same answer at least half the form",
        reason=None if strings.size else "nobody answered",
    )


def _even_odd(responses: ResponseMatrix) -> Screening:
    rule = f"even–odd consistency below {INCONSISTENT}"
    scales = [scale for scale in responses.instrument if len(scale.items) > 1]
    if len(scales) < 3:
        return _unscreened(INCONSISTENT, rule, "needs three subscales of two items or more")
    consistency = _consistency(responses.instrument, responses.recoded)
    known = consistency[np.isfinite(consistency)]
    return Screening(
        n_screened=int(known.size),
        n_flagged=int((known < INCONSISTENT).sum()),
        median=float(np.median(known)) if known.size else None,
        threshold=INCONSISTENT,
        rule=rule,
        reason=None if known.size else "nobody's subscales differ",
    )


def _consistency(instrument: Instrument, recoded: FloatArray) -> FloatArray:
    scales = [scale for scale in instrument if len(scale.items) > 1]
    halves = [
        np.column_stack([recoded[:, scale.columns[start::2]].mean(axis=1) for scale in scales])
        for start in (0, 1)
    ]
    centred = [half - half.mean(axis=1, keepdims=True) for half in halves]
    products = (centred[0] * centred[1]).sum(axis=1)
    lengths = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    known = np.isfinite(lengths) & (lengths > 1e-12)
    consistency = np.full(recoded.shape[0], np.nan)
    r = products[known] / lengths[known]
    consistency[known] = np.where(r > -1.0 + 1e-9, 2 * r / np.maximum(1 + r, 1e-9), -1.0)
    return np.asarray(np.maximum(consistency, -1.0))


def _mahalanobis(responses: ResponseMatrix) -> Screening:
    rule = "squared distance beyond the chi-square quantile .999"
    answers = responses.scored[responses.complete]
    n_persons, n_items = answers.shape
    threshold = float(chdtri(n_items, TAIL))
    if n_persons <= n_items:
        return _unscreened(threshold, rule, "more complete persons than items are needed")
    covariance = np.atleast_2d(np.cov(answers.T))
    inverted = inverse(covariance)
    if inverted is None:
        return _unscreened(threshold, rule, "the covariance matrix is singular")
    centred = answers - answers.mean(axis=0)
    distances = (centred @ inverted * centred).sum(axis=1)
    return Screening(
        n_screened=n_persons,
        n_flagged=int((distances > threshold).sum()),
        median=float(np.median(distances)),
        threshold=threshold,
        rule=rule,
        reason=None,
    )


def _unscreened(threshold: float, rule: str, reason: str) -> Screening:
    return Screening(
        n_screened=0, n_flagged=0, median=None, threshold=threshold, rule=rule, reason=reason
    )
