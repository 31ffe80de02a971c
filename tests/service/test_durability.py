"""Nothing is lost when processes are killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.service.conftest import STORES, NewAddress
from tests.service.server import Client, Server, descendants, running_server
from tests.service.test_analyses import ask, sample_of, until_finished, until_running

DIMENSIONALITY = {
    "kind": "dimensionality",
    "options": {"correlation": "polychoric", "replicates": 60},
}


@pytest.fixture(scope="module", params=STORES)
def address(request: pytest.FixtureRequest, new_address: NewAddress) -> dict[str, str]:
    key = {"ALLIANCE_AUDIT_KEY": "one key for all that share the database"}
    return {"DATABASE_URL": new_address(request.param), "ALLIANCE_WORKER_TTL": "5", **key}


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory, address: dict[str, str]) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("fragile")
    with running_server(folder, "--workers=1", **address) as running:
        yield running


@pytest.fixture(scope="module")
def client(fragile: Server) -> Client:
    return fragile.client("clinic")


def signal_worker(server: Server, number: signal.Signals) -> None:
    """Signal the worker itself: the first of the processes that were started as one."""
    [worker, *_] = [
        process
        for process, command in descendants(server.process.pid)
        if command.endswith("-m\0service\0work\0")
    ]
    os.kill(worker, number)


def test_an_analysis_survives_the_death_of_its_worker_and_finishes_once(
    fragile: Server, client: Client, data: Path
) -> None:
    sample = sample_of(client, data / "wai_250.csv")
    analysis = ask(client, sample, wait=0, **DIMENSIONALITY).json()["id"]
    until_running(client, analysis)
    signal_worker(fragile, signal.SIGKILL)
    finished = until_finished(client, analysis)
    assert finished["status"] == "succeeded", finished["error"]
    assert finished["attempts"] == 2
    until(lambda: len(endings(fragile, analysis)) > 0)
    assert len(endings(fragile, analysis)) == 1


def endings(server: Server, analysis: str) -> list[str]:
    """What the log says of the end of an analysis; it is written after the row that tells of it."""
    return [
        line
        for line in server.log().splitlines()
        if '"analysis ended"' in line and analysis in line
    ]


def test_what_was_acknowledged_survives_the_death_of_the_whole_server(
    tmp_path: Path, data: Path, address: dict[str, str]
) -> None:
    with running_server(tmp_path, "--workers=1", **address) as server:
        client = server.client("clinic")
        sample = sample_of(client, data / "wai_250.csv")
        analysis = ask(client, sample, wait=0, **DIMENSIONALITY).json()["id"]
        everyone = [process for process, _ in descendants(server.process.pid)]
        server.process.kill()
        server.process.wait()
        until(lambda: not any(is_alive(process) for process in everyone))
    with running_server(tmp_path, "--workers=1", **address) as server:
        again = Client(url=server.url, key=client.key)
        assert again.get(f"/v1/samples/{sample}").json()["n_responses"] == 250
        assert until_finished(again, analysis)["status"] == "succeeded"


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_stopped_worker_hands_its_analysis_over(
    fragile: Server, client: Client, data: Path
) -> None:
    sample = sample_of(client, data / "wai_250.csv")
    analysis = ask(client, sample, wait=0, **DIMENSIONALITY).json()["id"]
    until_running(client, analysis)
    signal_worker(fragile, signal.SIGTERM)
    finished = until_finished(client, analysis)
    assert (finished["status"], finished["attempts"]) == ("succeeded", 1)
