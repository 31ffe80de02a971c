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
from psychometrics.cfa.layout import layout_of
from psychometrics.cfa.ml import complete_answers, fit_ml
from psychometrics.cfa.options import CfaOptions, Estimator, Missing, Rival, Structure
from psychometrics.cfa.rivals import rival_model
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import ordinal_moments, polychoric_correlations
from psychometrics.ensembles.bootstrap import Bootstrap, bootstrap, parameters_of
from psychometrics.ensembles.draws import bootstrap_moments
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray
from service.catalog.catalog import find_definition

RUNS = 7
SLOW = 2_000.0
"""A case slower than this (CPU milliseconds) is timed once more instead of `RUNS` times."""


THREE = Rival(structure=Structure.THREE_FACTOR)
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
    partial = ResponseMatrix(instrument=WAI_SR, answers=holes)

    def fit(name: str, responses: ResponseMatrix, estimator: Estimator, missing: Missing) -> Case:
        options = CfaOptions(models=(THREE,), estimator=estimator, missing=missing)
        return case(f"three factors, {name}", lambda: confirm(responses, options))

    yield fit("ML", whole, Estimator.ML, Missing.LISTWISE)
    yield fit("MLR", whole, Estimator.MLR, Missing.LISTWISE)
    yield fit("WLSMV", whole, Estimator.WLSMV, Missing.LISTWISE)
    yield fit("WLSMV pairwise", partial, Estimator.WLSMV, Missing.PAIRWISE)
    yield case("bootstrap 200 x ML", lambda: bootstrapped(complete))


def bootstrapped(answers: FloatArray) -> Bootstrap:
    """Fit the model to the sample, then to 200 bootstrap samples."""
    layout = layout_of(rival_model(WAI_SR, THREE))
    sample = complete_answers(answers, WAI_SR.scored_items)
    fitted = fit_ml(layout.model, (sample,), layout=layout)
    draws = bootstrap_moments(answers, replicates=200, rng=np.random.default_rng(1))
    return bootstrap(draws, parameters_of(layout, fitted.theta))


def large_cases(folder: Path) -> Iterator[Case]:
    """List what is timed on the 36-item form."""
    answers = read_answers(folder / "wai36_2000.csv")
    yield Case(
        name="polychorics with NACOV", sample="36x7x2000", run=lambda: ordinal_moments(answers)
    )
    span = WAI_36.minimum + WAI_36.maximum
    as_on_the_form = np.where(WAI_36.reversed_mask, span - answers, answers)
    responses = ResponseMatrix(instrument=WAI_36, answers=as_on_the_form)
    options = CfaOptions(models=(THREE,), estimator=Estimator.WLSMV)
    yield Case(
        name="three factors, WLSMV", sample="36x7x2000", run=lambda: confirm(responses, options)
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
