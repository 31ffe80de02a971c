"""A sample of 10⁴ to 10⁶ responses: loading it, its reliability, its WLSMV factor analysis.

Each size runs in a process of its own, whose largest memory is reported.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.http.bodies import answers
from benchmarks.http.shelf import Shelf, empty_shelf
from psychometrics.scoring.prorate import score
from psychometrics.types import no_progress
from schemas.responses.response_batch import ResponseBlock, numbers_as_names
from service.use_cases.analysis_registry import KINDS, Material
from service.use_cases.run_analysis import load_responses

SIZES = (10_000, 100_000, 1_000_000)
_BATCH = 50_000


def growth() -> None:
    """Print one line for each size."""
    print("| responses | stored, s | loaded, s | reliability, s | WLSMV CFA, s | memory, MB |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        command = [sys.executable, "-m", "benchmarks.http.million", str(size)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        print(
            f"| {size:,} | {found['stored']:.1f} | {found['loaded']:.2f} "
            f"| {found['reliability']:.1f} | {found['cfa']:.1f} | {found['memory']:.0f} |"
        )


def measure(n_responses: int) -> dict[str, float]:
    """Store a sample, then load and analyse it as a worker does; seconds and megabytes."""
    found: dict[str, float] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        empty_shelf(f"sqlite:///{Path(folder) / 'alliance.db'}") as shelf,
    ):
        with _timed(found, "stored"):
            _store(shelf, n_responses)
        with _timed(found, "loaded"):
            loaded = load_responses([shelf.sample], shelf.responses, with_columns=False)
        material = Material(responses=loaded)
        for kind, options in (("reliability", {}), ("cfa", {"models": ["three-factor"]})):
            with _timed(found, kind):
                KINDS[kind].run(material, options, no_progress)
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return found


def _store(shelf: Shelf, n_responses: int) -> None:
    for number in range(-(-n_responses // _BATCH)):
        part = answers(min(_BATCH, n_responses), seed=number)
        block = ResponseBlock(ids=numbers_as_names(len(part)), identified=False, answers=part)
        scores = score(shelf.definition.instrument, part).scores
        shelf.responses.add(shelf.batch(len(part)), shelf.responses.pack(block, scores), None)


@contextmanager
def _timed(found: dict[str, float], what: str) -> Iterator[None]:
    begun = time.perf_counter()
    yield
    found[what] = time.perf_counter() - begun


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))))
