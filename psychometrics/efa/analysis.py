"""The kind ``efa``: exploratory factors of the scored items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from psychometrics.clusters import membership
from psychometrics.efa.bootstrap import bootstrap_errors
from psychometrics.efa.congruence import matched, tucker
from psychometrics.efa.correlations import Factored, factored
from psychometrics.efa.extraction import (
    LOWEST_UNIQUENESS,
    Discrepancy,
    Factors,
    MaximumLikelihood,
    MinimumResiduals,
    extract,
)
from psychometrics.efa.fit import degrees_of_freedom, fit
from psychometrics.efa.options import EfaOptions, Extraction
from psychometrics.efa.results import BootstrapErrors, Congruence, EfaResult
from psychometrics.efa.rotation import Rotated
from psychometrics.efa.rotation_methods import Procedure, better_elsewhere, procedure
from psychometrics.efa.schmid_leiman import schmid_leiman
from psychometrics.errors import EstimationError, OptionError
from psychometrics.instrument import Instrument
from psychometrics.margin import MARGIN
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, IntArray, Progress

DISCREPANCIES: Mapping[Extraction, Discrepancy] = {
    Extraction.MINRES: MinimumResiduals(),
    Extraction.ML: MaximumLikelihood(),
}


def analyse(responses: ResponseMatrix, options: EfaOptions, *, progress: Progress) -> EfaResult:
    """Extract and rotate factors.

    Parameters
    ----------
    responses
        Answers as given; persons with every scored item answered are used.
    options
        What was chosen.
    progress
        Called after each step.

    Raises
    ------
    OptionError
        The items cannot identify so many factors, or a target has another number of them.
    EstimationError
        The answers have no correlation matrix; the message says why.
    """
    instrument = responses.instrument
    n_factors = _n_factors(instrument, options)
    turn = procedure(options.rotation, instrument, n_factors, normalize=options.normalize)
    progress(0, 3, "correlations")
    clusters = _clusters(responses, options)
    given = factored(responses, options.correlation)
    progress(1, 3, "extraction")
    if given.smoothed and options.extraction is Extraction.ML:
        raise EstimationError(
            "maximum likelihood",
            "the correlations are not positive definite; choose minres, or pearson correlations",
        )
    factors = extract(given.correlations, n_factors, DISCREPANCIES[options.extraction])
    progress(2, 3, "rotation")
    rotated = turn.rotate(factors.loadings[None])
    solution = _Solution(given=given, turn=turn, factors=factors, rotated=rotated)
    errors = _standard_errors(solution, options, clusters, progress)
    progress(3, 3, "done")
    return _result(solution, instrument, options, errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Solution:
    """What was factored, the rotation that was asked for, factors before it and after it."""

    given: Factored
    turn: Procedure
    factors: Factors
    rotated: Rotated


def _clusters(responses: ResponseMatrix, options: EfaOptions) -> IntArray | None:
    if options.cluster is None:
        return None
    if not options.bootstrap:
        raise OptionError("cluster", "has a meaning with bootstrap standard errors only")
    return membership(responses.rows(responses.complete), options.cluster).codes


def _standard_errors(
    solution: _Solution, options: EfaOptions, clusters: IntArray | None, progress: Progress
) -> BootstrapErrors | None:
    if not options.bootstrap:
        return None
    return bootstrap_errors(
        solution.given,
        correlation=options.correlation,
        discrepancy=DISCREPANCIES[options.extraction],
        rotate=solution.turn.rotate,
        uniquenesses=solution.factors.uniquenesses,
        loadings=solution.rotated.loadings[0],
        replicates=options.bootstrap,
        seed=options.seed,
        clusters=clusters,
        progress=progress,
    )


def _result(
    solution: _Solution,
    instrument: Instrument,
    options: EfaOptions,
    errors: BootstrapErrors | None,
) -> EfaResult:
    given, turn, factors = solution.given, solution.turn, solution.factors
    loadings, factor_correlations = solution.rotated[0]
    n_items, n_factors = loadings.shape
    structure = loadings @ factor_correlations
    common = structure @ loadings.T
    communalities = np.diag(common).copy()
    at_bound = factors.uniquenesses <= LOWEST_UNIQUENESS * (1 + 1e-9)
    heywood = at_bound | (communalities >= 1.0 - MARGIN)
    return EfaResult(
        n_persons=given.n_persons,
        n_factors=n_factors,
        extraction=options.extraction.value,
        rotation=options.rotation.value,
        normalize=turn.normalize,
        correlation=options.correlation.value,
        order=given.items,
        factors=turn.names,
        loadings=loadings,
        factor_correlations=factor_correlations,
        structure=structure,
        uniquenesses=1.0 - communalities,
        communalities=communalities,
        explained_variance=(loadings * structure).sum(axis=0) / n_items,
        correlations=given.correlations,
        fit=fit(
            given.correlations,
            common,
            n_factors=n_factors,
            n_persons=given.n_persons,
            artificial=given.smoothed or given.at_bound,
        ),
        congruence=_congruence(instrument, loadings, turn.names),
        schmid_leiman=(
            schmid_leiman(loadings, factor_correlations) if turn.oblique and n_factors > 1 else None
        ),
        standard_errors=errors,
        converged=bool(factors.converged),
        proper=not heywood.any(),
        cautions=(
            *given.cautions,
            *_cautions(solution, heywood),
            *better_elsewhere(turn, factors.loadings, solution.rotated),
        ),
    )


def _congruence(
    instrument: Instrument, loadings: FloatArray, names: tuple[str, ...]
) -> tuple[Congruence, ...] | None:
    scales = list(instrument)
    if len(scales) != loadings.shape[1]:
        return None
    items = instrument.scored_items
    key = np.array([[float(item in scale.items) for scale in scales] for item in items])
    congruences = tucker(loadings, key)
    return tuple(
        Congruence(
            subscale=scale.name,
            factor=names[row],
            congruence=float(congruences[row, column]),
        )
        for column, (scale, row) in enumerate(zip(scales, matched(congruences), strict=True))
    )


def _n_factors(instrument: Instrument, options: EfaOptions) -> int:
    n_items = len(instrument.scored_items)
    n_factors = options.n_factors
    if n_factors is None:
        most = max((m for m in range(1, n_items) if degrees_of_freedom(n_items, m) >= 0), default=1)
        n_factors = min(len(instrument.subscales), most)
    if n_factors >= n_items or degrees_of_freedom(n_items, n_factors) < 0:
        raise OptionError(
            "n_factors", f"{n_items} items cannot identify {n_factors} factor(s); ask for fewer"
        )
    return n_factors


def _cautions(solution: _Solution, heywood: BoolArray) -> list[str]:
    cautions = []
    if heywood.any():
        items = zip(solution.given.items, heywood, strict=True)
        named = ", ".join(str(item) for item, at in items if at)
        cautions.append(
            f"Improper solution (a Heywood case): the estimation of item(s) {named} stopped at the "
            f"lowest uniqueness it allows, {LOWEST_UNIQUENESS}, or the loadings leave it none (its "
            "communality is one or more); too many factors for these answers."
        )
    if not solution.factors.converged.all():
        cautions.append("The extraction did not converge: do not use these loadings.")
    if not solution.rotated.converged.all():
        cautions.append("The rotation did not converge: its criterion is flat here.")
    return cautions
