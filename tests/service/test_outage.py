"""What operators see when the database is gone or a web process dies."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import requests

from tests.postgresql import running_postgresql
from tests.service.server import Server, descendants, is_problem, running_server

COUNTED = 'alliance_requests_total{method="GET",route="/healthz",status="200"}'


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def metrics(server: Server) -> dict[str, float]:
    text = requests.get(server.url + "/metrics", timeout=60).text
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#")]
    return {name: float(number) for name, number in lines}


def web_processes(server: Server) -> list[int]:
    found = descendants(server.process.pid)
    return [process for process, command in found if "--no-worker" in command]


def test_readiness_and_metrics_follow_the_database(tmp_path: Path) -> None:
    with running_postgresql() as database:
        address = {"DATABASE_URL": database.new_database()}
        with running_server(tmp_path, "--workers=2", ALLIANCE_METRICS="1", **address) as server:
            assert metrics(server)["alliance_database_up"] == 1
            database.stop("fast")
            until(lambda: requests.get(server.url + "/readyz", timeout=60).status_code == 503)
            refused = requests.get(server.url + "/readyz", timeout=60)
            assert is_problem(refused, 503)
            assert int(refused.headers["Retry-After"]) > 0
            assert requests.get(server.url + "/healthz", timeout=60).ok
            meanwhile = metrics(server)
            assert meanwhile["alliance_database_up"] == 0
            assert meanwhile[COUNTED] == 1
            assert "alliance_workers" not in meanwhile
            database.start()
            until(lambda: requests.get(server.url + "/readyz", timeout=60).ok)
            assert metrics(server)["alliance_database_up"] == 1


def test_a_web_process_that_dies_leaves_its_counts_and_a_line_that_can_be_read(
    tmp_path: Path,
) -> None:
    with running_server(tmp_path, "--workers=2", ALLIANCE_METRICS="1") as server:
        for number in range(20):
            requests.get(server.url + "/healthz", timeout=60)
            requests.get(f"{server.url}/planted-{number}", timeout=60)
        before = web_processes(server)
        for process in before[1:]:  # the first one started the others
            os.kill(process, signal.SIGKILL)
        until(lambda: len(set(web_processes(server)) - set(before)) >= len(before) - 1)
        counted = metrics(server)
        assert counted[COUNTED] == 20
        unknown = [
            name
            for name in counted
            if name.startswith("alliance_requests_total{") and "404" in name
        ]
        assert unknown == [COUNTED.replace("/healthz", "(none)").replace("200", "404")]
        log = server.log()
    events = [json.loads(line)["logger"] for line in log.splitlines()]
    assert "gunicorn.error" in events
    assert "planted" not in log
