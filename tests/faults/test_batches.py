"""What was acknowledged is there, whole and once, whatever happened to who acknowledged it."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest
import requests

from tests.faults.conftest import Report, times
from tests.faults.deployment import Deployment
from tests.postgresql import Postgresql
from tests.programs import program
from tests.service.server import Client, is_problem
from tests.service.test_analyses import ask, sample_of
from tests.service.test_samples import make_sample

SIZE = 200
CLIENTS = 4
AWAY_SECONDS = times(0, 60)
"""How long the database is away, once."""


@dataclass
class Sender:
    """Sends batches one after another, each until it is acknowledged."""

    client: Client
    sample: str
    name: str
    acknowledged: dict[str, bytes] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)
    broken: int = 0
    cut_off: int = 0
    """Batches that were committed though their answer was lost: repeated, they are replayed."""
    expected: frozenset[int] = frozenset({409, 503})

    def send_until(self, stop: threading.Event) -> None:
        number = 0
        while not stop.is_set():
            key = f"{self.name}-{number}"
            if self._send(key):
                number += 1
            else:
                time.sleep(0.1)

    def _send(self, key: str) -> bool:
        """Send a batch; whether it was acknowledged."""
        try:
            answer = self.client.post(
                f"/v1/samples/{self.sample}/batches",
                json=batch(key),
                headers={"Idempotency-Key": key},
            )
        except requests.RequestException:
            self.broken += 1
            return False
        if answer.status_code == 201:
            self.acknowledged[key] = answer.content
            self.cut_off += "Idempotency-Replayed" in answer.headers
            return True
        assert is_problem(answer, answer.status_code), answer.text
        assert answer.status_code in self.expected, answer.text
        self.refused.append(answer.status_code)
        return False


def batch(key: str) -> dict[str, Any]:
    return {
        "responses": [{"id": f"{key}-{row}", "answers": [1 + row % 5] * 12} for row in range(SIZE)]
    }


@dataclass
class Stream:
    """Several senders side by side, for as long as the block runs."""

    client: Client
    sample: str
    senders: list[Sender]
    stop: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.threads = [
            threading.Thread(target=sender.send_until, args=(self.stop,)) for sender in self.senders
        ]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join(timeout=60)
            assert not thread.is_alive()

    @property
    def acknowledged(self) -> int:
        return sum(len(sender.acknowledged) for sender in self.senders)

    @property
    def refused(self) -> int:
        return sum(len(sender.refused) for sender in self.senders)

    def until_refused(self, count: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while self.refused < count:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def until_acknowledged(self, count: int, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while self.acknowledged < count:
            assert time.monotonic() < deadline, [sender.refused[-3:] for sender in self.senders]
            time.sleep(0.05)


def stream(client: Client) -> Stream:
    sample = make_sample(client)
    senders = [Sender(client, sample, f"sender-{number}") for number in range(CLIENTS)]
    return Stream(client, sample, senders)


def lost(sent: Stream) -> int:
    """Count what is missing, doubled or half: of what was acknowledged, and altogether."""
    sample = sent.client.get(f"/v1/samples/{sent.sample}").json()
    batches = every_batch(sent.client, sent.sample)
    assert {one["accepted"] for one in batches} <= {SIZE}
    assert sample["n_responses"] == SIZE * len(batches)
    unacknowledged = len(batches) - sent.acknowledged
    assert 0 <= unacknowledged <= len(sent.senders)  # committed, but the answer was cut off
    missing = 0
    for sender in sent.senders:
        for key, first in sender.acknowledged.items():
            again = sent.client.post(
                f"/v1/samples/{sent.sample}/batches",
                json=batch(key),
                headers={"Idempotency-Key": key},
            )
            missing += again.content != first
    assert sent.client.get(f"/v1/samples/{sent.sample}").json() == sample
    return missing


def every_batch(client: Client, sample: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = client.get(f"/v1/samples/{sample}/batches?limit=200&after={after}").json()
        found.extend(page["batches"])
        after = page["next"]
        if not after:
            return found


def test_acknowledged_batches_survive_the_death_of_all_web_processes(
    deployment: Deployment, report: Report
) -> None:
    deployment.start_web()
    rng, kills = random.Random(2), times(2, 25)  # noqa: S311 when it dies is no secret
    with stream(deployment.client()) as sent:
        for kill in range(kills):
            sent.until_acknowledged(5 * (kill + 1))
            time.sleep(rng.uniform(0.0, 0.5))
            deployment.kill_web()
            deployment.start_web()
        sent.until_acknowledged(sent.acknowledged + 5)
    missing = lost(sent)
    cut_off = sum(sender.cut_off for sender in sent.senders)
    often = (
        f"{kills} kills, {sent.acknowledged} batches of {SIZE} acknowledged, {cut_off} of them "
        "committed when their answer was cut off"
    )
    report("`kill -9` of all web processes between and during batches", often=often, lost=missing)
    assert missing == 0


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_batches_and_analyses_outlive_the_database(
    deployment: Deployment, durable: Postgresql, data: Path, report: Report
) -> None:
    """While it is away requests are refused with 503; when it is back nothing was lost."""
    deployment.start_web()
    deployment.start_worker()
    deployment.until_logged("worker ready")
    client = deployment.client()
    stops = times(2, 10)
    with stream(client) as sent:
        sent.until_acknowledged(CLIENTS)
        asked = ask(client, sample_of(client, data / "wai_250.csv"), wait=0, kind="validity")
        for number in range(stops):
            sent.until_acknowledged(5 * (number + 1) + CLIENTS)
            durable.stop("immediate" if number % 2 else "fast")
            sent.until_refused(sent.refused + CLIENTS)
            assert is_problem(client.get("/readyz"), 503)
            time.sleep(AWAY_SECONDS if number == 0 else 0)
            durable.start()
        sent.until_acknowledged(sent.acknowledged + 5)
    missing = lost(sent)
    often = (
        f"{stops} stops, one of {AWAY_SECONDS} s, {sent.acknowledged} batches acknowledged, "
        f"{sent.refused} refused with 503"
    )
    report("database stopped and started again", often=often, lost=missing)
    assert missing == 0
    finished = until_finished(client, asked.json()["id"], seconds=300)
    assert (finished["status"], finished["attempts"]) == ("succeeded", 1), finished


def until_finished(client: Client, analysis: str, seconds: float = 60) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        found: dict[str, Any] = client.get(f"/v1/analyses/{analysis}").json()
        if found["status"] not in {"queued", "running"}:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


@pytest.fixture
def small_disk(deployment: Deployment) -> Iterator[Path]:
    """A disk of six mebibytes under the embedded database, with the database on it."""
    data = deployment.folder / "data"
    mount = str(program("mount"))
    tried = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(data)],
        check=False,
        capture_output=True,
    )
    if tried.returncode != 0:
        # a right that no file of the project can install; the limit of size below needs none
        pytest.skip("NOT TESTED: this machine does not let the tests mount a small disk")
    try:
        deployment.migrate()
        yield data
    finally:
        deployment.end()
        subprocess.run([str(program("umount")), str(data)], check=True, capture_output=True)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_small_disk_refuses_when_it_is_full_and_loses_nothing(
    deployment: Deployment, small_disk: Path, report: Report
) -> None:
    """What is read goes on; when there is room again, so does what is stored."""
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(4 << 20))
    deployment.start_web()
    client = deployment.client()
    with stream(client) as sent:
        sent.until_refused(4 * CLIENTS, seconds=120)
        full = sent.acknowledged
        assert full > 0
        assert client.get("/healthz").ok
        assert client.get(f"/v1/samples/{sent.sample}").ok
        ballast.unlink()
        sent.until_acknowledged(full + 5)
    nothing_lost("a disk of 6 MiB full, and emptied again", sent, full, report)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_and_loses_nothing(deployment: Deployment, report: Report) -> None:
    """The files may not grow beyond a limit; when they may again, all goes on."""
    deployment.start_web(file_size=2 << 20)
    client = deployment.client()
    with stream(client) as sent:
        deadline = time.monotonic() + 60
        while not all(503 in sender.refused for sender in sent.senders):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert client.get("/healthz").ok
        full = sent.acknowledged
        assert full > 0
        deployment.kill_web()
        deployment.start_web()
        sent.until_acknowledged(full + 5)
    nothing_lost("disk full", sent, full, report)


def nothing_lost(what: str, sent: Stream, full: int, report: Report) -> None:
    missing = lost(sent)
    refused = sum(sender.refused.count(503) for sender in sent.senders)
    often = f"{full} batches acknowledged until it was full, {refused} refused with 503"
    report(what, often=often, lost=missing)
    assert missing == 0
