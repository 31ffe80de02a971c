"""Times the whole validity analysis and the R script that its report comes with, in one run.

A study of two groups with known truth (``holds-up``); both sides run as child processes with one
thread and are timed in CPU milliseconds, start included for R and without for ours, whose workers
stay. ``python -m benchmarks.report`` takes the sample size as an argument (default: 1000).
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
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
INSTRUMENT, SCENARIO, SEED = "wai-sr-client", "holds-up", 1
OPTIONS = {"group": "group"}
RUNS = 5
WITHIN_MS, TIMES_FASTER = 3000, 20


def main(n_persons: int) -> None:
    """Print both sides' times beside the goals."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = _simulated(folder, n_persons)
        command = [sys.executable, "-m", "benchmarks.report", "ours", str(data), name]
        subprocess.run(command, check=True, env=os.environ | ONE_THREAD)
        ours = json.loads((folder / "ours.json").read_text())
        print(f"validity, n = {n_persons} in two groups, one core, CPU ms\n")
        for step, spent in ours["steps"].items():
            print(f"  {step:<16}{spent:>10.0f}")
        print(f"\n  whole analysis  {ours['whole']:>10.0f}   (goal: below {WITHIN_MS})")
        if shutil.which("Rscript") is None:
            print("  Rscript was not found: the time stands alone.")
            return
        _beside("the R script", _timed_by_r(folder, data), ours["whole"])
        without = _timed_by_r(folder, data, "--without-parallel")
        _beside("the same without parallel analysis, which ours has", without, ours["whole"])


def _beside(what: str, theirs: float, ours: float) -> None:
    """Print R's time and the ratio, both measured."""
    print(f"  {what}\n  {'':<16}{theirs:>10.0f}")
    print(f"  times faster    {theirs / ours:>10.1f}   (goal: at least {TIMES_FASTER})")


def _simulated(folder: Path, n_persons: int) -> Path:
    data = folder / "study.csv"
    command = [sys.executable, "-m", "service", "simulate", "--instrument", INSTRUMENT]
    command += ["--n", str(n_persons), "--seed", str(SEED), "--scenario", SCENARIO]
    data.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
    return data


def _timed_by_r(folder: Path, data: Path, *options: str) -> float:
    """Run the generated script; CPU milliseconds of R and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = ["Rscript", str(folder / "report.R"), str(data), "--out", str(folder / "r.json")]
    command += options
    subprocess.run(command, check=True, env=os.environ | ONE_THREAD, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def ours(data: Path, folder: Path) -> None:
    """Time each step, the median of several runs after a warm-up, and write the R script."""
    from psychometrics.types import no_progress
    from service.catalog.catalog import find_definition
    from service.file_reader.paths import read_path
    from service.reports.rscript import r_script
    from service.use_cases.analysis_registry import KINDS, Material

    definition, kind = find_definition(INSTRUMENT), KINDS["validity"]
    responses = read_path(data, definition).responses().matrix(definition.instrument)
    material = Material(responses=responses)
    kind.run(material, OPTIONS, no_progress)
    spent: list[dict[str, float]] = []
    done: dict[str, dict[str, Any]] = {}
    for _ in range(RUNS):
        done, times = {}, {}
        for step in kind.steps:
            start = time.process_time()
            done[step] = kind.run_step(step, done, material, given=OPTIONS, progress=no_progress)
            times[step] = 1000 * (time.process_time() - start)
        spent.append(times)
    record = SimpleNamespace(
        definition=definition.document,
        sha256=definition.sha256,
        options=OPTIONS,
        result=done[kind.steps[-1]],
    )
    (folder / "report.R").write_text(r_script(record))
    steps = {step: statistics.median(times[step] for times in spent) for step in kind.steps}
    whole = statistics.median(sum(times.values()) for times in spent)
    (folder / "ours.json").write_text(json.dumps({"steps": steps, "whole": whole}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["ours"]:
        ours(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1000)
