from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from tests.cfa.making import SCALES, answers_in, instrument_of


@pytest.fixture(scope="session")
def wai() -> Instrument:
    return instrument_of(SCALES)


@pytest.fixture(scope="session")
def lavaan() -> dict[str, Any]:
    path = Path(__file__).parent.parent / "golden" / "cfa_lavaan.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


@pytest.fixture(scope="session")
def samples(data: Path, wai: Instrument) -> dict[str, ResponseMatrix]:
    names = ("wai_250", "wai_1000", "wai_250_mis", "wai_1000_mis")
    return {
        name: ResponseMatrix(instrument=wai, answers=answers_in(data / f"{name}.csv"))
        for name in names
    }
