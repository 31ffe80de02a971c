"""The smallest sample that a factor model needs, by simulation."""

from __future__ import annotations

from psychometrics.errors import EstimationError
from psychometrics.responses import ResponseMatrix
from psychometrics.sample_size.options import Simulation, Truth
from psychometrics.sample_size.populations import fitted, model_of, supposed
from psychometrics.sample_size.replicates import evaluate, targets
from psychometrics.sample_size.results import SimulationResult, SizeResult
from psychometrics.simulate import Population
from psychometrics.types import Progress

FITTED_TRUTH = (
    "The model of one factor for each subscale as fitted to these answers, with their thresholds."
)
NONE_ENOUGH = "no size that was tried meets every target"


def simulate(
    persons: ResponseMatrix, simulation: Simulation, *, progress: Progress
) -> SimulationResult:
    """Try sample sizes in ascending order until one meets every target.

    Parameters
    ----------
    persons
        One row for each person.
    simulation
        What was chosen.
    progress
        Told before each size.
    """
    instrument = persons.instrument
    reason: str | None = None
    tried: tuple[SizeResult, ...] = ()
    try:
        tried = _tried(_population(persons, simulation), simulation, progress)
    except EstimationError as error:
        reason = f"{error.step}: {error.reason}"
    required = tried[-1].n_persons if tried and not tried[-1].shortfalls else None
    n_complete = int(persons.complete.sum())
    return SimulationResult(
        truth=_described(simulation),
        replicates=simulation.replicates,
        seed=simulation.seed,
        sizes=tried,
        required=required,
        more=None if required is None else max(0, required - n_complete),
        targets=targets(simulation, several_factors=len(instrument.subscales) > 1),
        reason=reason or (NONE_ENOUGH if required is None else None),
    )


def _tried(truth: Population, simulation: Simulation, progress: Progress) -> tuple[SizeResult, ...]:
    model = model_of(truth.instrument)
    found: list[SizeResult] = []
    for place, size in enumerate(simulation.sizes):
        progress(place, len(simulation.sizes), f"samples of {size}")
        found.append(evaluate(truth, model, n_persons=size, simulation=simulation))
        if not found[-1].shortfalls:
            break
    return tuple(found)


def _population(persons: ResponseMatrix, simulation: Simulation) -> Population:
    if simulation.truth is Truth.FITTED:
        return fitted(persons)
    return supposed(persons.instrument, simulation)


def _described(simulation: Simulation) -> str:
    if simulation.truth is Truth.FITTED:
        return FITTED_TRUTH
    return (
        f"Supposed: every loading {simulation.loading:g}, factor correlations "
        f"{simulation.factor_correlation:g}, thresholds {simulation.ceiling:g} standard deviations "
        "below their even spacing."
    )
