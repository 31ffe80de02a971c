"""Which comes first: the alliance or the outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from psychometrics.cfa.difference import likelihood_ratio, satorra_bentler
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.options import Estimator
from psychometrics.criterion.columns import numbers
from psychometrics.errors import EstimationError, OptionError
from psychometrics.longitudinal.answer import CANNOT_SAY, Answer, answer_of
from psychometrics.longitudinal.cross_lagged import (
    BETWEEN,
    VARIABLES,
    Design,
    cross_lagged_model,
    path_estimate,
    standardized_paths,
)
from psychometrics.longitudinal.error_correction import corrected_paths
from psychometrics.longitudinal.estimates import correlation, two_sided, wald
from psychometrics.longitudinal.lagged_cautions import CONFOUNDING, cautions_of
from psychometrics.longitudinal.lagged_results import (
    BetweenPersons,
    Constraint,
    LaggedPath,
    LaggedResult,
)
from psychometrics.longitudinal.options import LaggedOptions, PanelModel
from psychometrics.longitudinal.panel import Panel, panel_of
from psychometrics.longitudinal.repeated_measures_correlation import repeated_measures_correlation
from psychometrics.longitudinal.scales import chosen_scale, items_of, scale_scores
from psychometrics.longitudinal.structural_model import (
    Scores,
    fit_scores,
    improprieties,
    model_fit,
    scores_of,
)
from psychometrics.longitudinal.study_size import deciding_studies, plan_from, power_of
from psychometrics.longitudinal.within_person import reliability_of_change
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, Progress, no_progress

LEAST_OCCASIONS = 3
"""With two occasions random intercepts are not told apart from what carries over."""

MOST_OCCASIONS = 12
"""Occasions that one model of two variables takes."""


def analyse(
    responses: ResponseMatrix, options: LaggedOptions, *, progress: Progress = no_progress
) -> LaggedResult:
    """Estimate lagged effects between a scale and an outcome.

    Parameters
    ----------
    responses
        Answers as given, with the columns ``person``, the one of time and the outcome's.
    options
        Which outcome, scale and model.
    progress
        Told after each step.

    Raises
    ------
    OptionError
        When an option or a column has no meaning here.
    EstimationError
        When there is a single occasion, a person answered twice on one, or the outcome does not
        vary within persons.
    """
    study = _study(responses, options)
    try:
        scores = scores_of(np.hstack([study.alliance, study.outcome]), study.names)
    except EstimationError as error:
        return _undecided(study, options, f"{error.reason[:1].upper()}{error.reason[1:]}.")
    return _estimated(study, scores, options, progress)


def _estimated(
    study: _Study, scores: Scores, options: LaggedOptions, progress: Progress
) -> LaggedResult:
    progress(0, 3, "model")
    free = _fit(study, scores, options.estimator, constrained=False)
    constrained = _fit(study, scores, options.estimator, constrained=True)
    shown = constrained if options.constrained else free
    progress(1, 3, "measurement error")
    corrected = corrected_paths(
        constrained.fitted,
        constrained.design,
        scores,
        reliability=options.reliability or reliability_of_change(study.complete),
        given=options.reliability is not None,
        outcome_reliability=options.outcome_reliability,
        estimator=options.estimator,
    )
    progress(2, 3, "power")
    power = power_of(constrained.fitted, constrained.design, options.smallest_effect)
    answer = answer_of(
        constrained.fitted,
        constrained.design,
        proper=not improprieties(constrained.fitted, scores),
        power=power,
    )
    return replace(
        _framed(study, options, answer, constrained),
        n_persons=shown.fitted.n_persons,
        model=model_fit(shown.fitted, scores, estimator=options.estimator),
        paths=_paths(shown, study.panel),
        between=_between(shown),
        equal_over_time=_equal(constrained.fitted, free.fitted, options.estimator),
        power=power,
        corrected=corrected,
    )


def _undecided(study: _Study, options: LaggedOptions, why: str) -> LaggedResult:
    """Answer where no model can be fitted."""
    answer = Answer(answer=CANNOT_SAY, because=(why,), cautions=(why,))
    return _framed(study, options, answer, None)


def _framed(
    study: _Study, options: LaggedOptions, answer: Answer, constrained: _Fit | None
) -> LaggedResult:
    """Return the result with all that needs no model."""
    known = np.isfinite(study.alliance) | np.isfinite(study.outcome)
    smallest = options.smallest_effect
    plan = None
    if constrained is not None:
        plan = plan_from(constrained.fitted, constrained.design, smallest)
    undecided = answer.answer == CANNOT_SAY
    return LaggedResult(
        n_persons=int(known.any(axis=1).sum()),
        n_occasions=study.panel.n_occasions,
        occasions=tuple(float(one) for one in study.panel.occasions),
        scale=study.scale,
        outcome=options.outcome,
        constrained=options.constrained,
        model=None,
        paths=(),
        between=None,
        within_correlation=repeated_measures_correlation(study.alliance, study.outcome),
        equal_over_time=None,
        answer=answer.answer,
        because=answer.because,
        smallest_effect=smallest,
        power=(),
        would_decide=deciding_studies(plan, study.panel.n_occasions, smallest) if undecided else (),
        corrected=None,
        confounding=CONFOUNDING,
        cautions=(
            *study.panel.cautions,
            *cautions_of(study.panel, study.alliance, study.outcome, study.model),
            *answer.cautions,
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Study:
    """Scores and outcome by person and occasion.

    Attributes
    ----------
    scale
        Name of the scale.
    panel
        Occasions and times.
    alliance, outcome
        Shape (n_persons, n_occasions).
    complete
        Answers to the scale of persons who gave all of them, (n_complete, n_occasions, n_items).
    names
        Of alliance and outcome side by side, for messages.
    model
        With or without random intercepts.
    """

    scale: str
    panel: Panel
    alliance: FloatArray
    outcome: FloatArray
    complete: FloatArray
    names: tuple[str, ...]
    model: PanelModel


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """A fitted model with its design."""

    fitted: Fitted
    design: Design


def _study(responses: ResponseMatrix, options: LaggedOptions) -> _Study:
    scale = chosen_scale(responses.instrument, options.scale)
    score, value = (
        scale_scores(responses)[scale],
        numbers(responses, options.outcome, option="outcome"),
    )
    panel = panel_of(
        responses,
        time=options.time,
        occasions=options.occasions,
        present=np.isfinite(score) | np.isfinite(value),
    )
    if panel.n_occasions > MOST_OCCASIONS:
        raise OptionError(
            "occasions",
            f"{panel.n_occasions} occasions are too many for one model of at most "
            f"{MOST_OCCASIONS}; name those to use",
        )
    alliance, outcome = panel.arranged(score), panel.arranged(value)
    _check_within(alliance, "alliance", "the scale's score")
    _check_within(outcome, "outcome", "the outcome")
    items = np.asarray(items_of(responses.instrument, scale)) - 1
    answers = panel.arranged(responses.recoded[:, items])
    names = tuple(
        f"the {name} of session {occasion:g}" for name in VARIABLES for occasion in panel.occasions
    )
    few = panel.n_occasions < LEAST_OCCASIONS
    return _Study(
        scale=scale,
        panel=panel,
        alliance=alliance,
        outcome=outcome,
        complete=answers[np.isfinite(answers).all(axis=(1, 2))],
        names=names,
        model=PanelModel.CLPM if few else options.model,
    )


def _check_within(values: FloatArray, step: str, what: str) -> None:
    """Refuse what never changes within persons."""
    several = np.isfinite(values).sum(axis=1) > 1
    if not several.any():
        raise EstimationError(step, f"no person has {what} on two occasions")
    spread = np.nanmax(values[several], axis=1) - np.nanmin(values[several], axis=1)
    if spread.max() < 1e-12:
        raise EstimationError(
            step,
            f"{what} is constant within persons; what comes first shows in changes, which need it "
            "to be measured anew on each occasion",
        )


def _fit(study: _Study, scores: Scores, estimator: Estimator, *, constrained: bool) -> _Fit:
    design = Design(model=study.model, constrained=constrained, n_occasions=study.panel.n_occasions)
    model = cross_lagged_model(design, scores)
    return _Fit(fitted=fit_scores(model, scores, estimator=estimator), design=design)


def _paths(fit: _Fit, panel: Panel) -> tuple[LaggedPath, ...]:
    standardized = standardized_paths(fit.fitted)
    return tuple(
        _path(fit, panel, standardized, to=to, source=source, occasion=t)
        for to in range(2)
        for source in range(2)
        for t in range(1, panel.n_occasions)
    )


def _path(
    fit: _Fit, panel: Panel, standardized: FloatArray, *, to: int, source: int, occasion: int
) -> LaggedPath:
    estimate, error = path_estimate(fit.fitted, fit.design, to=to, source=source, occasion=occasion)
    found = wald(estimate, error)
    place = fit.design.factor(to, occasion), fit.design.factor(source, occasion - 1)
    value = float(standardized[place])
    return LaggedPath(
        from_=VARIABLES[source],
        to=VARIABLES[to],
        from_occasion=float(panel.occasions[occasion - 1]),
        to_occasion=float(panel.occasions[occasion]),
        estimate=estimate,
        standard_error=found.standard_error,
        interval=found.interval,
        standardized=value if np.isfinite(value) else None,
        p_value=two_sided(estimate, error),
    )


def _between(fit: _Fit) -> BetweenPersons | None:
    if not fit.design.n_intercepts:
        return None
    first, second = (f"variance of {name} between" for name in VARIABLES)
    found = correlation(fit.fitted, BETWEEN, first, second)
    return BetweenPersons(
        correlation=found.estimate,
        standard_error=found.standard_error,
        interval=found.interval,
        reason=found.reason,
        caution=found.caution,
    )


def _equal(constrained: Fitted, free: Fitted, estimator: Estimator) -> Constraint | None:
    both = (constrained, free)
    if not all(fitted.minimum.convergence.converged for fitted in both):
        return None
    if constrained.tests.model.df == free.tests.model.df:
        return None
    compare = satorra_bentler if estimator is Estimator.MLR else likelihood_ratio
    found = compare(constrained, free)
    return Constraint(chi_square=found.chi_square, df=found.df, p_value=found.p_value)
