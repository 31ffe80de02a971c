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
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from psychometrics.instrument import Instrument

_ROUNDING = 1e-9
"""Means are quotients; differences that equal a step in exact arithmetic must not exceed it."""


class Comparison(Enum):
    """How the scales of one form stand to each other."""

    LOWER = "lower"
    HARDLY_APART = "hardly-apart"
    LEVEL = "level"
    UNSCORABLE = "unscorable"
    ONE_SCALE = "one-scale"


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
    """

    comparison: Comparison
    lower: tuple[str, ...] = ()
    higher: tuple[str, ...] = ()


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
    if len(scored) < len(found):
        return Profile(comparison=Comparison.UNSCORABLE)
    return _compare(scored, step=1 / min(len(scale.items) for scale in instrument))


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
