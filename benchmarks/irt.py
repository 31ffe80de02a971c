"""Times item response models and, where R and mirt are installed, mirt on the same files.

Both sides use one thread and report CPU seconds, the median of a few runs: the graded model of
twelve items with standard errors, the same items compared between two groups with all others as
anchors, and (this side alone) 100,000 persons with errors and the memory that takes.
``python -m benchmarks.irt``.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from psychometrics.correlation.categories import code_answers
from psychometrics.irt.dif import likelihood_ratio
from psychometrics.irt.fitted_scale import fit_scale
from psychometrics.irt.group_models import GroupModels
from psychometrics.irt.item_models import Graded
from psychometrics.irt.options import ModelName
from psychometrics.irt.response_patterns import count_patterns
from psychometrics.types import FloatArray, IntArray

HERE = Path(__file__).parent
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
MANY = 100_000
GOAL = 10
"""How many times faster than mirt it is meant to be."""


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks.irt"], os.environ | ONE_THREAD)  # noqa: S606
    answers, group = drawn(1000), np.arange(1000) % 2
    ours = {"graded": timed(lambda: graded(answers)), "dif": timed(lambda: dif(answers, group))}
    theirs = timed_by_mirt(answers, group)
    print(f"{'case':<10}{'here, s':>10}{'mirt, s':>10}{'ratio':>8}   (meant: {GOAL})")
    for case, seconds in ours.items():
        other = theirs.get(case)
        beside = f"{other:>10.2f}{other / seconds:>8.1f}" if other else f"{'–':>10}{'–':>8}"
        print(f"{case:<10}{seconds:>10.3f}{beside}")
    many = drawn(MANY)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = timed(lambda: graded(many), runs=1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"\ngraded, n = {MANY:,}, with errors: {seconds:.2f} s; {peak / 1e6:.2f} GB in all, "
        f"{(peak - before) / 1e6:.2f} GB more than before (meant: below 5 s and 1 GiB)"
    )


def drawn(n_persons: int) -> FloatArray:
    """Draw twelve items of five categories."""
    rng = np.random.default_rng(1)
    theta = rng.standard_normal(n_persons)[:, None, None]
    slopes = np.linspace(1.2, 2.6, 12)[:, None]
    thresholds = np.linspace(-0.8, 0.2, 12)[:, None] + np.array([-1.8, -1.0, -0.2, 0.8])
    reached = 1.0 / (1.0 + np.exp(-slopes * (theta - thresholds)))
    return 1.0 + (rng.random((n_persons, 12, 1)) < reached).sum(axis=2)


def graded(answers: FloatArray) -> None:
    """Fit the graded model with standard errors."""
    found = fit_scale(answers, range(1, 13), model=ModelName.GRADED)
    assert found.covariance is not None


def dif(answers: FloatArray, group: IntArray) -> None:
    """Test each item with all others as anchors."""
    coding = code_answers(answers)
    models = GroupModels(
        model=Graded(),
        common_slope=False,
        groups=[count_patterns(coding.codes[group == one], coding.width) for one in (0, 1)],
        n_categories=coding.n_categories,
    )
    for item in range(12):
        likelihood_ratio(models, item, frozenset(range(12)))


def timed(run: Callable[[], None], runs: int = 3) -> float:
    """Return CPU seconds, the median of several runs after one that warms up."""
    if runs > 1:
        run()
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds)


def timed_by_mirt(answers: FloatArray, group: IntArray) -> dict[str, float]:
    """Time mirt, or say why there is nothing to compare with."""
    rscript = shutil.which("Rscript")
    probe = "quit(status = !requireNamespace('mirt', quietly = TRUE))"
    if rscript is None or subprocess.run([rscript, "-e", probe], check=False).returncode:
        print("Rscript with mirt was not found: the times stand alone.\n")
        return {}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "answers.csv"
        header = ",".join(["group", *(f"i{item}" for item in range(1, 13))])
        whole = np.column_stack([group + 1, answers])
        np.savetxt(file, whole, fmt="%d", delimiter=",", header=header, comments="")
        done = subprocess.run(
            [rscript, str(HERE / "irt.R"), str(file)],
            check=True, capture_output=True, text=True, env=os.environ | ONE_THREAD,
        )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main()
