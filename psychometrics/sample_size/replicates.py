"""Samples from a population, the model fitted to each, and what that says of a sample size.

Notes
-----
Each sample is fitted by WLSMV with one factor for each subscale. A sample counts as usable when its
solution converges and is proper; one that cannot be fitted at all (an item without variation) is
not usable. Over the usable samples, averaged over the R loadings,

    loading bias = mean_r (λ̄_r − λ_r) / mean_r |λ_r|,
    standard error bias = mean_r (mean SE_r − SD_r) / SD_r,
    coverage = share of intervals λ̂ ± 1.96 SE that hold λ.

The bounds for bias (10%) and coverage (.91 to .98) are Muthén & Muthén's, recalled, not verified;
those for usable samples, precision and separation are chosen here or by the caller.

References
----------
Muthén, L. K., & Muthén, B. O. (2002). How to use a Monte Carlo study to decide on sample size and
determine power. Structural Equation Modeling, 9, 599–620. doi:10.1207/S15328007SEM0904_8
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.cfa.admissibility import improprieties
from psychometrics.cfa.competing_models import with_lone_items
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix, Model
from psychometrics.cfa.wlsmv import fit_ordered
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.errors import EstimationError
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.options import Simulation
from psychometrics.sample_size.populations import factor_signs
from psychometrics.sample_size.results import SizeResult
from psychometrics.simulate import Population, draw
from psychometrics.types import FloatArray

USABLE = 0.95
LARGEST_BIAS = 0.10
COVERAGE = (0.91, 0.98)
FEWEST_USABLE = 10
_QUANTILE = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicate:
    """Estimates of one usable sample.

    Attributes
    ----------
    loadings, loading_errors
        In the order of the scored items whose loading is estimated, shape (n_items,).
    correlations, correlation_errors
        Of each pair of factors, shape (n_pairs,).
    """

    loadings: FloatArray
    loading_errors: FloatArray
    correlations: FloatArray
    correlation_errors: FloatArray


def targets(simulation: Simulation, *, several_factors: bool) -> dict[str, str]:
    """Say what a size must reach, by the names that shortfalls use."""
    found = {
        "usable": f"At least {USABLE:.0%} of samples converge to a proper solution (chosen).",
        "loading_bias": f"Loadings are biased by at most {LARGEST_BIAS:.0%} (recalled).",
        "standard_error_bias": (
            f"Standard errors of loadings are biased by at most {LARGEST_BIAS:.0%} (recalled)."
        ),
        "coverage": (
            f"Their 95% intervals hold the truth in {COVERAGE[0]:.0%} to {COVERAGE[1]:.0%} of "
            "samples (recalled)."
        ),
        "largest_standard_error": (
            f"No loading has a standard error above {simulation.standard_error:g} (as asked)."
        ),
    }
    if several_factors:
        found["separation"] = (
            f"In at least {simulation.power:.0%} of samples every factor correlation's upper 95% "
            "limit lies below 1 (as asked)."
        )
    return found


def evaluate(
    truth: Population, model: Model, *, n_persons: int, simulation: Simulation
) -> SizeResult:
    """Draw samples of one size, fit each, and hold the outcome against the targets.

    Parameters
    ----------
    truth
        The population.
    model
        One factor for each subscale, for continuous answers.
    n_persons
        Size of each sample.
    simulation
        Replicates, seed and targets. The random numbers depend on the seed and the size alone.

    Raises
    ------
    EstimationError
        Every subscale is of one item, so that no loading is estimated.
    """
    estimated = _estimated_items(model)
    if not estimated:
        raise EstimationError("simulation", "every subscale has one item: no loading is estimated")
    true = truth.loadings[np.asarray(truth.instrument.scored_items)[estimated] - 1]
    rng = np.random.default_rng([simulation.seed, n_persons])
    drawn = [_replicate(truth, model, n_persons, rng) for _ in range(simulation.replicates)]
    usable = [one for one in drawn if one is not None]
    share = len(usable) / simulation.replicates
    if len(usable) < FEWEST_USABLE:
        return SizeResult(
            n_persons=n_persons,
            usable=share,
            loading_bias=None,
            standard_error_bias=None,
            coverage=None,
            largest_standard_error=None,
            separation=None,
            shortfalls=("usable",),
        )
    return _summary(true, usable, n_persons=n_persons, share=share, simulation=simulation)


def _estimated_items(model: Model) -> list[int]:
    """Return the rows whose loading is free; that of a subscale's only item is not."""
    rows = with_lone_items(model).rows(Matrix.LOADINGS)
    return sorted(row.row for row in rows if row.free)


def _summary(
    true: FloatArray,
    usable: Sequence[Replicate],
    *,
    n_persons: int,
    share: float,
    simulation: Simulation,
) -> SizeResult:
    loadings = np.stack([one.loadings for one in usable])
    errors = np.stack([one.loading_errors for one in usable])
    spread = loadings.std(axis=0, ddof=1)
    measures = {
        "usable": share,
        "loading_bias": float((loadings.mean(axis=0) - true).mean() / np.abs(true).mean()),
        "standard_error_bias": float(((errors.mean(axis=0) - spread) / spread).mean()),
        "coverage": float((np.abs(loadings - true) <= _QUANTILE * errors).mean()),
        "largest_standard_error": float(errors.mean(axis=0).max()),
    }
    separation = _separation(usable)
    return SizeResult(
        n_persons=n_persons,
        separation=separation,
        shortfalls=_shortfalls(measures, separation, simulation),
        **measures,
    )


def _separation(usable: Sequence[Replicate]) -> float | None:
    correlations = np.stack([one.correlations for one in usable])
    if correlations.shape[1] == 0:
        return None
    errors = np.stack([one.correlation_errors for one in usable])
    return float((correlations + _QUANTILE * errors < 1.0).all(axis=1).mean())


def _shortfalls(
    measures: dict[str, float], separation: float | None, simulation: Simulation
) -> tuple[str, ...]:
    missed = {
        "usable": measures["usable"] < USABLE,
        "loading_bias": abs(measures["loading_bias"]) > LARGEST_BIAS,
        "standard_error_bias": abs(measures["standard_error_bias"]) > LARGEST_BIAS,
        "coverage": not COVERAGE[0] <= measures["coverage"] <= COVERAGE[1],
        "largest_standard_error": measures["largest_standard_error"] > simulation.standard_error,
        "separation": separation is not None and separation < simulation.power,
    }
    return tuple(name for name, short in missed.items() if short)


def _replicate(
    truth: Population, model: Model, n_persons: int, rng: np.random.Generator
) -> Replicate | None:
    """Draw and fit one sample; ``None`` if it is not usable."""
    instrument = truth.instrument
    answers = draw(truth, n_persons=n_persons, rng=rng).answers
    scored = ResponseMatrix(instrument=instrument, answers=answers).scored
    try:
        found = fit_ordered(model, ordinal_moments(scored, items=instrument.scored_items))
    except EstimationError:
        return None
    return None if improprieties(found) else _estimates(found)


def _estimates(found: Fitted) -> Replicate:
    """Order loadings by item; a fitted factor's sign is turned so that its loadings sum up."""
    state, errors = found.states[0], found.standard_errors
    cells = found.layout.groups[0].cells
    loading, pair = cells[Matrix.LOADINGS], cells[Matrix.FACTOR_COVARIANCES]
    signs = factor_signs(found)
    order = np.argsort(loading.rows)
    rows, columns = loading.rows[order], loading.columns[order]
    turned = signs[pair.rows] * signs[pair.columns]
    return Replicate(
        loadings=state.loadings[rows, columns] * signs[columns],
        loading_errors=errors[loading.positions[order]],
        correlations=state.factor_covariance[pair.rows, pair.columns] * turned,
        correlation_errors=errors[pair.positions],
    )
