"""Writes polycor.json: the polychoric correlations of polycor 0.8-1 for the data beside the tests.

The numbers come from ``oracle_250.json`` and ``oracle_1000.json``, which the R script
``bench_psych.R`` of the same collection writes: ``hetcor(data, ML = FALSE, std.err = FALSE)`` on
ordered factors. ``python tests/golden/polycor.py FOLDER_OF_THE_ORACLES``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main(folder: Path) -> None:
    golden: dict[str, Any] = {"call": "hetcor(data, ML = FALSE, std.err = FALSE)"}
    for n in (250, 1000):
        oracle = json.loads((folder / f"oracle_{n}.json").read_text())
        golden["sources"] = oracle["sources"]["psych"]
        correlations = oracle["values"]["psych|polycor.hetcor_2step"]["value"]["rho"]["values"]
        golden[str(n)] = {"md5": oracle["data"], "correlations": correlations}
    (Path(__file__).parent / "polycor.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
