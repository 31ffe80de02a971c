"""Who counts on lives; who stands still dies, by looks and not by any clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import pytest

from service.adapters.database.engine import Database
from service.adapters.database.worker_registry import WorkerTable
from service.processes.heartbeat import Pulse, TakenForDeadError


@dataclass
class Queue:
    """What workers hold, and what was put back."""

    taken: dict[str, str] = field(default_factory=dict)
    resumed: list[str] = field(default_factory=list)
    before_looking: Callable[[], None] = lambda: None

    def held(self) -> Mapping[str, str]:
        self.before_looking()
        return dict(self.taken)

    def put_back(self, analyses: Collection[str]) -> None:
        for job in analyses:
            self.taken.pop(job)
        self.resumed.extend(analyses)


@pytest.fixture
def table(database: Database) -> WorkerTable:
    return WorkerTable(database)


def enter(table: WorkerTable, queue: Queue, name: str) -> Pulse:
    table.enter(name)
    return Pulse(name, table, queue, time_to_live=10)


LOOKS = 5
"""Ten seconds to live, a look every two."""


def test_a_worker_that_stands_still_dies_and_what_it_had_is_put_back(table: WorkerTable) -> None:
    queue = Queue(taken={"job": "b"})
    alive = enter(table, queue, "a")
    enter(table, queue, "b").beat()
    for _ in range(LOOKS):
        alive.beat()
    assert queue.resumed == []
    alive.beat()
    assert queue.resumed == ["job"]
    assert list(table.beats()) == ["a"]


def test_a_worker_that_counts_on_lives(table: WorkerTable) -> None:
    queue = Queue(taken={"one": "a", "two": "b"})
    pulses = [enter(table, queue, name) for name in ("a", "b")]
    for _ in range(4 * LOOKS):
        for pulse in pulses:
            pulse.beat()
    assert queue.resumed == []


def test_a_worker_that_was_taken_for_dead_learns_of_it(table: WorkerTable) -> None:
    queue = Queue()
    revived = enter(table, queue, "a")
    alive = enter(table, queue, "b")
    for _ in range(LOOKS + 1):
        alive.beat()
    with pytest.raises(TakenForDeadError):
        revived.beat()


def test_looks_count_anew_after_the_database_was_away(table: WorkerTable) -> None:
    """All counts stand still while it is away; nobody is dead for that."""
    queue = Queue(taken={"job": "b"})
    alive = enter(table, queue, "a")
    enter(table, queue, "b")
    for _ in range(LOOKS):
        alive.beat()
    alive.forget()
    for _ in range(LOOKS):
        alive.beat()
    assert queue.resumed == []


def test_what_a_worker_had_that_left_in_order_is_put_back_at_once(table: WorkerTable) -> None:
    queue = Queue(taken={"job": "b"})
    alive = enter(table, queue, "a")
    enter(table, queue, "b").beat()
    table.leave("b")
    alive.beat()
    assert queue.resumed == ["job"]


def test_only_the_oldest_worker_puts_back(table: WorkerTable) -> None:
    queue = Queue(taken={"job": "nobody"})
    oldest, other = enter(table, queue, "a"), enter(table, queue, "b")
    other.beat()
    assert queue.resumed == []
    oldest.beat()
    assert queue.resumed == ["job"]


def test_a_worker_that_moved_meanwhile_is_not_removed(table: WorkerTable) -> None:
    table.enter("a")
    seen = table.beats()["a"]
    assert table.beat("a")
    assert not table.remove("a", seen)
    assert table.beat("a")


def test_what_a_worker_took_that_appeared_at_this_moment_stays_its_own(table: WorkerTable) -> None:
    """It came after the oldest one had looked who lives, and before it looked who has what."""
    queue = Queue()
    oldest = enter(table, queue, "a")

    def another_comes() -> None:
        table.enter("b")
        queue.taken["job"] = "b"

    queue.before_looking = another_comes
    oldest.beat()
    assert queue.resumed == []
