"""Which scales stand lower within one person's own form.

Notes
-----
With m_s the mean of scale s and k the number of items of the form's shortest scale, one answer
moved by one category moves a mean by at most 1 / k. Differences up to this step could come from a
single answer and are called hardly apart. Otherwise a scale stands lower when its mean lies within
a step of the lowest one and more than a step below the highest one:

    m_s ≤ min m + 1/k   and   m_s < max m − 1/k.

The step is a property of the form, not a cut-off: it says nothing about other persons, about
measurement error (which is larger) or about importance.

With the answers at hand (:func:`profile_of_answers`) a scale is named only when it stands lower
without any one answer too; where the answer to a single item makes it stand out, that item is named
instead. Answers that all lie at one end say nothing of the scales and come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.types import FloatArray

_ROUNDING = 1e-9
"""Means are quotients; differences that equal a step in exact arithmetic must not exceed it."""


class Comparison(Enum):
    """How the scales of one form stand to each other."""

    LOWER = "lower"
    SINGLE_ITEM = "single-item"
    HARDLY_APART = "hardly-apart"
    LEVEL = "level"
    UNSCORABLE = "unscorable"
    ONE_SCALE = "one-scale"
    ALL_HIGHEST = "all-highest"
    ALL_LOWEST = "all-lowest"
    SAME_ANSWER = "same-answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The scales of one person's form beside each other.

    Attributes
    ----------
    comparison
        How they stand to each other.
    lower
        Scales that stand lower, in the form's order; empty unless ``comparison`` says so.
    higher
        Scales more than a step above every one of them.
    items
        Single items that make a scale stand lower, which is then not named itself.
    left_out
        Scales with too few answers, where the others could be compared.
    """

    comparison: Comparison
    lower: tuple[str, ...] = ()
    higher: tuple[str, ...] = ()
    items: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()


def profile(instrument: Instrument, means: Mapping[str, float | None]) -> Profile:
    """Compare the subscales' means within one person's form.

    Parameters
    ----------
    instrument
        The form.
    means
        Mean of each subscale, on the response scale; ``None`` where a scale has no score. Further
        entries, such as the total, are passed over.
    """
    found = {scale.name: means[scale.name] for scale in instrument}
    if len(found) == 1:
        return Profile(comparison=Comparison.ONE_SCALE)
    scored = {name: mean for name, mean in found.items() if mean is not None}
    left_out = tuple(name for name in found if name not in scored)
    if len(scored) < 2:
        return Profile(comparison=Comparison.UNSCORABLE, left_out=left_out)
    return replace(_compare(scored, step=_step(instrument)), left_out=left_out)


def profile_of_answers(
    instrument: Instrument, answers: FloatArray, means: Mapping[str, float | None]
) -> Profile:
    """Compare the subscales within one person's form, and look at single answers.

    Parameters
    ----------
    instrument
        The form.
    answers
        As given, shape (n_items,), ``nan`` where missing.
    means
        As for :func:`profile`.
    """
    at_an_end = _at_an_end(instrument, answers)
    if at_an_end is not None:
        return Profile(comparison=at_an_end)
    found = profile(instrument, means)
    if found.comparison is not Comparison.LOWER:
        return found
    recoded = instrument.recode(answers)
    scored = tuple(scale.name for scale in instrument if scale.name not in found.left_out)
    whole = _means(instrument, recoded, scored)
    reasons = {name: _single_item(instrument, recoded, name, whole) for name in found.lower}
    lower = tuple(name for name, item in reasons.items() if item is None)
    items = tuple(sorted({item for item in reasons.values() if item is not None}))
    return replace(
        found,
        comparison=Comparison.LOWER if lower else Comparison.SINGLE_ITEM,
        lower=lower,
        items=items,
    )


def _step(instrument: Instrument) -> float:
    return 1 / min(len(scale.items) for scale in instrument)


def _at_an_end(instrument: Instrument, answers: FloatArray) -> Comparison | None:
    """Say which end all answers lie at; ``None`` where they do not, or there are fewer than two."""
    places = np.asarray(instrument.scored_items) - 1
    given = answers[places][np.isfinite(answers[places])]
    recoded = instrument.recode(answers)[places]
    recoded = recoded[np.isfinite(recoded)]
    if given.size < 2:
        return None
    if (recoded == instrument.maximum).all():
        return Comparison.ALL_HIGHEST
    if (recoded == instrument.minimum).all():
        return Comparison.ALL_LOWEST
    ends = (instrument.minimum, instrument.maximum)
    return Comparison.SAME_ANSWER if any((given == end).all() for end in ends) else None


def _means(instrument: Instrument, recoded: FloatArray, names: tuple[str, ...]) -> dict[str, float]:
    """Return the mean of the answers given to each scale; a scale without any is not there."""
    answers = {name: recoded[instrument.subscales[name].columns] for name in names}
    return {
        name: float(np.nanmean(given))
        for name, given in answers.items()
        if np.isfinite(given).any()
    }


def _single_item(
    instrument: Instrument, recoded: FloatArray, name: str, whole: Mapping[str, float]
) -> int | None:
    """Return the item without which a scale is no longer a step below the highest, or ``None``.

    Of several, the one that changes the distance to the highest scale most.
    """
    apart = _step(instrument) + _ROUNDING
    found: dict[int, float] = {}
    for item in instrument.scored_items:
        if not np.isfinite(recoded[item - 1]):
            continue
        rest = recoded.copy()
        rest[item - 1] = np.nan
        means = _means(instrument, rest, tuple(whole))
        distance = max(means.values()) - means[name] if name in means else 0.0
        if distance <= apart:
            found[item] = distance
    return min(found, key=lambda item: found[item], default=None)


def _compare(means: Mapping[str, float], *, step: float) -> Profile:
    lowest, highest = min(means.values()), max(means.values())
    if highest - lowest <= _ROUNDING:
        return Profile(comparison=Comparison.LEVEL)
    apart = step + _ROUNDING
    if highest - lowest <= apart:
        return Profile(comparison=Comparison.HARDLY_APART)
    lower = tuple(name for name, mean in means.items() if mean - lowest <= apart < highest - mean)
    top = max(means[name] for name in lower)
    higher = tuple(name for name, mean in means.items() if mean - top > apart)
    return Profile(comparison=Comparison.LOWER, lower=lower, higher=higher)
