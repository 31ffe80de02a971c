"""A clock that jumps, forwards or back, loses nothing and holds nobody up."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from service.adapters.database.engine import Database
from service.adapters.database.idempotency import VOID_AFTER_MS, IdempotencyStore
from service.adapters.database.worker_registry import WorkerTable
from service.errors import ConflictError
from service.processes.heartbeat import Pulse
from service.processes.trusted_clock import Calendar
from service.records import Claim
from tests.service.test_heartbeat import LOOKS
from tests.service.test_heartbeat import Queue as Held
from tests.service.test_jobs import Queue, begin, result

DAY_MS = 86_400_000
Jump = Callable[[int], None]
"""Sets the clock so many milliseconds ahead of the true time."""


@pytest.fixture
def jump(monkeypatch: pytest.MonkeyPatch) -> Jump:
    true = time.time_ns
    return lambda ahead: monkeypatch.setattr(time, "time_ns", lambda: true() + ahead * 1_000_000)


@pytest.mark.parametrize("ahead", [DAY_MS, -DAY_MS], ids=["forwards", "back"])
def test_an_analysis_and_its_worker_live_through_a_jump(
    database: Database, jump: Jump, ahead: int
) -> None:
    queue, table = Queue(database), WorkerTable(database)
    job, worker = queue.submit(), queue.worker("a")
    lease = begin(worker, job)
    held = Held(taken={job: "a"})
    pulses = [Pulse(name, table, held, time_to_live=10) for name in ("a", "b")]
    for name in ("a", "b"):
        table.enter(name)
    for _ in range(2 * LOOKS):
        jump(ahead)
        pulses[0].beat()
        jump(-ahead)
        pulses[1].beat()
    assert held.resumed == []
    assert worker.succeed(lease, result(n_persons=1))
    assert queue.found(job).result == {"n_persons": 1}


def is_a_server(database: Database) -> bool:
    return database.url.startswith("postgresql")


def claim(queue: Queue, owner: str) -> Claim:
    return Claim(
        tenant_id=queue.tenant, key="k", owner=owner, request_mac=bytes(32), sample_id=None
    )


@pytest.mark.parametrize("ahead", [DAY_MS, -DAY_MS], ids=["forwards", "back"])
def test_a_key_whose_request_died_is_free_again_after_a_jump(
    database: Database, jump: Jump, ahead: int
) -> None:
    queue, store = Queue(database), IdempotencyStore(database)
    assert store.claim(claim(queue, "first")) is None
    with pytest.raises(ConflictError):
        store.claim(claim(queue, "second"))
    jump(ahead)
    if is_a_server(database):  # whose clock counts, and did not jump
        with pytest.raises(ConflictError):
            store.claim(claim(queue, "second"))
    else:
        assert store.claim(claim(queue, "second")) is None


def test_a_request_under_way_keeps_its_key_for_a_while(database: Database, jump: Jump) -> None:
    queue, store = Queue(database), IdempotencyStore(database)
    store.claim(claim(queue, "first"))
    jump(VOID_AFTER_MS // 2)
    with pytest.raises(ConflictError):
        store.claim(claim(queue, "second"))


@dataclass
class Clocks:
    """The time of day and the seconds since the start, both as the test says."""

    day: int = DAY_MS * 365
    seconds: float = 100.0

    def pass_by(self, seconds: float) -> None:
        self.day += int(seconds * 1000)
        self.seconds += seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()
    monkeypatch.setattr(time, "time_ns", lambda: made.day * 1_000_000)
    monkeypatch.setattr(time, "monotonic", lambda: made.seconds)
    return made


def test_a_leap_of_the_clock_is_believed_when_it_has_held(clocks: Clocks) -> None:
    calendar = Calendar()
    assert calendar.now_ms() == 0
    clocks.pass_by(1800)
    assert calendar.now_ms() == clocks.day
    clocks.pass_by(1800)
    true = clocks.day
    clocks.day += DAY_MS
    assert calendar.now_ms() == true
    clocks.pass_by(1800)
    assert calendar.now_ms() == clocks.day == true + DAY_MS + 1_800_000


def test_a_clock_that_was_wrong_for_a_while_deletes_nothing(clocks: Clocks) -> None:
    """Not at the start of the machine, and not when it goes wrong and is set right again."""
    clocks.day += DAY_MS
    calendar = Calendar()
    assert calendar.now_ms() == 0
    clocks.day -= DAY_MS
    for wrong in (0, DAY_MS, 0, -DAY_MS, 0):
        clocks.pass_by(1800)
        true = clocks.day
        clocks.day += wrong
        assert calendar.now_ms() <= true
        clocks.day -= wrong
