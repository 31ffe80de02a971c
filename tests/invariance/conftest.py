from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from tests.cfa.making import SCALES, answers_in, groups_in, instrument_of

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture(scope="session")
def wai() -> Instrument:
    return instrument_of(SCALES)


@pytest.fixture(scope="session")
def lavaan() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / "cfa_lavaan.json").read_text())
    return loaded


@pytest.fixture(scope="session")
def ladders() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / "invariance_lavaan.json").read_text())
    return loaded


@pytest.fixture(scope="session")
def grouped(data: Path, wai: Instrument) -> dict[str, ResponseMatrix]:
    names = ("wai_250", "wai_1000", "wai_250_mis", "wai_1000_mis")
    return {
        name: ResponseMatrix(
            instrument=wai,
            answers=answers_in(data / f"{name}.csv"),
            columns={"group": groups_in(data / f"{name}.csv")},
        )
        for name in names
    }
