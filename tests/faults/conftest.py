"""Faults on purpose: a few of each in the suite, many of each with ``make faults``.

What was tried, how often and what was lost is printed at the end; `docs/operations.md` holds a run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.deployment import Deployment
from tests.postgresql import Postgresql, running_postgresql

LONG = os.environ.get("ALLIANCE_FAULTS") == "many"

Report = Callable[..., None]
"""Notes what was tried, how often, and what was lost."""

_FIGURES: list[str] = []


def times(few: int, many: int) -> int:
    """How often to try: few in the suite, many with ``make faults``."""
    return many if LONG else few


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    def note(tried: str, *, often: str, lost: int) -> None:
        store = request.node.callspec.params.get("store", "–") if _has_params(request) else "–"
        _FIGURES.append(f"| {tried} | {store} | {often} | {lost} |")

    return note


def _has_params(request: pytest.FixtureRequest) -> bool:
    return hasattr(request.node, "callspec")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if LONG and _FIGURES:
        terminalreporter.write_line("\n| tried | database | how often | lost |\n|---|---|---|---|")
        for line in _FIGURES:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def durable() -> Iterator[Postgresql]:
    """A PostgreSQL server that keeps what it acknowledged: with the settings it comes with."""
    with running_postgresql(settings=()) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def deployment(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Deployment]:
    """Web processes and workers over one database; what is still running ends with the test."""
    settings = {"ALLIANCE_WORKER_TTL": "2", "ALLIANCE_RATE": "0"}
    if store == "postgresql":
        server: Postgresql = request.getfixturevalue("durable")
        settings["DATABASE_URL"] = server.new_database()
    made = Deployment(tmp_path, settings)
    made.migrate()
    yield made
    made.end()
