"""What every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.definition import Definition
from service.catalog.catalog import shipped_definitions

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data() -> Path:
    return ROOT / "tests" / "data"


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"


@pytest.fixture(scope="session")
def wai_sr() -> Definition:
    return shipped_definitions()["wai-sr-client"]


@pytest.fixture(scope="session")
def wai_36() -> Definition:
    return shipped_definitions()["wai-36-client"]
