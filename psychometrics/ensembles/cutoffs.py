"""Cut-offs of fit indices for one model, one sample size and one set of loadings.

Fixed cut-offs mean different things for different models. Here the fitted model is taken for true,
samples of the same size are drawn from it and from populations in which it is wrong by a stated
amount (`misspecification`), and it is fitted to all of them. The cut-off of an index is its value
that 95% of the wrong models exceed, provided that at most 5% of the right ones do; failing that the
same with 90% and 10%; failing that the two cannot be told apart and there is none.

References
----------
McNeish, D., & Wolf, M. G. (2023). Dynamic fit index cutoffs for confirmatory factor analysis
models. Psychological Methods, 28, 61–88. doi:10.1037/met0000425

Notes
-----
The rule of the percentiles is recalled from the paper, not verified against its text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.fit import Statistic, cfi, rmsea, srmr
from psychometrics.cfa.fitted import Fitted
from psychometrics.cfa.implied import state_at
from psychometrics.cfa.layout import Layout, layout_of
from psychometrics.cfa.ml import complete_answers, fit_ml
from psychometrics.cfa.model import Matrix
from psychometrics.cfa.options import Structure
from psychometrics.cfa.rivals import check_rivals, rival_model
from psychometrics.ensembles.draws import population_moments
from psychometrics.ensembles.misspecification import StandardizedModel, misspecifications
from psychometrics.ensembles.normal import ReplicateMoments, fit_replicates
from psychometrics.ensembles.options import CutoffOptions
from psychometrics.ensembles.results import Cutoff, CutoffLevel, CutoffsResult, FitValues
from psychometrics.errors import EstimationError, OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, Progress, no_progress

SEPARATIONS = (0.95, 0.90)
SIMPLE = (Structure.ONE_FACTOR, Structure.TWO_FACTOR, Structure.THREE_FACTOR)
FEW_CONVERGED = 0.9
METHOD = (
    "Model-specific cut-offs after McNeish and Wolf (2023): the value that 95% (or 90%) of "
    "simulated wrong models exceed while at most 5% (10%) of simulated right models do."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Indices:
    """Indices of the replicates that converged, each of shape (n_converged,)."""

    srmr: FloatArray
    rmsea: FloatArray
    cfi: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class _Experiment:
    """A fitted model, and how to see its indices under a population."""

    observed: FitValues
    model: StandardizedModel
    n_persons: int
    simulate: Callable[[FloatArray], _Indices]


def analyse(
    responses: ResponseMatrix, options: CutoffOptions, *, progress: Progress = no_progress
) -> CutoffsResult:
    """Simulate cut-offs of SRMR, RMSEA and CFI for one model and this sample.

    Parameters
    ----------
    responses
        Answers as given; rows with missing answers are left out.
    options
        Which model, how many replicates, which seed.
    progress
        Told after each population.

    Returns
    -------
    CutoffsResult
        The sample's own indices beside the cut-offs of each level.

    Raises
    ------
    OptionError
        The model has no such cut-offs, or has no meaning for this instrument.
    EstimationError
        The model cannot be fitted to the sample, or its solution is not proper.

    References
    ----------
    McNeish & Wolf (2023), see the module.
    """
    _check_options(responses, options)
    rng = np.random.default_rng(options.seed)
    experiment = _continuous(responses, options, rng)
    wrong = misspecifications(experiment.model)
    progress(0, len(wrong) + 1, "right model")
    correct = experiment.simulate(experiment.model.correlations)
    levels = []
    for number, population in enumerate(wrong, start=1):
        progress(number, len(wrong) + 1, f"misspecification {number}")
        indices = experiment.simulate(population.correlations)
        levels.append(
            CutoffLevel(
                level=number,
                cross_loadings=population.cross_loadings,
                residual_correlations=population.residual_correlations,
                srmr=_cutoff(correct.srmr, indices.srmr),
                rmsea=_cutoff(correct.rmsea, indices.rmsea),
                cfi=_mirrored(_cutoff(-correct.cfi, -indices.cfi)),
                n_converged=len(indices.srmr),
            )
        )
    progress(len(wrong) + 1, len(wrong) + 1, "done")
    return CutoffsResult(
        model=options.model.name,
        estimator=options.estimator.value,
        n_persons=experiment.n_persons,
        replicates=options.replicates,
        seed=options.seed,
        n_converged=len(correct.srmr),
        observed=experiment.observed,
        levels=tuple(levels),
        method=METHOD,
        cautions=_cautions([len(correct.srmr), *(lv.n_converged for lv in levels)], options),
    )


def _check_options(responses: ResponseMatrix, options: CutoffOptions) -> None:
    if options.model.structure not in SIMPLE or options.model.method:
        names = ", ".join(structure.value for structure in SIMPLE)
        raise OptionError("model", f"cut-offs exist for {names}, without a method factor")
    check_rivals(responses.instrument, (options.model,))


def _continuous(
    responses: ResponseMatrix, options: CutoffOptions, rng: np.random.Generator
) -> _Experiment:
    """Fit by maximum likelihood; simulate normal answers."""
    columns = [item - 1 for item in responses.instrument.scored_items]
    answers = responses.recoded[responses.complete][:, columns]
    sample = complete_answers(answers, responses.instrument.scored_items)
    layout = layout_of(rival_model(responses.instrument, options.model))
    fitted = fit_ml(layout.model, (sample,), layout=layout)
    model = standardized_model(fitted)
    start = _standardized_start(fitted)
    n_persons = len(answers)

    def simulate(correlations: FloatArray) -> _Indices:
        draws = population_moments(
            correlations, n_persons=n_persons, replicates=options.replicates, rng=rng
        )
        return _normal_indices(layout, draws, start)

    return _Experiment(
        observed=_observed(fitted), model=model, n_persons=n_persons, simulate=simulate
    )


def standardized_model(fitted: Fitted) -> StandardizedModel:
    """Return a fitted model's standardized loadings and factor correlations, if it is proper.

    Raises
    ------
    EstimationError
        It did not converge, or a standardized loading or factor correlation is impossible.
    """
    state = fitted.states[0]
    loadings = state.loadings / np.sqrt(np.diagonal(state.covariance))[:, None]
    proper = (
        fitted.minimum.convergence.converged
        and bool((np.abs(loadings) < 1).all())
        and bool(np.linalg.eigvalsh(state.factor_covariance)[0] > 0)
    )
    if not proper:
        raise EstimationError(
            "cut-offs",
            "the model's solution on this sample is not proper, so nothing can be simulated from "
            "it; see the kind cfa for what is wrong",
        )
    model = fitted.layout.model
    return StandardizedModel(
        items=model.items,
        factors=model.factors,
        loadings=loadings,
        factor_correlations=state.factor_covariance,
    )


def _standardized_start(fitted: Fitted) -> FloatArray:
    """Return the parameter vector on the scale of standardized items, where replicates start."""
    scale = np.sqrt(np.diagonal(fitted.states[0].covariance))
    start = fitted.theta.copy()
    group = fitted.layout.groups[0]
    loadings, residuals = group.cells[Matrix.LOADINGS], group.cells[Matrix.RESIDUAL_COVARIANCES]
    start[loadings.positions] /= scale[loadings.rows]
    start[residuals.positions] /= scale[residuals.rows] * scale[residuals.columns]
    return start


def _observed(fitted: Fitted) -> FitValues:
    tests = fitted.tests
    return FitValues(
        srmr=fitted.srmr,
        rmsea=rmsea(tests.model, fitted.n_persons),
        cfi=cfi(tests.model, tests.baseline),
    )


def _normal_indices(layout: Layout, draws: ReplicateMoments, start: FloatArray) -> _Indices:
    """Fit the model to every replicate by maximum likelihood and compute its indices."""
    minima = fit_replicates(layout, (draws,), start)
    used = minima.converged
    covariances = draws.covariances[used]
    implied = state_at(layout.groups[0], minima.theta[used]).covariance
    n, p = draws.n_persons, covariances.shape[1]
    df = p * (p + 1) // 2 - layout.model.n_free
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    independence = n * (np.log(variances).sum(axis=1) - np.linalg.slogdet(covariances)[1])
    tests = [
        (
            Statistic(chi_square=2 * n * value, df=df),
            Statistic(chi_square=null, df=p * (p - 1) // 2),
        )
        for value, null in zip(minima.values[used], independence, strict=True)
    ]
    return _Indices(
        srmr=np.array([srmr(S, fit) for S, fit in zip(covariances, implied, strict=True)]),
        rmsea=np.array([rmsea(model, n) for model, _ in tests]),
        cfi=np.array([cfi(model, baseline) for model, baseline in tests]),
    )


def _cutoff(correct: FloatArray, misspecified: FloatArray) -> Cutoff:
    """Find where an index that is large for bad fit separates wrong from right models."""
    value = separation = None
    for share in SEPARATIONS:
        found = float(np.quantile(misspecified, 1 - share))
        if found >= np.quantile(correct, share):
            value, separation = found, share
            break
    return Cutoff(
        value=value,
        separation=separation,
        correct=float(np.median(correct)),
        misspecified=float(np.median(misspecified)),
    )


def _mirrored(cutoff: Cutoff) -> Cutoff:
    """Turn the cut-off of a negated index back."""
    return Cutoff(
        value=None if cutoff.value is None else -cutoff.value,
        separation=cutoff.separation,
        correct=-cutoff.correct,
        misspecified=-cutoff.misspecified,
    )


def _cautions(converged: list[int], options: CutoffOptions) -> tuple[str, ...]:
    cautions = ["details of the procedure are recalled, not verified against the published papers"]
    if min(converged) < FEW_CONVERGED * options.replicates:
        cautions.append(
            f"only {min(converged)} of {options.replicates} replicates converged in one population"
        )
    return tuple(cautions)
