"""Writes cfa_lavaan.json: what lavaan 0.6-14 and semTools 0.5-6 say of the data beside the tests.

The numbers come from ``oracle_250.json`` and ``oracle_1000.json``, which the R script
``bench_lavaan.R`` of the same collection writes (``Rscript bench_lavaan.R 250 mine``); their calls
stand in ``calls`` below. This script keeps the cells that the tests compare:
``python tests/golden/cfa_lavaan.py FOLDER_OF_THE_ORACLES``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

KEPT = (
    "cfa3_ML", "cfa1_ML", "cfa3_MLR", "cfa3_FIML_ML", "cfa3_FIML_MLR", "cfa3_WLSMV",
    "cfa3_WLSMV_theta", "cfa3_WLSMV_pairwise", "cfa3_WLSMV_listwise_mis", "cfa1_WLSMV",
    "second_order_ML", "second_order_WLSMV", "bifactor_ML", "bifactor_MLR", "bifactor_WLSMV",
)  # fmt: skip
INVARIANCE = ("invariance_MLR_4", "invariance_FIML_MLR_4", "invariance_WLSMV_WE_5")
ESTIMATE = ("lhs", "op", "rhs", "est", "se", "std.all")
CALLS = {
    "m3": "goal =~ i4+i6+i8+i11; task =~ i1+i2+i10+i12; bond =~ i3+i5+i7+i9",
    "one, three factors": "cfa(m, data, std.lv = TRUE, estimator = ...)",
    "second_order": "m3; alliance =~ goal+task+bond",
    "bifactor": "m3; g =~ i1+...+i12; orthogonal = TRUE",
    "FIML": "missing = 'ml', data wai_N_mis.csv",
    "WLSMV": "ordered = all items; _theta: parameterization = 'theta'; _pairwise, _listwise_mis: "
    "wai_N_mis.csv",
}


def kept_fit(value: dict[str, Any]) -> dict[str, Any]:
    return {"fit": value["fit"], "estimates": [[p[c] for c in ESTIMATE] for p in value["pe"]]}


def kept_entries(oracle: dict[str, Any]) -> dict[str, Any]:
    values = {name.split("|")[1]: entry.get("value") for name, entry in oracle["values"].items()}
    entries = {name: kept_fit(values[f"lavaan.{name}"]) for name in KEPT}
    for name in INVARIANCE:
        steps = values.get(f"lavaan.{name}")
        if steps:
            entries[name] = {
                step: value if step == "lrt" else {"fit": value["fit"]}
                for step, value in steps.items()
            }
    entries["standardized_ML"] = values["lavaan.standardizedSolution_ML"]["std"]
    entries["modification_ML"] = values["lavaan.modindices_ML"]["top"]
    entries["ave_ML"] = values["semTools.AVE"]
    entries["htmt"] = values["semTools.htmt"]
    return entries


def main(folder: Path) -> None:
    golden: dict[str, Any] = {"calls": CALLS}
    for n in (250, 1000):
        oracle = json.loads((folder / f"oracle_{n}.json").read_text())
        golden["sources"] = oracle["sources"]["lavaan"]
        golden[str(n)] = {"md5": oracle["data"], **kept_entries(oracle)}
    target = Path(__file__).with_suffix(".json")
    target.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
