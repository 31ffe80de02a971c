"""Web processes take no more memory, however many requests they have answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.faults.conftest import Report, times
from tests.faults.deployment import Deployment
from tests.service.server import descendants
from tests.service.test_samples import make_sample

pytestmark = pytest.mark.faults

CLIENTS = 4
ROW = {"answers": [5, 4, None, 4, 5, 5, 4, 4, 5, 3, 4, 3]}


def test_memory_does_not_grow_with_requests(deployment: Deployment, report: Report) -> None:
    server, count = deployment.start_web(), times(3_000, 100_000)
    sample = make_sample(deployment.client())
    key = deployment.client().key
    send = requests_of(server.url, sample, {"Authorization": f"Bearer {key}"})
    go(send, range(count // 4))
    before = resident(server.process.pid)
    go(send, range(count // 4, count))
    after = resident(server.process.pid)
    grown = {process: after[process] - before[process] for process in before}
    largest = max(after.values())
    said = ", ".join(f"{more >> 10:+d} KiB" for more in grown.values())
    report(
        "requests of five sorts, memory of each web process after a quarter and at the end",
        often=f"{count} requests; {said}; largest {largest >> 20} MiB",
        lost=0,
    )
    assert max(grown.values()) < 8 << 20


def requests_of(url: str, sample: str, headers: Mapping[str, str]) -> Callable[[int], None]:
    """Make what sends the request of a number; every hundredth is a larger one or a refused one."""
    one = {"instrument": "wai-sr-client", "responses": [ROW]}
    hundred = {"instrument": "wai-sr-client", "responses": [ROW] * 100}
    wrong = {"instrument": "wai-sr-client", "responses": [{"answers": [9] * 12}]}
    kinds = {
        0: ("POST", "/v1/score", hundred, 200),
        1: ("POST", "/v1/score", wrong, 422),
        2: ("POST", f"/v1/samples/{sample}/batches", {"responses": [ROW]}, 201),
        3: ("GET", f"/v1/samples/{sample}", None, 200),
    }
    usual = ("POST", "/v1/score", one, 200)
    sessions = [requests.Session() for _ in range(CLIENTS)]

    def send(number: int) -> None:
        method, path, body, status = kinds.get(number // CLIENTS % 25, usual)
        session = sessions[number % CLIENTS]
        answer = session.request(method, url + path, json=body, headers=headers, timeout=60)
        assert answer.status_code == status, answer.text

    return send


def go(send: Callable[[int], None], numbers: range) -> None:
    """Send requests of these numbers, each client in a thread of its own."""
    shares = [numbers[start::CLIENTS] for start in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        for done in [pool.submit(lambda share=share: [send(n) for n in share]) for share in shares]:
            done.result()


def resident(server: int) -> dict[int, int]:
    """Memory that no other process shares, of each web process, in bytes."""
    return {
        process: 1024 * int(line.split()[1])
        for process, command in descendants(server)
        if "--no-worker" in command
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        if line.startswith("Private_Dirty:")
    }
