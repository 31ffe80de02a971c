"""Analyses of the small inputs at the engine's edges (`tests/data/edges`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from schemas.definition import load_definition
from service.use_cases.analysis_registry import KINDS, Material

FOLDER = Path(__file__).resolve().parent.parent / "data" / "edges"


def responses_of(case: str, *, data: str = "data.csv", form: str = "inst.json") -> ResponseMatrix:
    """Read a case's answers, whose items are `i1`, `i2` and so on; other columns are text."""
    instrument = load_definition(json.loads((FOLDER / case / form).read_text())).instrument
    table = np.genfromtxt(FOLDER / case / data, delimiter=",", names=True, dtype=None)
    answers = [table[f"i{item}"].astype(float) for item in range(1, instrument.n_items + 1)]
    others = [name for name in table.dtype.names if not name[1:].isdigit()]
    columns = {name: table[name].astype(object) for name in others}
    missing = np.where(np.transpose(answers) < instrument.minimum, np.nan, np.transpose(answers))
    return ResponseMatrix(instrument=instrument, answers=missing, columns=columns)


def analysed(kind: str, responses: ResponseMatrix, **options: Any) -> dict[str, Any]:
    """Run a kind as the service does."""
    return KINDS[kind].run(Material(responses=responses), options, no_progress)
