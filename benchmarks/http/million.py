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
from pathlib import Path

from benchmarks.http.bodies import INSTRUMENT, answers

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
    """Store a sample, then load and analyse it as a worker does."""
    from psychometrics.scoring.prorate import score
    from psychometrics.types import no_progress
    from schemas.responses.block import ResponseBlock
    from service.adapters.database.engine import Database
    from service.adapters.database.keys import KeyStore
    from service.adapters.database.migrate import migrate
    from service.adapters.database.responses import ResponseStore
    from service.adapters.database.samples import SampleStore
    from service.catalog.catalog import find_definition
    from service.identifiers import now_ms, uuid7
    from service.records import Batch, Scope
    from service.use_cases.kinds import KINDS, Material
    from service.use_cases.run_analysis import load_responses

    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'alliance.db'}")
        migrate(database)
        definition = find_definition(INSTRUMENT)
        tenant = KeyStore(database).add("t", [Scope.SAMPLES], "p" * 12, b"d").tenant_id
        samples, responses = SampleStore(database), ResponseStore(database)
        sample = samples.add(tenant, name="s", setting="other", definition=definition)
        begun = time.perf_counter()
        for number in range(-(-n_responses // _BATCH)):
            part = answers(min(_BATCH, n_responses), seed=number)
            batch = Batch(
                id=str(uuid7()),
                tenant_id=tenant,
                sample_id=sample.id,
                accepted=len(part),
                created_at=now_ms(),
            )
            block = ResponseBlock(
                ids=[str(one) for one in range(len(part))], identified=False, answers=part
            )
            scores = score(definition.instrument, part).scores
            responses.add(batch, block, scores, None)
        found["stored"] = time.perf_counter() - begun
        begun = time.perf_counter()
        loaded = load_responses([sample], responses, with_columns=False)
        found["loaded"] = time.perf_counter() - begun
        material = Material(responses=loaded)
        for kind, options in (("reliability", {}), ("cfa", {"models": ["three-factor"]})):
            begun = time.perf_counter()
            KINDS[kind].run(material, options, no_progress)
            found[kind] = time.perf_counter() - begun
        database.close()
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))))
