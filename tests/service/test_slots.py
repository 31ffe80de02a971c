"""So many analyses run side by side as the settings allow: of a worker, and of all together."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from service.adapters.database.engine import Database
from service.adapters.database.tables import JOB
from tests.conftest import ROOT
from tests.service.conftest import STORES, NewAddress
from tests.service.server import Server, running_server
from tests.service.test_analyses import SLOW, ask, sample_of

SLOTS, ALTOGETHER, ASKED = 2, 3, 6


@pytest.fixture(params=STORES)
def address(request: pytest.FixtureRequest, new_address: NewAddress) -> str:
    return new_address(request.param)


@pytest.fixture
def two_workers(tmp_path: Path, address: str) -> Iterator[Server]:
    """A server with its worker, and another worker beside it."""
    settings = {
        "DATABASE_URL": address,
        "ALLIANCE_JOB_SLOTS": str(SLOTS),
        "ALLIANCE_JOB_SLOTS_ALTOGETHER": str(ALTOGETHER),
    }
    with running_server(tmp_path, "--workers=1", **settings) as server, worker(server):
        yield server


@contextmanager
def worker(server: Server) -> Iterator[None]:
    with (server.data / "worker.log").open("wb") as log:
        command = [sys.executable, "-m", "service", "work"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=dict(server.environment), stdout=log, stderr=log
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


def test_neither_a_worker_nor_all_together_take_more_than_they_may(
    two_workers: Server, address: str, data: Path
) -> None:
    client, database = two_workers.client("clinic"), Database(address)
    sample = sample_of(client, data / "wai_250.csv")
    longer = {**SLOW, "options": {"correlation": "polychoric", "replicates": 10_000}}
    asked = [ask(client, sample, wait=0, **longer).json()["id"] for _ in range(ASKED)]
    seen = [running(database)]
    deadline = time.monotonic() + 60
    while seen[-1].total() < ALTOGETHER:
        assert time.monotonic() < deadline, seen[-1]
        time.sleep(0.05)
        seen.append(running(database))
    for analysis in asked:  # each that ends makes room for another
        client.delete(f"/v1/analyses/{analysis}")
        seen.append(running(database))
    assert max(one.total() for one in seen) == ALTOGETHER
    assert max(count for one in seen for count in one.values()) <= SLOTS
    assert len({name for one in seen for name in one}) == 2
    database.close()


def running(database: Database) -> Counter[str]:
    """How many analyses each worker runs."""
    query = select(JOB.c.worker).where(JOB.c.status == "running")
    with database.reading() as connection:
        return Counter(connection.scalars(query).all())
