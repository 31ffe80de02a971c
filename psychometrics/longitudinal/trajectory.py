"""How scores change over time: growth, plateau, reliability of change, dropout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.fit_result import Fitted
from psychometrics.criterion.columns import numbers, possible_outcomes
from psychometrics.criterion.fisher import critical_value
from psychometrics.errors import EstimationError, OptionError
from psychometrics.longitudinal.auxiliary import fit_with_auxiliary
from psychometrics.longitudinal.course_density import course_density
from psychometrics.longitudinal.dropout import differs, dropout_of
from psychometrics.longitudinal.estimates import effect
from psychometrics.longitudinal.growth import (
    LEAST_OCCASIONS,
    Curve,
    curves,
    fit_growth,
    growth_of,
)
from psychometrics.longitudinal.occasion_invariance import gates, not_asked, sentences
from psychometrics.longitudinal.options import Shape, TrajectoryOptions
from psychometrics.longitudinal.panel import Panel, panel_of
from psychometrics.longitudinal.plateau import means_of, plateau_of
from psychometrics.longitudinal.results import ModelFit
from psychometrics.longitudinal.scales import chosen_scales, items_of, scale_scores
from psychometrics.longitudinal.structural_model import Scores, model_fit, scores_of
from psychometrics.longitudinal.trajectory_results import (
    Dropout,
    OccasionInvariance,
    OccasionMean,
    Plateau,
    ScaleTrajectory,
    Sensitivity,
    ShapeComparison,
    TrajectoryResult,
    WithinPerson,
)
from psychometrics.longitudinal.within_person import icc_one_way, reliability_of_change
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, Interval, Progress, no_progress

SHAPE_RULE = (
    "The shape with the lowest BIC among proper solutions; a knot that is searched for counts as a "
    "parameter."
)
GIVEN_RULE = "The shape that was asked for."
NONE_RULE = "No solution is proper; the shape with the lowest BIC among those that converged."

TWO_OCCASIONS = (
    "Two occasions: their means, the ICC and the reliability of change are shown; the shape of "
    "growth, how persons differ in it, and a plateau need three or more."
)

MOST_VARIABLES = 30
"""Scores and auxiliary variables that one model takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A fitted shape."""

    curve: Curve
    fitted: Fitted
    fit: ModelFit
    bic: float


def analyse(
    responses: ResponseMatrix, options: TrajectoryOptions, *, progress: Progress = no_progress
) -> TrajectoryResult:
    """Describe growth of each scale.

    Parameters
    ----------
    responses
        Answers as given, with the columns ``person`` and the one of time.
    options
        Which scales and shape.
    progress
        Told after each scale.

    Raises
    ------
    OptionError
        When an option or a column has no meaning here.
    EstimationError
        When there is a single occasion, or a person answered twice on one.
    """
    scales = chosen_scales(responses.instrument, options.scales)
    by_row = scale_scores(responses)
    stacked = np.column_stack([by_row[scale] for scale in scales])
    present = np.asarray(np.isfinite(stacked).any(axis=1))
    panel = panel_of(responses, time=options.time, occasions=options.occasions, present=present)
    knot = None if options.knot is None else _knot(panel, options.knot)
    outcomes = _outcomes(responses, panel, options.auxiliary)
    scores = {scale: panel.arranged(by_row[scale]) for scale in scales}
    dropout = dropout_of(panel, scores | outcomes)
    auxiliary = _auxiliary(outcomes, dropout, options)
    alike = (
        gates(responses, panel, scales)
        if options.invariance
        else {scale: not_asked() for scale in scales}
    )
    found = {}
    for done, scale in enumerate(scales):
        progress(done, len(scales), scale)
        items = np.asarray(items_of(responses.instrument, scale)) - 1
        study = _Study(
            scores=scores[scale],
            answers=panel.arranged(responses.recoded[:, items]),
            panel=panel,
            auxiliary=auxiliary,
            options=options,
            knot=knot,
            alike=alike[scale],
            span=(
                float(items.size * responses.instrument.minimum),
                float(items.size * responses.instrument.maximum),
            ),
        )
        found[scale] = _scale(study)
    progress(len(scales), len(scales), "done")
    return TrajectoryResult(
        n_persons=len(panel.rows),
        n_occasions=panel.n_occasions,
        occasions=tuple(float(one) for one in panel.occasions),
        time=options.time,
        times=tuple(float(one) for one in panel.times),
        scales=found,
        dropout=dropout,
        cautions=(
            *panel.cautions,
            *sentences({scale: alike[scale] for scale in scales}),
            *((TWO_OCCASIONS,) if panel.n_occasions < LEAST_OCCASIONS else ()),
            *_departures(dropout, scales),
        ),
    )


def _knot(panel: Panel, knot: float) -> int:
    place = panel.place_of(knot, option="knot")
    if not 0 < place < panel.n_occasions - 1:
        raise OptionError("knot", "must lie between the first and the last session")
    return place


def _outcomes(
    responses: ResponseMatrix, panel: Panel, names: Sequence[str] | None
) -> dict[str, FloatArray]:
    """Return outcomes by name that vary on some occasions, each (n_persons, n_occasions)."""
    chosen = possible_outcomes(responses, besides=None) if names is None else names
    return {
        name: panel.arranged(numbers(responses, name, option=f"auxiliary/{place}"))
        for place, name in enumerate(chosen)
    }


def _auxiliary(
    outcomes: Mapping[str, FloatArray], dropout: Dropout, options: TrajectoryOptions
) -> dict[str, FloatArray]:
    """Return the outcomes to enter: those named, or those in which leavers differ."""
    if options.auxiliary is not None:
        return dict(outcomes)
    differing = {found.variable for found in dropout.leavers if differs(found)}
    return {name: values for name, values in outcomes.items() if name in differing}


def _departures(dropout: Dropout, scales: Sequence[str]) -> list[str]:
    names = [found.variable for found in dropout.leavers if differs(found)]
    if not names:
        return []
    said = f"Those who leave differ from those who stay in {', '.join(names)}."
    if any(name not in scales for name in names):
        return [f"{said} Means may be biased without those outcomes; see 'sensitivity'."]
    return [f"{said} The growth model allows for it, the occasion means do not."]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Study:
    """What is known of one scale.

    Attributes
    ----------
    scores
        Shape (n_persons, n_occasions).
    answers
        Recoded, shape (n_persons, n_occasions, n_items).
    panel
        Occasions and times.
    auxiliary
        Outcomes by name, each (n_persons, n_occasions).
    options, knot
        What was asked for; the knot by position.
    alike
        Whether the items work alike on all occasions.
    span
        Lowest and highest possible score.
    """

    scores: FloatArray
    answers: FloatArray
    panel: Panel
    auxiliary: Mapping[str, FloatArray]
    options: TrajectoryOptions
    knot: int | None
    alike: OccasionInvariance
    span: tuple[float, float]


def _scale(study: _Study) -> ScaleTrajectory:
    if study.panel.n_occasions < LEAST_OCCASIONS:
        return _without_growth(study, TWO_OCCASIONS)
    try:
        scores = scores_of(study.scores, _names(study.panel, "the score"))
    except EstimationError as error:
        return _without_growth(study, f"No growth model: {error.reason}.")
    best, candidates, rule = _best(study, scores)
    curve, fitted = best.curve, best.fitted
    return ScaleTrajectory(
        n_persons=int(np.isfinite(study.scores).any(axis=1).sum()),
        shape=curve.shape.value,
        shape_rule=rule,
        shapes=tuple(_comparison(one, study.panel) for one in candidates),
        model=best.fit,
        means=tuple(float(mean) for mean in fitted.states[0].mean),
        growth=growth_of(fitted, curve, study.panel.occasions),
        invariance=study.alike,
        plateau=_plateau(scores, study),
        sensitivity=_sensitivity(study, best),
        cautions=() if best.fit.proper else ("The growth model's solution is improper.",),
        occasion_means=_occasion_means(study),
        density=course_density(study.scores, study.span),
        within_person=_within_person(study),
    )


def _without_growth(study: _Study, why: str) -> ScaleTrajectory:
    return ScaleTrajectory(
        n_persons=int(np.isfinite(study.scores).any(axis=1).sum()),
        shape=None,
        shape_rule=why,
        shapes=(),
        model=None,
        means=(),
        growth=None,
        invariance=study.alike,
        occasion_means=_occasion_means(study),
        density=course_density(study.scores, study.span),
        within_person=_within_person(study),
        plateau=None,
        sensitivity=None,
        cautions=(why,),
    )


def _names(panel: Panel, what: str) -> list[str]:
    return [f"{what} of session {occasion:g}" for occasion in panel.occasions]


def _best(study: _Study, scores: Scores) -> tuple[_Candidate, list[_Candidate], str]:
    """Return the growth model to show, the best of each shape, and the rule."""
    options, panel = study.options, study.panel
    shapes = tuple(Shape) if options.shape is None else (options.shape,)
    candidates = []
    for shape in shapes:
        tried = [
            _candidate(curve, scores, study)
            for curve in curves(shape, panel.n_occasions, study.knot)
        ]
        candidates.append(min(tried, key=lambda one: one.bic))
    if options.shape is not None:
        return candidates[0], candidates, GIVEN_RULE
    proper = [one for one in candidates if one.fit.proper]
    converged = [one for one in candidates if one.fit.converged]
    best = min(proper or converged or candidates, key=lambda one: one.bic)
    return best, candidates, SHAPE_RULE if proper else NONE_RULE


def _candidate(curve: Curve, scores: Scores, study: _Study) -> _Candidate:
    options = study.options
    fitted = fit_growth(curve, study.panel.times, scores, estimator=options.estimator)
    fit = model_fit(fitted, scores, estimator=options.estimator)
    searched = curve.knot is not None and study.knot is None and study.panel.n_occasions > 3
    price = float(np.log(fit.n_persons)) if searched else 0.0
    return _Candidate(
        curve=curve, fitted=fitted, fit=fit, bic=np.inf if fit.bic is None else fit.bic + price
    )


def _comparison(one: _Candidate, panel: Panel) -> ShapeComparison:
    knot = one.curve.knot
    return ShapeComparison(
        shape=one.curve.shape.value,
        knot=None if knot is None else float(panel.occasions[knot]),
        proper=one.fit.proper,
        bic=one.bic if np.isfinite(one.bic) else None,
    )


def _occasion_means(study: _Study, *, level: float = 0.95) -> tuple[OccasionMean, ...]:
    found = []
    for occasion, column in zip(study.panel.occasions, study.scores.T, strict=True):
        known = column[np.isfinite(column)]
        n = known.size
        mean = float(known.mean()) if n else None
        interval = None
        if n > 1 and mean is not None:
            reach = critical_value(level, df=n - 1) * float(known.std(ddof=1)) / np.sqrt(n)
            interval = Interval(lower=mean - reach, upper=mean + reach, level=level)
        found.append(OccasionMean(occasion=float(occasion), n=n, mean=mean, interval=interval))
    return tuple(found)


def _within_person(study: _Study) -> WithinPerson:
    complete = study.answers[np.isfinite(study.answers).all(axis=(1, 2))]
    icc, change = icc_one_way(study.scores), reliability_of_change(complete)
    missing = [] if icc is not None else ["No person has two scores, or scores do not vary."]
    if change is None:
        missing.append("Fewer than two persons gave every answer, or change does not vary.")
    return WithinPerson(
        icc=icc,
        reliability_of_change=change,
        n_complete=len(complete),
        reason=" ".join(missing) or None,
    )


def _plateau(scores: Scores, study: _Study) -> Plateau | None:
    means = means_of(scores.answers)
    if means is None:
        return None
    rng = np.random.default_rng(study.options.seed)
    return plateau_of(means, study.panel.occasions, replicates=study.options.replicates, rng=rng)


def _sensitivity(study: _Study, best: _Candidate) -> Sensitivity | None:
    """Fit the same curve with auxiliary outcomes, as many as one model takes."""
    columns, names, entered = [study.scores], _names(study.panel, "the score"), []
    for name, values in study.auxiliary.items():
        usable = [t for t in range(values.shape[1]) if _usable(values[:, t], study.scores)]
        if usable and len(names) + len(usable) <= MOST_VARIABLES:
            columns.append(values[:, usable])
            names += [f"{name} of session {study.panel.occasions[t]:g}" for t in usable]
            entered.append(name)
    if not entered:
        return None
    try:
        scores = scores_of(np.hstack(columns), names)
    except EstimationError:
        return None
    fitted = fit_with_auxiliary(
        best.curve, study.panel.times, scores, estimator=study.options.estimator
    )
    if not fitted.minimum.convergence.converged:
        return None
    means = fitted.states[0].mean[: study.panel.n_occasions]
    return Sensitivity(
        auxiliary=tuple(entered),
        means=tuple(float(mean) for mean in means),
        level=effect(fitted, "level mean"),
        slope=effect(fitted, "slope mean"),
        largest_shift=float(np.abs(means - best.fitted.states[0].mean).max()),
    )


def _usable(column: FloatArray, scores: FloatArray) -> bool:
    """Whether an outcome varies, and is seen with every score by some persons."""
    known = np.isfinite(column)
    together = (known[:, None] & np.isfinite(scores)).sum(axis=0)
    return bool(known.any() and np.ptp(column[known]) > 0.0 and together.min() >= 10)
