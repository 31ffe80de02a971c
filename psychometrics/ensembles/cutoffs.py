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

from psychometrics.cfa.complete import complete_answers
from psychometrics.cfa.fit import Statistic, cfi, rmsea, srmr
from psychometrics.cfa.fitted import Fitted
from psychometrics.cfa.implied import state_at
from psychometrics.cfa.layout import Layout, layout_of
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.model import Matrix
from psychometrics.cfa.options import Estimator, Structure
from psychometrics.cfa.rivals import check_rivals, rival_model
from psychometrics.cfa.wlsmv import fit_ordered
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.ensembles.draws import population_moments
from psychometrics.ensembles.misspecification import StandardizedModel, misspecifications
from psychometrics.ensembles.normal import ReplicateMoments, fit_replicates
from psychometrics.ensembles.options import CutoffOptions
from psychometrics.ensembles.ordinal import (
    OrdinalReplicates,
    correlation_layout,
    fit_ordinal_replicates,
    implied_correlations,
    in_chunks,
    scaled_statistics,
)
from psychometrics.ensembles.results import Cutoff, CutoffLevel, CutoffResult, FitValues
from psychometrics.errors import EstimationError, OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, IntArray, Progress, no_progress

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
    cautions: tuple[str, ...] = ()


def analyse(
    responses: ResponseMatrix, options: CutoffOptions, *, progress: Progress = no_progress
) -> CutoffResult:
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
    CutoffResult
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
    prepare = _ordinal if options.estimator is Estimator.WLSMV else _continuous
    experiment = prepare(responses, options, rng)
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
    return CutoffResult(
        model=options.model.name,
        estimator=options.estimator.value,
        n_persons=experiment.n_persons,
        replicates=options.replicates,
        seed=options.seed,
        n_converged=len(correct.srmr),
        observed=experiment.observed,
        levels=tuple(levels),
        method=METHOD,
        cautions=experiment.cautions
        + _cautions([len(correct.srmr), *(level.n_converged for level in levels)], options),
    )


def _check_options(responses: ResponseMatrix, options: CutoffOptions) -> None:
    if options.model.structure not in SIMPLE or options.model.method:
        names = ", ".join(structure.value for structure in SIMPLE)
        raise OptionError("model", f"cut-offs exist for {names}, without a method factor")
    if options.estimator not in (Estimator.ML, Estimator.WLSMV):
        raise OptionError("estimator", "cut-offs are simulated under ML or WLSMV")
    check_rivals(responses.instrument, (options.model,))


def _continuous(
    responses: ResponseMatrix, options: CutoffOptions, rng: np.random.Generator
) -> _Experiment:
    """Fit by maximum likelihood; simulate normal answers."""
    answers = responses.scored[responses.complete]
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


def _ordinal(
    responses: ResponseMatrix, options: CutoffOptions, rng: np.random.Generator
) -> _Experiment:
    """Fit by WLSMV; simulate normal propensities and cut them at the sample's thresholds."""
    items = responses.instrument.scored_items
    moments = ordinal_moments(responses.scored, items=items)
    structure = rival_model(responses.instrument, options.model)
    counts = moments.n_thresholds
    fitted = fit_ordered(structure, moments)
    layout = correlation_layout(structure)
    labels = fitted.layout.model.labels
    start = fitted.theta[[labels.index(label) for label in layout.model.labels]]
    cuts = np.full((len(items), max(counts)), np.inf)
    for row, thresholds in zip(cuts, moments.thresholds, strict=True):
        row[: thresholds.size] = thresholds

    def simulate(correlations: FloatArray) -> _Indices:
        root = np.linalg.cholesky(correlations)

        def draw(number: int) -> IntArray:
            normal = rng.standard_normal((number, moments.n_persons, len(items))) @ root.T
            return np.asarray((normal[..., None] > cuts).sum(axis=-1))

        parts = in_chunks(
            draw,
            max(counts) + 1,
            replicates=options.replicates,
            n_persons=moments.n_persons,
            n_items=len(items),
        )
        return _joined([_ordinal_indices(layout, part, start) for part in parts])

    return _Experiment(
        observed=_observed(fitted),
        model=standardized_model(fitted),
        n_persons=moments.n_persons,
        simulate=simulate,
        cautions=moments.cautions,
    )


def standardized_model(fitted: Fitted) -> StandardizedModel:
    """Return a fitted model's standardized loadings and factor correlations, if it is proper.

    Raises
    ------
    EstimationError
        It did not converge, or a standardized loading or factor correlation is impossible.
    """
    state = fitted.states[0]
    loadings = state.loadings
    if fitted.layout.model.parameterization is None:  # under delta, loadings are standardized
        loadings = loadings / np.sqrt(np.diagonal(state.covariance))[:, None]
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
    """Return the indices of the sample itself, scaled ones under WLSMV."""
    tests, model, baseline = fitted.tests, fitted.tests.model, fitted.tests.baseline
    persons = fitted.n_persons
    if tests.scaled_model is not None and tests.scaled_baseline is not None:
        model, baseline = tests.scaled_model.statistic, tests.scaled_baseline.statistic
        persons -= 1
    return FitValues(srmr=fitted.srmr, rmsea=rmsea(model, persons), cfi=cfi(model, baseline))


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


def _ordinal_indices(layout: Layout, replicates: OrdinalReplicates, start: FloatArray) -> _Indices:
    """Fit the model to every replicate by WLSMV and compute its scaled indices."""
    minima = fit_ordinal_replicates(layout, replicates, start)
    used = minima.converged
    residuals = replicates.correlations[used] - implied_correlations(layout, minima.theta[used])
    tests = scaled_statistics(layout, replicates, minima)
    pairs = list(zip(tests.model, tests.baseline, strict=True))
    return _Indices(
        srmr=np.sqrt((residuals**2).mean(axis=1)),
        rmsea=np.array([rmsea(model, replicates.n_persons - 1) for model, _ in pairs]),
        cfi=np.array([cfi(model, baseline) for model, baseline in pairs]),
    )


def _joined(parts: list[_Indices]) -> _Indices:
    return _Indices(
        srmr=np.concatenate([part.srmr for part in parts]),
        rmsea=np.concatenate([part.rmsea for part in parts]),
        cfi=np.concatenate([part.cfi for part in parts]),
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
