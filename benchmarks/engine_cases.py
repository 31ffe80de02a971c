"""The engine's side: times each case and prints one line of JSON for it."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.samples import read_answers
from psychometrics.cfa.analysis import analyse as confirm
from psychometrics.cfa.competing_models import rival_model, with_intercepts
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.options import CfaOptions, Estimator, Rival, Structure
from psychometrics.cfa.reporting import fit_indices, information_criteria
from psychometrics.cfa.saturated_model import incomplete_answers
from psychometrics.cfa.wlsmv import fit_ordered
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import ordinal_moments, polychoric_correlations
from psychometrics.efa.analysis import analyse as explore
from psychometrics.efa.dimensionality import analyse as dimensionality
from psychometrics.efa.options import CorrelationType, DimensionalityOptions, EfaOptions
from psychometrics.instrument import Instrument
from psychometrics.invariance.analysis import analyse as invariance
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.reliability.analysis import analyse as reliability
from psychometrics.reliability.multidimensional_omega import several_factors
from psychometrics.reliability.omega import fit_scale, omega, one_factor_model
from psychometrics.reliability.options import ReliabilityOptions
from psychometrics.reliability.scale_reliability import sample_of
from psychometrics.responses import ResponseMatrix
from psychometrics.simulation.bootstrap import (
    Bootstrap,
    bootstrap,
    bootstrap_ordinal,
    parameters_of,
)
from psychometrics.simulation.draws import bootstrap_moments
from psychometrics.simulation.ordinal import correlation_layout
from psychometrics.types import FloatArray, no_progress
from service.catalog.catalog import find_definition

RUNS = 7
SLOW = 2_000.0
"""A case slower than this (CPU milliseconds) is timed once more instead of `RUNS` times."""


THREE = Rival(structure=Structure.CORRELATED_FACTORS)
WAI_SR = find_definition("wai-sr-client").instrument
WAI_36 = find_definition("wai-36-client").instrument


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One task on one file; ``name`` is the same on both sides."""

    name: str
    sample: str
    run: Callable[[], object]


def cases(folder: Path, size: str) -> Iterator[Case]:
    """List what is timed at one sample size."""
    complete = read_answers(folder / f"wai_{size}.csv")
    holes = read_answers(folder / f"wai_{size}_mis.csv")
    sample = f"12x5x{size}"

    def case(name: str, run: Callable[[], object]) -> Case:
        return Case(name=name, sample=sample, run=run)

    yield case("polychorics", lambda: polychoric_correlations(complete))
    yield case("polychorics with NACOV", lambda: ordinal_moments(complete))
    yield case(
        "polychorics with NACOV, pairwise",
        lambda: ordinal_moments(holes, missing=MissingPolicy.PAIRWISE),
    )
    whole = ResponseMatrix(instrument=WAI_SR, answers=complete)

    yield case("ML with fit", lambda: measured(by_likelihood(complete)))
    yield case("MLR with fit", lambda: measured(by_likelihood(complete, robust=True)))
    yield case("FIML MLR with fit", lambda: measured(by_incomplete_likelihood(holes)))
    yield case("WLSMV with fit", lambda: measured(by_least_squares(complete)))
    yield case(
        "WLSMV pairwise with fit",
        lambda: measured(by_least_squares(holes, missing=MissingPolicy.PAIRWISE)),
    )
    for estimator in (Estimator.ML, Estimator.WLSMV):
        options = CfaOptions(models=(THREE,), estimator=estimator)
        yield case(f"kind cfa, {estimator.value}", lambda options=options: confirm(whole, options))
    yield case("bootstrap 200 x ML", lambda: bootstrapped(complete))
    yield case("bootstrap 50 x WLSMV", lambda: bootstrapped_ordinal(complete))
    pearson, polychoric = CorrelationType.PEARSON, CorrelationType.POLYCHORIC
    parallel = "parallel analysis, {} {}"
    yield case(parallel.format(100, "Pearson"), lambda: dimensions(whole, pearson, replicates=100))
    yield case(
        parallel.format(20, "polychoric"), lambda: dimensions(whole, polychoric, replicates=20)
    )
    yield case(
        "three factors, minres oblimin",
        lambda: explore(whole, EfaOptions(correlation=pearson), progress=no_progress),
    )
    yield case("omega, one factor", lambda: one_omega(whole))
    yield case("omega, total and hierarchical", lambda: omegas(whole))
    yield case(
        "kind reliability", lambda: reliability(whole, ReliabilityOptions(), progress=no_progress)
    )
    grouped = in_halves(whole)
    for estimator in (Estimator.MLR, Estimator.WLSMV):
        chosen = InvarianceOptions(group="group", estimator=estimator)
        yield case(
            f"kind invariance, {estimator.value}",
            lambda chosen=chosen: invariance(grouped, chosen, progress=no_progress),
        )


def one_omega(responses: ResponseMatrix) -> object:
    """Compute omega of all items with what its interval needs, from the one-factor model."""
    items = responses.instrument.scored_items
    return omega(fit_scale(one_factor_model(items), responses.recoded))


def omegas(responses: ResponseMatrix) -> object:
    """Compute total and hierarchical omega with their intervals, from two factor models."""
    instrument = responses.instrument
    sample = sample_of(instrument.scored_items, responses.recoded, None, 0.95)
    return several_factors(instrument, sample)


def in_halves(responses: ResponseMatrix) -> ResponseMatrix:
    """Give the answers a column of two groups: the first half and the second."""
    group = np.arange(responses.n_persons) >= responses.n_persons / 2
    return ResponseMatrix(
        instrument=responses.instrument,
        answers=responses.answers,
        columns={"group": group.astype(np.float64)},
    )


def by_likelihood(answers: FloatArray, *, robust: bool = False) -> Fitted:
    """Fit the three factors to complete answers."""
    sample = complete_answers(answers, WAI_SR.scored_items)
    return fit_ml(rival_model(WAI_SR, THREE), (sample,), robust=robust)


def by_incomplete_likelihood(answers: FloatArray) -> Fitted:
    """Fit the three factors to incomplete answers, with robust errors."""
    sample = incomplete_answers(answers, WAI_SR.scored_items)
    return fit_fiml(with_intercepts(rival_model(WAI_SR, THREE)), (sample,), robust=True)


def by_least_squares(
    answers: FloatArray,
    *,
    instrument: Instrument = WAI_SR,
    missing: MissingPolicy = MissingPolicy.LISTWISE,
) -> Fitted:
    """Fit the three factors to ordered answers, polychorics and all."""
    moments = ordinal_moments(answers, missing=missing)
    return fit_ordered(rival_model(instrument, THREE), moments)


def measured(fitted: Fitted) -> list[object]:
    """Compute what lavaan's ``fitMeasures`` does beside estimates and errors."""
    tests = fitted.tests
    found: list[object] = [
        fitted.standard_errors,
        information_criteria(fitted),
        fit_indices(fitted, tests.model, tests.baseline),
    ]
    if tests.scaled_model is not None and tests.scaled_baseline is not None:
        model, baseline = tests.scaled_model.statistic, tests.scaled_baseline.statistic
        found.append(fit_indices(fitted, model, baseline, rmsea_from=tests.scaled_rmsea))
    if tests.robust_model is not None and tests.robust_baseline is not None:
        found.append(fit_indices(fitted, tests.robust_model, tests.robust_baseline))
    return found


def bootstrapped(answers: FloatArray) -> Bootstrap:
    """Fit the model to the sample, then to 200 bootstrap samples."""
    fitted = by_likelihood(answers)
    draws = bootstrap_moments(answers, replicates=200, rng=np.random.default_rng(1))
    return bootstrap(draws, parameters_of(fitted.layout, fitted.theta))


def bootstrapped_ordinal(answers: FloatArray) -> Bootstrap:
    """Fit the model to the sample by WLSMV, then to 50 bootstrap samples."""
    model = rival_model(WAI_SR, THREE)
    fitted = by_least_squares(answers)
    labels = fitted.layout.model.labels
    start = fitted.theta[[labels.index(label) for label in correlation_layout(model).model.labels]]
    rng = np.random.default_rng(1)
    return bootstrap_ordinal(model, answers, start=start, replicates=50, rng=rng)


def dimensions(
    responses: ResponseMatrix, correlation: CorrelationType, *, replicates: int
) -> object:
    """Run the whole kind ``dimensionality``, of which parallel analysis is a part."""
    options = DimensionalityOptions(correlation=correlation, replicates=replicates)
    return dimensionality(responses, options, progress=no_progress)


def large_cases(folder: Path) -> Iterator[Case]:
    """List what is timed on the 36-item form."""
    answers = read_answers(folder / "wai36_2000.csv")
    yield Case(
        name="polychorics with NACOV", sample="36x7x2000", run=lambda: ordinal_moments(answers)
    )
    yield Case(
        name="WLSMV with fit",
        sample="36x7x2000",
        run=lambda: measured(by_least_squares(answers, instrument=WAI_36)),
    )


def measure(case: Case) -> dict[str, object]:
    """Time a case: the median CPU time after one warm-up."""
    first = _cpu_ms(case.run)
    times = [_cpu_ms(case.run) for _ in range(1 if first > SLOW else RUNS)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "case": case.name,
        "sample": case.sample,
        "cpu_ms": statistics.median(times),
        "peak_mib": peak,
    }


def _cpu_ms(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1000


def main(folder: Path, sizes: list[str]) -> None:
    np.seterr(all="raise", under="ignore")
    listed = [case for size in sizes for case in cases(folder, size)]
    # the large form first, because the peak of memory never falls
    for case in [*large_cases(folder), *listed]:
        print(json.dumps(measure(case)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
