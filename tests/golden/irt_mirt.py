"""Writes irt_mirt.json: what mirt 1.47 says of the data beside the tests.

The numbers come from ``irt_1000.json``, which ``irt.R`` of the same collection writes (R 4.2.2,
mirt 1.47; 61 points on [-6, 6], TOL 1e-7, for partial credit 1e-9, Oakes errors), and from the
entries ``mirt_tight`` of ``oracle_250.json``. The functions of ``irt.R`` that define what a number
means (C2 from its definition, errors of thresholds, effects) stand in ``r/irt.R``. This script
leaves out what the tests do not compare and changes no number:
``python tests/golden/irt_mirt.py FOLDER_OF_THE_ORACLES``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LEFT_OUT = ("mirt_first_threshold_standard_errors", "iterations", "second_order_test")


def main(folder: Path) -> None:
    """Write the numbers beside this script."""
    source: dict[str, Any] = json.loads((folder / "irt_1000.json").read_text())
    small = json.loads((folder / "oracle_250.json").read_text())["values"]
    kept = {
        "made_by": "tests/golden/irt_mirt.py",
        "versions": source["versions"],
        "sha256": source["sha256"],
        "settings": source["settings"],
        "notes": source["notes"],
        "values": {
            name: {key: cell for key, cell in value.items() if key not in LEFT_OUT}
            for name, value in source["values"].items()
        },
        "dif": source["dif"],
        "wai_250": {
            name.removeprefix("mirt_tight|oracle.").removesuffix(" 61 quadpts EAP"): entry["value"]
            for name, entry in small.items()
            if name.startswith("mirt_tight|")
        },
    }
    target = Path(__file__).with_suffix(".json")
    target.write_text(json.dumps(kept, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
