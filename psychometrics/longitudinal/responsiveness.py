"""Whether a scale shows change, and which change matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.criterion.columns import numbers
from psychometrics.errors import EstimationError, OptionError
from psychometrics.longitudinal.change_scores import (
    effect_size,
    guyatt,
    mean_change,
    sd,
    smallest_detectable_change,
    spearman,
    standardized_response_mean,
)
from psychometrics.longitudinal.minimal_important_change import predictive_change
from psychometrics.longitudinal.options import SESSION, Hypothesis, ResponsivenessOptions
from psychometrics.longitudinal.panel import Panel, panel_of
from psychometrics.longitudinal.receiver_operating import roc_of
from psychometrics.longitudinal.responsiveness_results import (
    MinimalImportantChange,
    ResponsivenessResult,
    ScaleResponsiveness,
    TestedHypothesis,
)
from psychometrics.longitudinal.responsiveness_verdict import judge, tested
from psychometrics.longitudinal.scales import chosen_scales, scale_scores
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, Progress, no_progress

BY_PROPORTION = "Terluin et al. (2017): for the proportion improved"
BY_RELIABILITY = "Terluin et al. (2022): for the proportion improved and the anchor's reliability"
WITHOUT_RELIABILITY = (
    "Without the anchor's reliability the predictive estimates overstate the minimal important "
    "change when most persons improve; give 'anchor_reliability'."
)


def analyse(
    responses: ResponseMatrix,
    options: ResponsivenessOptions,
    *,
    progress: Progress = no_progress,
) -> ResponsivenessResult:
    """Compare change scores with rated change.

    Parameters
    ----------
    responses
        Answers as given, with the columns ``person``, ``session_number`` and the anchor.
    options
        Anchor, occasions and scales.
    progress
        Told after each scale.

    Raises
    ------
    OptionError
        When an option or a column has no meaning here.
    EstimationError
        When nobody has the anchor, or it has one level.
    """
    scales = chosen_scales(responses.instrument, options.scales)
    _check(options, scales)
    anchor = numbers(responses, options.anchor, option="anchor")
    by_row = scale_scores(responses)
    first, second = _occasions(responses, options)
    panel = panel_of(responses, occasions=(first, second))
    rated = panel.arranged(anchor)[:, 1]
    _check_anchor(rated)
    found = {}
    for done, scale in enumerate(scales):
        progress(done, len(scales), scale)
        pair = panel.arranged(by_row[scale])
        study = _Study(scale=scale, first=pair[:, 0], second=pair[:, 1], anchor=rated)
        found[scale] = _scale(study, options, _hypotheses(responses, panel, study, options))
    progress(len(scales), len(scales), "done")
    return ResponsivenessResult(
        anchor=options.anchor,
        first=first,
        second=second,
        anchor_reliability=options.anchor_reliability,
        scales=found,
        cautions=(WITHOUT_RELIABILITY,) if options.anchor_reliability is None else (),
    )


def _check(options: ResponsivenessOptions, scales: Sequence[str]) -> None:
    given = options.anchor_reliability
    if given is not None and not 0.0 < given <= 1.0:
        raise OptionError("anchor_reliability", "must be greater than 0 and at most 1")
    for place, hypothesis in enumerate(options.hypotheses):
        if not set(hypothesis.scales) <= set(scales):
            raise OptionError(f"hypotheses/{place}/scales", f"must be among {', '.join(scales)}")
        if not -1.0 <= hypothesis.minimum < hypothesis.maximum <= 1.0:
            raise OptionError(
                f"hypotheses/{place}", "'minimum' must be below 'maximum', both within −1 and 1"
            )


def _occasions(responses: ResponseMatrix, options: ResponsivenessOptions) -> tuple[float, float]:
    """Return both session numbers, which the sample must have.

    Raises
    ------
    OptionError
        When they are not in order, or left out where there are more than two.
    """
    found = numbers(responses, SESSION, option="first")
    known = np.unique(found[np.isfinite(found)])
    if options.first is None or options.second is None:
        if known.size != 2:
            shown = ", ".join(f"{session:g}" for session in known[:20])
            missing = "first" if options.first is None else "second"
            raise OptionError(missing, f"name two of the sessions {shown}")
        return float(known[0]), float(known[1])
    for option, session in (("first", options.first), ("second", options.second)):
        if session not in known:
            raise OptionError(option, "there is no such session in the sample")
    if options.first >= options.second:
        raise OptionError("second", "must be a later session than 'first'")
    return options.first, options.second


def _check_anchor(rated: FloatArray) -> None:
    known = rated[np.isfinite(rated)]
    if not known.size:
        raise EstimationError("anchor", "nobody has a rated change at the second session")
    if np.unique(known).size < 2:
        raise EstimationError(
            "anchor", "everybody gives the same rated change; an anchor needs two levels or more"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Study:
    """Scores of one scale and the anchor, by person.

    Attributes
    ----------
    scale
        Its name.
    first, second
        Scores, shape (n_persons,).
    anchor
        Rated change at the second session, shape (n_persons,).
    """

    scale: str
    first: FloatArray
    second: FloatArray
    anchor: FloatArray

    @property
    def changes(self) -> FloatArray:
        """Second less first, shape (n_persons,)."""
        return self.second - self.first


def _hypotheses(
    responses: ResponseMatrix,
    panel: Panel,
    study: _Study,
    options: ResponsivenessOptions,
) -> tuple[TestedHypothesis, ...]:
    mine = [
        (place, one)
        for place, one in enumerate(options.hypotheses)
        if not one.scales or study.scale in one.scales
    ]
    return tuple(
        _tested(one, study, _change_of(responses, panel, one, f"hypotheses/{place}"))
        for place, one in mine
    )


def _change_of(
    responses: ResponseMatrix,
    panel: Panel,
    hypothesis: Hypothesis,
    option: str,
) -> FloatArray:
    values = numbers(responses, hypothesis.outcome, option=f"{option}/outcome")
    pair = panel.arranged(values)
    return np.asarray(pair[:, 1] - pair[:, 0])


def _tested(hypothesis: Hypothesis, study: _Study, other: FloatArray) -> TestedHypothesis:
    both = np.isfinite(study.changes) & np.isfinite(other)
    return tested(hypothesis, study.changes[both], other[both])


def _scale(
    study: _Study, options: ResponsivenessOptions, hypotheses: tuple[TestedHypothesis, ...]
) -> ScaleResponsiveness:
    known = np.isfinite(study.changes)
    changes, first = study.changes[known], study.first[known]
    rated = known & np.isfinite(study.anchor)
    x, anchor = study.changes[rated], study.anchor[rated]
    improved = np.asarray(anchor >= 1.0)
    unchanged = x[anchor == 0.0]
    important = _important(x, first, improved, options)
    detectable = smallest_detectable_change(unchanged)
    verdict, because = judge(important, hypotheses)
    return ScaleResponsiveness(
        n=changes.size,
        n_anchor=x.size,
        n_improved=int(improved.sum()),
        n_unchanged=unchanged.size,
        change=mean_change(changes),
        standardized_response_mean=standardized_response_mean(changes),
        effect_size=effect_size(changes, first),
        guyatt=guyatt(x[improved], unchanged),
        anchor_correlation=spearman(x, anchor),
        minimal_important_change=important,
        smallest_detectable_change=detectable,
        hypotheses=hypotheses,
        verdict=verdict,
        because=because,
        cautions=tuple(_cautions(important, detectable, spearman(x, anchor).estimate)),
    )


def _important(
    x: FloatArray, first: FloatArray, improved: BoolArray, options: ResponsivenessOptions
) -> MinimalImportantChange:
    predictive, adjusted = predictive_change(
        x,
        improved.astype(np.float64),
        reliability=options.anchor_reliability,
        replicates=options.replicates,
        rng=np.random.default_rng(options.seed),
    )
    return MinimalImportantChange(
        predictive=predictive,
        adjusted_predictive=adjusted,
        adjustment=BY_PROPORTION if options.anchor_reliability is None else BY_RELIABILITY,
        roc=roc_of(x, improved),
        half_sd=0.5 * sd(first) if first.size > 1 else None,
        proportion_improved=float(improved.mean()) if improved.size else None,
    )


def _cautions(
    important: MinimalImportantChange, detectable: float | None, correlation: float | None
) -> list[str]:
    found = []
    if correlation is not None and correlation < WEAK_ANCHOR:
        found.append(
            f"The anchor correlates below {WEAK_ANCHOR:.1f} with the change; the minimal important "
            "change that it gives is not to be trusted."
        )
    least = important.adjusted_predictive.estimate
    if least is not None and detectable is not None and least < detectable:
        found.append(
            "The minimal important change is smaller than the smallest detectable change: in one "
            "person it cannot be told from measurement error."
        )
    return found


WEAK_ANCHOR = 0.3
"""Correlation below which an anchor is too weak (Revicki et al., 2008,
doi:10.1016/j.jclinepi.2007.03.012)."""
