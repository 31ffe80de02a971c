"""Requests that take long keep no others waiting, and a request is answered by one thread alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
import requests

from service.processes.leadership import Leadership
from tests.processes.holding import THREADS
from tests.service.server import free_port

_SECONDS = 60


@pytest.fixture
def url() -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "tests.processes.holding", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + _SECONDS
        while not _answers(url) and time.monotonic() < deadline:
            time.sleep(0.05)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=_SECONDS)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def _ask(pool: ThreadPoolExecutor, address: str, times: int) -> list[Future[requests.Response]]:
    return [pool.submit(requests.get, address, timeout=_SECONDS) for _ in range(times)]


def test_as_many_requests_are_under_way_as_there_are_threads(url: str) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(3):
            assert all(one.result().ok for one in _ask(pool, url + "/meet", THREADS))


def test_while_all_threads_but_one_are_held_up_others_are_answered(url: str) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        held = _ask(pool, url + "/hold", THREADS - 1)
        for _ in range(20):
            assert requests.get(url, timeout=_SECONDS).ok
        assert not any(one.done() for one in held)
        assert requests.get(url + "/release", timeout=_SECONDS).ok
        assert all(one.result().ok for one in held)


def test_what_is_more_than_the_threads_waits_and_is_answered_in_the_end(url: str) -> None:
    with ThreadPoolExecutor(3 * THREADS) as pool:
        held = _ask(pool, url + "/hold", THREADS - 1)
        others = _ask(pool, url, 2 * THREADS)
        assert requests.get(url + "/release", timeout=_SECONDS).ok
        assert all(one.result().ok for one in [*held, *others])


def test_who_is_not_answering_is_never_deposed() -> None:
    leadership = Leadership()
    term = leadership.term
    assert not leadership.depose_if_held_up()
    leadership.answering()
    assert leadership.still_leads(term)
    assert not leadership.depose_if_held_up()
    assert leadership.term == term


def test_who_is_held_up_is_deposed_once_and_learns_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.processes.leadership.HELD_UP_SECONDS", 0.0)
    leadership = Leadership()
    term = leadership.term
    leadership.answering()
    assert leadership.depose_if_held_up()
    assert not leadership.depose_if_held_up()
    assert not leadership.still_leads(term)
    assert leadership.term != term


def test_whoever_watches_sleeps_while_nothing_happens_and_is_woken() -> None:
    leadership = Leadership()
    woken = threading.Event()

    def watch() -> None:
        while not leadership.depose_if_held_up():
            leadership.wait(_SECONDS)
        woken.set()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    leadership.answering()
    assert woken.wait(_SECONDS)
