"""The kind ``dimensionality``: how many factors, by criteria that may disagree."""

from __future__ import annotations

import numpy as np

from psychometrics.efa.adequacy import sampling_adequacy, sphericity
from psychometrics.efa.correlations import Factored, correlate, factored
from psychometrics.efa.empirical_kaiser import empirical_kaiser
from psychometrics.efa.options import CorrelationType, DimensionalityOptions
from psychometrics.efa.parallel_analysis import (
    compare,
    component_eigenvalues,
    principal_axis_eigenvalues,
    random_correlations,
)
from psychometrics.efa.results import (
    DimensionalityResult,
    Parallel,
    RetentionSummary,
)
from psychometrics.efa.velicer_map import minimum_average_partial
from psychometrics.errors import EstimationError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, Progress

BATCH = 10
RANDOM_DATA = {
    CorrelationType.PEARSON: "uncorrelated normal items",
    CorrelationType.POLYCHORIC: "each item's own answers in random order",
}


def analyse(
    responses: ResponseMatrix, options: DimensionalityOptions, *, progress: Progress
) -> DimensionalityResult:
    """Ask several criteria for the number of factors.

    Parameters
    ----------
    responses
        Answers as given; persons with every scored item answered are used.
    options
        What was chosen.
    progress
        Called after each batch of random samples.

    Raises
    ------
    EstimationError
        The answers have no correlation matrix; the message says why.
    """
    given = factored(responses, options.correlation)
    _check_size(given)
    eigenvalues = component_eigenvalues(given.correlations)
    adequacy = sampling_adequacy(given.correlations)
    parallel = _parallel(given, options, progress)
    partial = minimum_average_partial(given.correlations)
    kaiser = empirical_kaiser(eigenvalues, given.n_persons)
    summary = _summary(
        {
            "parallel": parallel.n_factors,
            "parallel_principal_axis": parallel.principal_axis.n_factors,
            "map": partial.n_factors,
            "empirical_kaiser": kaiser.n_factors,
        }
    )
    return DimensionalityResult(
        n_persons=given.n_persons,
        order=given.items,
        correlation=options.correlation.value,
        correlations=given.correlations,
        kmo=adequacy.overall,
        kmo_items=adequacy.items,
        bartlett=sphericity(given.correlations, given.n_persons),
        eigenvalues=eigenvalues,
        parallel=parallel,
        map=partial,
        empirical_kaiser=kaiser,
        summary=summary,
        cautions=given.cautions + _left_out(parallel) + _disagreement(summary),
    )


def _check_size(given: Factored) -> None:
    """Refuse as few persons as items: each correlation matrix, random ones too, is singular."""
    if given.n_persons <= len(given.items):
        raise EstimationError(
            "dimensionality",
            f"{given.n_persons} persons answered every item; with {len(given.items)} items the "
            "correlation matrix is singular, and more persons than items are needed",
        )
    if given.smoothed or given.at_bound:
        raise EstimationError(
            "dimensionality",
            "the correlation matrix is not positive definite, or one of its elements runs to ±1: "
            "some item follows from the others, or there are too few persons for polychoric "
            "correlations; leave items out, choose pearson correlations, or collect more answers",
        )


def _parallel(given: Factored, options: DimensionalityOptions, progress: Progress) -> Parallel:
    random = _random_correlations(given, options, progress)
    components = compare(
        component_eigenvalues(given.correlations), component_eigenvalues(random), options.quantile
    )
    return Parallel(
        n_factors=components.n_factors,
        eigenvalues=components.eigenvalues,
        quantile_eigenvalues=components.quantile_eigenvalues,
        principal_axis=compare(
            principal_axis_eigenvalues(given.correlations),
            principal_axis_eigenvalues(random),
            options.quantile,
        ),
        quantile=options.quantile,
        seed=options.seed,
        replicates=options.replicates,
        used=len(random),
        random_data=RANDOM_DATA[options.correlation],
    )


def _random_correlations(
    given: Factored, options: DimensionalityOptions, progress: Progress
) -> FloatArray:
    rng = np.random.default_rng(options.seed)
    if options.correlation is CorrelationType.PEARSON:
        progress(0, options.replicates, "parallel analysis")
        found = random_correlations(given.n_persons, len(given.items), options.replicates, rng)
        progress(options.replicates, options.replicates, "parallel analysis")
        return found
    batches = []
    for done in range(0, options.replicates, BATCH):
        progress(done, options.replicates, "parallel analysis")
        size = min(BATCH, options.replicates - done)
        shuffled = rng.permuted(np.tile(given.answers, (size, 1, 1)), axis=1)
        batches.append(correlate(shuffled, given.items, options.correlation))
    progress(options.replicates, options.replicates, "parallel analysis")
    return _positive_definite(np.concatenate(batches))


def _positive_definite(correlations: FloatArray) -> FloatArray:
    usable = np.linalg.eigvalsh(correlations)[:, 0] > 1e-10
    if not usable.any():
        raise EstimationError(
            "parallel analysis",
            "random samples of this size have no positive definite polychoric correlations; "
            "choose pearson correlations, or collect more answers",
        )
    return np.asarray(correlations[usable])


def _summary(n_factors: dict[str, int]) -> RetentionSummary:
    answers = n_factors.values()
    return RetentionSummary(
        n_factors=n_factors,
        agree=len(set(answers)) == 1,
        lowest=min(answers),
        highest=max(answers),
    )


def _left_out(parallel: Parallel) -> tuple[str, ...]:
    dropped = parallel.replicates - parallel.used
    if not dropped:
        return ()
    said = f"{dropped} of {parallel.replicates} random samples had no positive definite polychoric "
    return (said + "correlations and were left out of the parallel analysis.",)


def _disagreement(summary: RetentionSummary) -> tuple[str, ...]:
    if summary.agree:
        return ()
    said = ", ".join(f"{name} {count}" for name, count in summary.n_factors.items())
    fewest = max(summary.lowest, 1)
    return (f"The criteria disagree ({said}): compare {fewest} to {summary.highest} factors.",)
