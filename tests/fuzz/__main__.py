"""Try odd data sets on every kind: ``python -m tests.fuzz [MINUTES] [FIRST_SEED]``.

``python -m tests.fuzz --case SEED KIND`` runs one case again.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections import Counter

from service.use_cases.analysis_registry import KINDS
from tests.fuzz.cases import Outcome, run


def show(outcome: Outcome) -> None:
    """Write what is wrong with a case."""
    for wrong in outcome.wrong:
        sys.stdout.write(f"{outcome.case}\n{wrong}\n\n")
    sys.stdout.flush()


def main(minutes: float, first: int) -> None:
    """Run cases until the time is over, and count them."""
    ends, started = time.monotonic() + 60.0 * minutes, time.process_time()
    counts: Counter[str] = Counter()
    dearest: list[tuple[float, str]] = []
    for seed in itertools.count(first):
        for name in KINDS:
            before = time.process_time()
            outcome = run(seed, name)
            dearest = sorted([*dearest, (time.process_time() - before, outcome.case)])[-5:]
            show(outcome)
            counts[name, "refused" if outcome.refused else "given"] += 1
            counts["wrong"] += bool(outcome.wrong)
        if time.monotonic() > ends:
            break
    for name in KINDS:
        given, refused = counts[name, "given"], counts[name, "refused"]
        sys.stdout.write(f"{name}: {given} results, {refused} refusals\n")
    for seconds, case in dearest:
        sys.stdout.write(f"{seconds:.1f} s: {case}\n")
    sys.stdout.write(
        f"{seed - first + 1} data sets from seed {first}, {counts['wrong']} cases wrong, "
        f"{time.process_time() - started:.0f} s of processor time\n"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--case"]:
        found = run(int(sys.argv[2]), sys.argv[3])
        sys.stdout.write(f"{found.case}\n{found.refused or 'a result'}\n")
        show(found)
    else:
        main(
            float(sys.argv[1]) if len(sys.argv) > 1 else 10.0,
            int(sys.argv[2]) if len(sys.argv) > 2 else 1,
        )
