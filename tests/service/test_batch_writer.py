"""What is written in the background is written once, in order, and not lost by a failure."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from service.batch_writer import Batches


class Store:
    """Keeps what is written; fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.batches: list[tuple[int, ...]] = []
        self.failures = failures

    def write(self, items: Sequence[int]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError
        self.batches.append(tuple(items))


def test_items_that_come_together_are_written_together_and_in_order() -> None:
    store = Store()
    batches = Batches(store.write, seconds=60, at_most=100)
    for item in range(5):
        batches.add(item)
    batches.close()
    assert store.batches == [(0, 1, 2, 3, 4)]


def test_items_are_written_without_anyone_waiting_or_closing() -> None:
    store = Store()
    batches = Batches(store.write, seconds=0, at_most=100)
    for item in range(3):
        batches.add(item)
        until(lambda item=item: store.batches[-1:] == [(item,)])
    batches.close()


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_who_waits_is_not_kept_waiting_for_others() -> None:
    store = Store()
    batches = Batches(store.write, seconds=60, at_most=100)
    batches.add(1)
    assert batches.add_and_wait(2, seconds=60)
    assert store.batches == [(1, 2)]
    batches.close()


def test_a_failed_write_is_repeated_with_what_came_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("service.batch_writer._RETRY_SECONDS", 0.01)
    store = Store(failures=2)
    batches = Batches(store.write, seconds=0, at_most=100)
    batches.add(1)
    assert batches.add_and_wait(2, seconds=60)
    batches.close()
    assert [item for batch in store.batches for item in batch] == [1, 2]


def test_waiting_ends_when_nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.batch_writer._RETRY_SECONDS", 0.01)
    batches = Batches(Store(failures=1_000_000).write, seconds=0, at_most=100)
    assert not batches.add_and_wait(1, seconds=0.05)
    batches.close()


def test_more_than_may_wait_is_refused_instead_of_filling_the_memory() -> None:
    held = threading.Event()
    batches = Batches(lambda _: held.wait() and None, seconds=0, at_most=2)
    for item in range(10):
        batches.add(item)
    assert not batches.add_and_wait(10, seconds=0.01)
    held.set()
    batches.close()


def test_many_threads_lose_nothing() -> None:
    store = Store()
    batches = Batches(store.write, seconds=0.001, at_most=10_000)
    threads = [
        threading.Thread(target=lambda: [batches.add(item) for item in range(200)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batches.close()
    assert sum(len(batch) for batch in store.batches) == 1600
