"""What every test may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

# Before NumPy is loaded, as for every command: on a busy machine the threads of its linear algebra
# wait for each other, and a simulation of seconds takes many minutes.
os.environ["OMP_NUM_THREADS"] = os.environ.get("OMP_NUM_THREADS", "1")
os.environ["OPENBLAS_NUM_THREADS"] = os.environ.get("OPENBLAS_NUM_THREADS", "1")

from schemas.definition import Definition
from service.catalog.catalog import shipped_definitions
from tests.programs import program

settings.register_profile("whatever the machine does beside", deadline=None)
settings.load_profile("whatever the machine does beside")

ROOT = Path(__file__).resolve().parent.parent

BROWSER_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One real browser without a window for all tests; it talks to this machine alone."""
    chromium = program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(BROWSER_SWITCHES))
        yield started
        started.close()
