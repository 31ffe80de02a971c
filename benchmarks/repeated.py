"""Repeated measurements: ours beside lavaan's in the same run, one thread, CPU time.

``OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.repeated [N]`` draws a study of N
persons (1,000) at five sessions, writes the scores for R, times both sides and prints the ratios;
then the whole kinds, which have no peer.
"""

from __future__ import annotations

import csv
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from psychometrics.cfa.options import Estimator
from psychometrics.longitudinal import lagged, trajectory
from psychometrics.longitudinal.cross_lagged import Design, cross_lagged_model, standardized_paths
from psychometrics.longitudinal.growth import Curve, fit_growth
from psychometrics.longitudinal.options import (
    LaggedOptions,
    PanelModel,
    Shape,
    TrajectoryOptions,
)
from psychometrics.longitudinal.panel import panel_of
from psychometrics.longitudinal.scales import scale_scores
from psychometrics.longitudinal.simulated_studies import COURSES, draw_study
from psychometrics.longitudinal.structural_model import fit_scores, model_fit, scores_of
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray
from service.catalog.catalog import find_definition

RUNS = 5
NAMES = [f"{variable}{t}" for variable in "xy" for t in range(1, 6)]


def drawn(n_persons: int) -> ResponseMatrix:
    """Draw a study in which both move each other."""
    instrument = find_definition("wai-sr-client").instrument
    study = draw_study(
        COURSES["both"], instrument, n_persons=n_persons, rng=np.random.default_rng(1)
    )
    here = np.nonzero(study.present)
    return ResponseMatrix(
        instrument=instrument,
        answers=study.answers[here],
        columns={
            "person": here[0].astype(np.float64),
            "session_number": here[1] + 1.0,
            "comfort": study.comfort[here],
        },
    )


def wide(sample: ResponseMatrix) -> FloatArray:
    """Return total and comfort by session, shape (n_persons, 10)."""
    panel = panel_of(sample)
    comfort = np.asarray(sample.columns["comfort"], dtype=np.float64)
    return np.hstack([panel.arranged(scale_scores(sample)["total"]), panel.arranged(comfort)])


def panel_case(values: FloatArray, *, constrained: bool) -> None:
    """Fit the RI-CLPM with all that lavaan is asked for: fit measures, standardized paths."""
    scores = scores_of(values, NAMES)
    design = Design(model=PanelModel.RI_CLPM, constrained=constrained, n_occasions=5)
    fitted = fit_scores(cross_lagged_model(design, scores), scores, estimator=Estimator.MLR)
    model_fit(fitted, scores, estimator=Estimator.MLR)
    standardized_paths(fitted)


def growth_case(values: FloatArray) -> None:
    """Fit linear growth of the total."""
    scores = scores_of(values[:, :5], NAMES[:5])
    times = np.arange(5.0)
    fitted = fit_growth(Curve(shape=Shape.LINEAR), times, scores, estimator=Estimator.MLR)
    model_fit(fitted, scores, estimator=Estimator.MLR)


def cpu_ms(run: Callable[[], object]) -> float:
    """Return the median CPU milliseconds of several runs after a warm-up."""
    run()
    spent = []
    for _ in range(RUNS):
        start = time.process_time()
        run()
        spent.append(1000.0 * (time.process_time() - start))
    return statistics.median(spent)


def theirs(values: FloatArray) -> Mapping[str, float]:
    """Return lavaan's CPU milliseconds by case; empty without R."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.csv"
        with file.open("w", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(NAMES)
            rows.writerows([["NA" if np.isnan(v) else v for v in row] for row in values])
        script = Path(__file__).with_name("repeated.R")
        done = subprocess.run(
            [rscript, str(script), str(file)], capture_output=True, text=True, check=True
        )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["case"]: one["cpu_ms"] for one in found}


def main(arguments: list[str]) -> None:
    """Print the table."""
    n_persons = int(arguments[0]) if arguments else 1000
    sample = drawn(n_persons)
    values = wide(sample)
    peer = theirs(values)
    cases: dict[str, Callable[[], object]] = {
        "RI-CLPM, constrained, MLR": lambda: panel_case(values, constrained=True),
        "RI-CLPM, free, MLR": lambda: panel_case(values, constrained=False),
        "linear growth, MLR": lambda: growth_case(values),
        "kind lagged": lambda: lagged.analyse(sample, LaggedOptions(outcome="comfort")),
        "kind trajectory, one scale, searched knot, 500 bootstraps": lambda: trajectory.analyse(
            sample, TrajectoryOptions(scales=("total",), shape=Shape.PIECEWISE, replicates=500)
        ),
        "kind trajectory, all scales and shapes": lambda: trajectory.analyse(
            sample, TrajectoryOptions()
        ),
    }
    sys.stdout.write(f"{n_persons} persons, five sessions; CPU milliseconds, one thread\n")
    for name, run in cases.items():
        ours, other = cpu_ms(run), peer.get(name)
        beside = "" if other is None else f"{other:9.0f} lavaan {other / ours:7.1f} times"
        sys.stdout.write(f"{name:60}{ours:9.0f}{beside}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
