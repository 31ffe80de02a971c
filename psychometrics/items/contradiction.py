"""Whether the answers contradict the form: its key or its range.

Notes
-----
*Key.* Under a right key the recoded items of a scale rise together, and the first eigenvector of
their correlation matrix has one sign (Perron). Where its signs are mixed, the items of either sign
are summed, and the two sums are correlated. The key is contradicted where that correlation is at
most ``OPPOSED`` and its Fisher z, atanh(r)·√(n − 3), at most ``OPPOSED_Z``·√max(1, items/12): the
split is chosen from the answers, the more freely the more items, so the ordinary bound of −1.96
would be passed by chance. This finds single items and
also half of a scale, where item-rest correlations hover around zero. A form with a total is looked
at as a whole too: a subscale that is turned around is consistent in itself.

*Range.* Answers that leave the two highest categories of the form empty, in at least
``ENOUGH_ANSWERS`` of them and over at least three categories, were given on a shorter range. (The
two lowest categories stay empty in many samples in truth: alliance is rated high.)

Both bounds were chosen here.

References
----------
Fisher, R. A. (1915). Frequency distribution of the values of the correlation coefficient.
    doi:10.1093/biomet/10.4.507 (the transformation: Fisher, 1921).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.items.response_range import ENOUGH_ANSWERS
from psychometrics.items.results import Contradiction
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray

OPPOSED, OPPOSED_Z = -0.3, -4.0
"""Correlation of two halves of a scale, and its Fisher z, at which the key is contradicted."""

FEWEST_PERSONS = 10
"""Below that many persons nothing is said of the key."""

FEWEST_CATEGORIES = 3
"""Fewer categories in use say that answers crowd, not on which range they were given."""


def contradictions(responses: ResponseMatrix) -> tuple[Contradiction, ...]:
    """Name what in the answers contradicts the form.

    Parameters
    ----------
    responses
        Answers as given, one row a person.

    Returns
    -------
    tuple of Contradiction
        First the range, then the key by subscale; empty where nothing contradicts.
    """
    instrument = responses.instrument
    scored = np.asarray(instrument.scored_items, dtype=np.int64) - 1
    key = [one for scale in instrument for one in _key(responses, scale.items, scale.name)]
    if not key and instrument.total:
        key = _key(responses, instrument.scored_items, None)
    return (*_range(instrument, responses.answers[:, scored]), *key)


def contradiction_cautions(responses: ResponseMatrix) -> tuple[str, ...]:
    """Say what contradicts the form, as cautions of a result that presumes its key."""
    return tuple(
        f"The answers contradict the form's {one.code}. {one.detail} Check this before reading on."
        for one in contradictions(responses)
    )


def _range(instrument: Instrument, answers: FloatArray) -> Iterator[Contradiction]:
    given = answers[np.isfinite(answers)]
    if given.size < ENOUGH_ANSWERS or np.unique(given).size < FEWEST_CATEGORIES:
        return
    highest = int(given.max())
    if highest <= instrument.maximum - 2:
        yield Contradiction(
            code="range",
            subscale=None,
            items=(),
            detail=f"No answer lies above {highest} although the form goes to "
            f"{instrument.maximum}: the answers look as if given on "
            f"{instrument.minimum} to {highest}.",
        )


def _key(
    responses: ResponseMatrix, items: Sequence[int], subscale: str | None
) -> list[Contradiction]:
    """Look for items that run against the others of a scale."""
    recoded = responses.recoded[:, np.asarray(items, dtype=np.int64) - 1]
    standard, varies = _standardized(recoded[np.isfinite(recoded).any(axis=1)])
    if varies.sum() < 2:
        return []
    positive = _signs(standard)
    if positive.all() or not _opposed(standard, positive):
        return []
    names = np.asarray(items)[varies]
    fewer, more = sorted(
        (sorted(names[positive].tolist()), sorted(names[~positive].tolist())),
        key=lambda part: (len(part), part),
    )
    return [
        Contradiction(
            code="key",
            subscale=subscale,
            items=tuple(fewer if len(fewer) < len(more) else sorted((*fewer, *more))),
            detail=_detail(responses.instrument, fewer, more, subscale),
        )
    ]


def _standardized(answers: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Return the items that vary, with mean 0 and SD 1 and missing ``nan``, and which they are."""
    varies = np.array([np.unique(one[np.isfinite(one)]).size > 1 for one in answers.T])
    kept = answers[:, varies]
    return (kept - np.nanmean(kept, axis=0)) / np.nanstd(kept, axis=0), varies


def _signs(standard: FloatArray) -> BoolArray:
    """Return on which side of zero each item lies in the first eigenvector.

    A missing answer counts as the item's mean, which draws correlations towards zero and turns
    none around.
    """
    filled = np.nan_to_num(standard, nan=0.0)
    _, vectors = np.linalg.eigh(filled.T @ filled / filled.shape[0])
    return np.asarray(vectors[:, -1] >= 0.0)


def _opposed(standard: FloatArray, positive: BoolArray) -> bool:
    """Whether the mean answers to the items of either sign are opposed beyond chance."""
    both = [_available_mean(standard[:, side]) for side in (positive, ~positive)]
    used = np.isfinite(both).all(axis=0)
    first, second = (one[used] for one in both)
    if used.sum() < FEWEST_PERSONS or min(np.ptp(first), np.ptp(second)) <= 0.0:
        return False
    r = float(np.clip(np.corrcoef(first, second)[0, 1], -1.0 + 1e-12, 1.0 - 1e-12))
    z = float(np.arctanh(r) * np.sqrt(used.sum() - 3))
    return r <= OPPOSED and z <= OPPOSED_Z * np.sqrt(max(1.0, positive.size / 12))


def _available_mean(standard: FloatArray) -> FloatArray:
    n = np.isfinite(standard).sum(axis=1)
    return np.where(n > 0, np.nansum(standard, axis=1) / np.maximum(n, 1), np.nan)


def _detail(
    instrument: Instrument, fewer: Sequence[int], more: Sequence[int], subscale: str | None
) -> str:
    where = "the form" if subscale is None else subscale
    opposite = (
        f"{_listed(fewer)} of {where} {'runs' if len(fewer) == 1 else 'run'} "
        f"against {_listed(more)}"
    )
    turned = set(instrument.reversed_items)
    if turned and set(fewer) <= turned:
        why = "as if answers to reverse-keyed items had been reversed before they came"
    else:
        why = "as if the reversal in the key were wrong for these items"
    return f"{opposite[:1].upper()}{opposite[1:]}, {why}."


def _listed(items: Sequence[int]) -> str:
    *others, last = map(str, items)
    return f"items {', '.join(others)} and {last}" if others else f"item {last}"
