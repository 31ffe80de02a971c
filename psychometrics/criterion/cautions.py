"""Doubts about a criterion analysis, as sentences without anybody's answer or name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from psychometrics.criterion.clustered import FEW_CLINICIANS
from psychometrics.criterion.fisher import critical_value, is_perfect
from psychometrics.criterion.occasions import Ratings
from psychometrics.criterion.results import (
    Association,
    Hypothesis,
    MeasuredOutcome,
    Pooled,
    Timing,
)

SMALL_SAMPLE = 30
"""Below this a correlation's interval is so wide that a sentence says so."""


def cautions(
    ratings: Ratings,
    outcomes: Sequence[MeasuredOutcome],
    associations: Sequence[Association],
    hypotheses: Sequence[Hypothesis],
) -> tuple[str, ...]:
    """Collect what a reader must know."""
    return (
        *_about_persons(ratings),
        *(sentence for outcome in outcomes for sentence in _about_outcome(outcome)),
        *dict.fromkeys(sentence for one in associations for sentence in _about_association(one)),
        *_about_hypotheses(associations, hypotheses),
    )


def _about_persons(ratings: Ratings) -> Iterator[str]:
    if ratings.n_unnamed:
        yield (
            f"{ratings.n_unnamed} responses name no person: if some are of the same person, the "
            "intervals are too narrow."
        )


def _about_outcome(outcome: MeasuredOutcome) -> Iterator[str]:
    if outcome.timing is Timing.RETROSPECTIVE:
        yield f"{outcome.name}: {Timing.RETROSPECTIVE.reading}"
    if outcome.timing is Timing.UNDETERMINED:
        yield f"{outcome.name}: the timing is undetermined, because {outcome.reason}."
    if outcome.n_set_aside:
        yield (
            f"{outcome.name}: {outcome.n_set_aside} persons have another timing than most and were "
            "set aside."
        )
    if outcome.n_contradictory:
        yield (
            f"{outcome.name}: {outcome.n_contradictory} persons have contradicting values and were "
            "set aside."
        )


def _about_association(one: Association) -> Iterator[str]:
    name = f"{one.outcome} with {one.scale}"
    if one.pearson.estimate is not None and one.n_persons < SMALL_SAMPLE:
        yield f"{name}: only {one.n_persons} persons."
    if one.disattenuated.estimate is not None and abs(one.disattenuated.estimate) > 1.0:
        yield f"{name}: the disattenuated correlation exceeds 1, the reliability is too low for it."
    if one.clustered is not None and one.clustered.interval is not None:
        yield from _about_clinicians(one.outcome, one.clustered.n_clinicians)
    if one.pooled is not None and one.pooled.estimate is not None:
        yield from _about_strata(one)


def _about_clinicians(outcome: str, n_clinicians: int) -> Iterator[str]:
    if n_clinicians < FEW_CLINICIANS:
        yield (
            f"{outcome}: only {n_clinicians} clinicians, so the interval that allows for them is "
            "wide and uncertain."
        )


def _about_strata(one: Association) -> Iterator[str]:
    pooled = one.pooled
    if pooled is None:
        return
    yield (
        f"{one.outcome}: the correlation over all persons mixes differences between the strata "
        "with those between persons; the pooled one does not."
    )
    if _narrower_than_without_heterogeneity(pooled):
        yield (
            f"{one.outcome} with {one.scale}: the strata agree so closely that the pooled interval "
            "is narrower than if they were one sample; it may be too narrow."
        )


def _narrower_than_without_heterogeneity(pooled: Pooled) -> bool:
    """Whether the interval is narrower than the normal one of a common correlation."""
    ends = pooled.interval
    if ends is None or is_perfect(ends.lower) or is_perfect(ends.upper):
        return False
    used = [one.correlation.n_persons for one in pooled.strata if one.weight is not None]
    width = math.atanh(ends.upper) - math.atanh(ends.lower)
    common = 2.0 * critical_value(ends.level) / math.sqrt(sum(used) - 3 * len(used))
    return width < common


def _about_hypotheses(
    associations: Sequence[Association], hypotheses: Sequence[Hypothesis]
) -> Iterator[str]:
    if not hypotheses and associations:
        yield (
            f"No hypothesis was stated beforehand: these {len(associations)} correlations explore, "
            "and some will stand out by chance."
        )
