"""The kind ``efa``: exploratory factors of the scored items."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from psychometrics.efa.correlations import Factored, factored
from psychometrics.efa.criteria import Geomin, Quartimin, Varimax
from psychometrics.efa.extraction import (
    LOWEST_UNIQUENESS,
    Discrepancy,
    MaximumLikelihood,
    MinimumResiduals,
    extract,
)
from psychometrics.efa.fit import degrees_of_freedom, fit
from psychometrics.efa.options import EfaOptions, Extraction, Rotation
from psychometrics.efa.results import EfaResult
from psychometrics.efa.rotation import (
    Rotated,
    promax,
    rotate_obliquely,
    rotate_orthogonally,
    unrotated,
)
from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, Progress

DISCREPANCIES: Mapping[Extraction, Discrepancy] = {
    Extraction.MINRES: MinimumResiduals(),
    Extraction.ML: MaximumLikelihood(),
}
ROTATIONS: Mapping[Rotation, Callable[[FloatArray], Rotated]] = {
    Rotation.OBLIMIN: lambda loadings: rotate_obliquely(loadings, Quartimin()),
    Rotation.GEOMIN: lambda loadings: rotate_obliquely(loadings, Geomin()),
    Rotation.VARIMAX: lambda loadings: rotate_orthogonally(loadings, Varimax()),
    Rotation.PROMAX: promax,
    Rotation.NONE: unrotated,
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
        The items cannot identify so many factors.
    EstimationError
        The answers have no correlation matrix; the message says why.
    """
    n_factors = _n_factors(responses.instrument, options)
    progress(0, 3, "correlations")
    given = factored(responses, options.correlation)
    progress(1, 3, "extraction")
    factors = extract(given.correlations, n_factors, DISCREPANCIES[options.extraction])
    progress(2, 3, "rotation")
    rotate = ROTATIONS[options.rotation] if n_factors > 1 else unrotated
    rotated = rotate(factors.loadings[None]).by_variance()
    progress(3, 3, "done")
    heywood = factors.uniquenesses <= LOWEST_UNIQUENESS * (1 + 1e-9)
    return _result(given, options, rotated, heywood, bool(factors.converged))


def _result(
    given: Factored,
    options: EfaOptions,
    rotated: Rotated,
    heywood: BoolArray,
    converged: bool,  # noqa: FBT001  # a value, no switch
) -> EfaResult:
    loadings, factor_correlations = rotated[0]
    n_items, n_factors = loadings.shape
    structure = loadings @ factor_correlations
    common = structure @ loadings.T
    communalities = np.diag(common).copy()
    return EfaResult(
        n_persons=given.n_persons,
        n_factors=n_factors,
        extraction=options.extraction.value,
        rotation=options.rotation.value,
        correlation=options.correlation.value,
        order=given.items,
        loadings=loadings,
        factor_correlations=factor_correlations,
        structure=structure,
        uniquenesses=1.0 - communalities,
        communalities=communalities,
        explained_variance=(loadings * structure).sum(axis=0) / n_items,
        correlations=given.correlations,
        fit=fit(given.correlations, common, n_factors=n_factors, n_persons=given.n_persons),
        converged=converged,
        proper=not heywood.any(),
        cautions=given.cautions
        + _cautions(given.items, heywood, converged, bool(rotated.converged.all())),
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


def _cautions(
    items: tuple[int, ...],
    heywood: BoolArray,
    extracted: bool,  # noqa: FBT001  # a value, no switch
    rotated: bool,  # noqa: FBT001  # a value, no switch
) -> tuple[str, ...]:
    cautions = []
    if heywood.any():
        named = ", ".join(str(item) for item, at in zip(items, heywood, strict=True) if at)
        cautions.append(
            f"Improper solution: the uniqueness of item(s) {named} stopped at its lower bound "
            f"{LOWEST_UNIQUENESS} (a Heywood case); too many factors for these answers."
        )
    if not extracted:
        cautions.append("The extraction did not converge: do not use these loadings.")
    if not rotated:
        cautions.append("The rotation did not converge: its criterion is flat here.")
    return tuple(cautions)
