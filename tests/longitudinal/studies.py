"""The simulated studies of alliance and comfort at five sessions, and what R says of them."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from psychometrics.responses import ResponseMatrix
from schemas.definition import Definition
from service.catalog.catalog import shipped_definitions

ROOT = Path(__file__).resolve().parent.parent
STUDIES = ("A_200", "A_400", "B_200", "B_400", "C_200", "C_400", "D_200", "D_400", "E_400")
SCALES = ("goal", "task", "bond", "total")


@cache
def golden() -> dict[str, Any]:
    """Read R's numbers (``golden/r/time.R``)."""
    found: dict[str, Any] = json.loads((ROOT / "golden/time_lavaan.json").read_text())
    return found


def definition() -> Definition:
    return shipped_definitions()["wai-sr-client"]


@cache
def study(name: str) -> ResponseMatrix:
    """Read one of the studies as a sample."""
    with (ROOT / f"data/time/{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    def numbers(column: str) -> Any:
        return np.array([float(row[column]) if row[column] else np.nan for row in rows])

    return ResponseMatrix(
        instrument=definition().instrument,
        answers=np.column_stack([numbers(f"i{item}") for item in range(1, 13)]),
        columns={
            "person": np.array([row["person"] for row in rows], dtype=object),
            **{
                name: numbers(name)
                for name in ("session_number", "days_since_first_visit", "comfort", "rated_change")
            },
        },
    )
