"""Times the engine and, where R is installed, lavaan, psych and semTools on the same files.

Both sides run as child processes with one thread and answer one line of JSON per case: CPU
milliseconds, the median of several runs after a warm-up. ``python -m benchmarks.engine`` takes
sample sizes as arguments (default: 250 1000 10000).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.samples import write_samples

HERE = Path(__file__).parent
SIZES = ("250", "1000", "10000")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
GOALS = {"kind invariance, WLSMV": 30, "kind invariance, MLR": 20}
"""How many times faster than R a case is meant to be, at a thousand persons."""
GOAL_SAMPLE = "12x5x1000"
Timings = dict[tuple[str, str], dict[str, float]]


def main(sizes: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_samples(folder)
        ours = timed([sys.executable, "-m", "benchmarks.engine_cases", str(folder), *sizes])
        theirs = timed_by_r(folder, sizes)
    print(table(ours, theirs))
    print(goals(ours, theirs))


def timed_by_r(folder: Path, sizes: tuple[str, ...]) -> Timings:
    """Time R's functions, or say why there is nothing to compare with."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        print("Rscript was not found: the engine's times stand alone.\n")
        return {}
    probe = "quit(status = !all(sapply(c('lavaan', 'jsonlite'), requireNamespace, quietly = TRUE)))"
    if subprocess.run([rscript, "-e", probe], check=False, capture_output=True).returncode:
        print("R is here, but not lavaan and jsonlite: the engine's times stand alone.\n")
        return {}
    return timed([rscript, str(HERE / "engine.R"), str(folder), *sizes])


def timed(command: list[str]) -> Timings:
    """Run one side and collect its lines."""
    found: Timings = {}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | ONE_THREAD
    )
    assert process.stdout is not None
    for line in process.stdout:
        entry = json.loads(line)
        found[entry["case"], entry["sample"]] = entry
        print(
            f"\r{Path(command[0]).name}: {entry['case']}, {entry['sample']}",
            end="\033[K",
            file=sys.stderr,
        )
    print("\r\033[K", end="", file=sys.stderr)
    if process.wait():
        sys.exit(f"{command[0]} failed; its message stands above")
    return found


def table(ours: Timings, theirs: Timings) -> str:
    """Lay out CPU milliseconds side by side."""
    heads = f"{'case':<34}{'sample':<14}{'engine ms':>11}{'R ms':>11}{'ratio':>8}{'MiB so far':>12}"
    lines = [heads, "-" * len(heads)]
    for key, entry in ours.items():
        case, sample = key
        line = f"{case:<34}{sample:<14}{entry['cpu_ms']:>11.2f}"
        other = theirs.get(key)
        if other is None:
            line += f"{'':>19}"
        else:
            line += f"{other['cpu_ms']:>11.1f}{other['cpu_ms'] / entry['cpu_ms']:>8.0f}"
        lines.append(line + f"{entry['peak_mib']:>12.0f}")
    return "\n".join(lines)


def goals(ours: Timings, theirs: Timings) -> str:
    """Say which goals are met; our ladders search, exclude and find power too, R's do not."""
    lines = []
    for case, goal in GOALS.items():
        key = case, GOAL_SAMPLE
        if key in ours and key in theirs:
            ratio = theirs[key]["cpu_ms"] / ours[key]["cpu_ms"]
            met = "met" if ratio >= goal else "missed"
            lines.append(f"{case}: {ratio:.1f} times faster than R (goal {goal}: {met})")
    return "\n".join(lines)


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or SIZES)
