"""Rates: what a bucket holds, that processes share it, and how a refusal looks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from multiprocessing import get_context
from typing import Any

import pytest

from service.rates import SharedRates
from tests.service.server import Client, Server, is_problem, running_server
from tests.service.test_analyses import ask

RESPONSE = {"instrument": "wai-sr-client", "responses": [{"answers": [3] * 12}]}


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_full_bucket_gives_its_tokens_at_once_and_then_fills_evenly() -> None:
    clock = Clock()
    rates = SharedRates(clock)
    taken = [rates.take("a", 6) for _ in range(7)]
    assert [verdict.remaining for verdict in taken] == [5, 4, 3, 2, 1, 0, 0]
    assert [verdict.allowed for verdict in taken] == [*[True] * 6, False]
    assert taken[-1].retry_after == pytest.approx(10)
    clock.now += 10
    assert rates.take("a", 6).allowed
    assert not rates.take("a", 6).allowed
    clock.now += 60
    assert rates.peek("a", 6).remaining == 6


def test_over_a_long_time_the_rate_is_exact() -> None:
    clock = Clock()
    rates = SharedRates(clock)
    allowed = 0
    for _ in range(6000):
        allowed += rates.take("a", 60).allowed
        clock.now += 0.1
    assert abs(allowed - (60 + 600)) <= 1


def test_buckets_do_not_touch_each_other_and_looking_takes_nothing() -> None:
    rates = SharedRates(Clock())
    assert [rates.take(name, 1).allowed for name in ("a", "b", "a")] == [True, True, False]
    assert all(rates.peek("c", 1).allowed for _ in range(3))


def test_a_table_that_is_overrun_refuses_nobody_who_has_a_token() -> None:
    rates = SharedRates(Clock())
    assert all(rates.take(str(number), 1).allowed for number in range(100_000))


def test_processes_share_a_bucket_and_lose_no_count() -> None:
    rates, fork = SharedRates(Clock()), get_context("fork")
    granted = fork.Value("i", 0)
    processes = [fork.Process(target=take, args=(rates, granted)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert granted.value == 1000


class Trap:
    """A clock that holds whoever looks at it, while it is set."""

    def __init__(self) -> None:
        self.holds = get_context("fork").Event()
        self.is_set = True

    def __call__(self) -> float:
        if self.is_set:
            self.holds.set()
            time.sleep(600)
        return 1000.0


def test_a_process_that_is_killed_while_it_counts_keeps_nobody_out() -> None:
    trap = Trap()
    rates = SharedRates(trap)
    killed = get_context("fork").Process(target=rates.take, args=("a", 1000))
    killed.start()
    assert trap.holds.wait(60)
    killed.kill()
    killed.join()
    trap.is_set = False
    assert [rates.take("a", 1000).remaining for _ in range(3)] == [999, 998, 997]


def take(rates: SharedRates, granted: Any) -> None:
    mine = sum(rates.take("a", 1000).allowed for _ in range(400))
    with granted.get_lock():
        granted.value += mine


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with low limits."""
    with running_server(
        tmp_path_factory.mktemp("strict"),
        "--workers=2",
        ALLIANCE_RATE="20",
        ALLIANCE_FAILED_RATE="4",
        ALLIANCE_MAXIMUM_ROWS="2",
        ALLIANCE_MAXIMUM_UNFINISHED="1",
        ALLIANCE_PROXIES="1",
    ) as running:
        yield running


def test_a_key_beyond_its_rate_is_told_when_to_come_back_and_others_go_on(strict: Server) -> None:
    eager, other = strict.client("eager"), strict.client("other")
    answers = [eager.post("/v1/score", json=RESPONSE) for _ in range(22)]
    assert [answer.status_code for answer in answers[:20]] == [200] * 20
    assert answers[0].headers["RateLimit-Limit"] == "20"
    assert int(answers[4].headers["RateLimit-Remaining"]) <= 16
    refused = answers[-1]
    assert is_problem(refused, 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 3
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert 50 <= int(refused.headers["RateLimit-Reset"]) <= 60
    assert other.post("/v1/score", json=RESPONSE).status_code == 200


def test_an_address_that_fails_too_often_is_not_heard_and_no_other_suffers(strict: Server) -> None:
    valid = strict.client("valid")
    here, there = ({"X-Forwarded-For": address} for address in ("192.0.2.1", "192.0.2.2"))
    assert valid.get("/v1/instruments", headers=here).status_code == 200
    wrong = Client(url=strict.url, key="alliance_" + "0" * 12 + "_" + "x" * 43)
    statuses = [wrong.get("/v1/instruments", headers=here).status_code for _ in range(5)]
    assert statuses == [401] * 4 + [429]
    refused = wrong.get("/v1/instruments", headers=here)
    assert is_problem(refused, 429)
    assert int(refused.headers["Retry-After"]) <= 15
    assert wrong.get("/v1/instruments", headers=there).status_code == 401
    assert valid.get("/v1/instruments", headers=there).status_code == 200


def test_an_address_cannot_be_forged_past_the_trusted_proxy(strict: Server) -> None:
    wrong = Client(url=strict.url, key="alliance_" + "0" * 12 + "_" + "x" * 43)
    statuses = [
        wrong.get("/v1/instruments", headers={"X-Forwarded-For": f"{n}, 192.0.2.9"}).status_code
        for n in range(5)
    ]
    assert statuses == [401] * 4 + [429]


def test_hosts_of_one_ipv6_network_share_their_failures(strict: Server) -> None:
    wrong = Client(url=strict.url, key="nonsense")
    statuses = [
        wrong.get("/v1/instruments", headers={"X-Forwarded-For": f"2001:db8::{n}"}).status_code
        for n in range(5)
    ]
    assert statuses == [401] * 4 + [429]


def test_a_request_without_credentials_is_no_attempt(strict: Server) -> None:
    nobody = Client(url=strict.url, key=None)
    headers = {"X-Forwarded-For": "192.0.2.3"}
    assert all(nobody.get("/v1/samples", headers=headers).status_code == 401 for _ in range(8))


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", '{"instrument": "wai-sr-client", "responses": [1, 2, 3]}'),
        ("application/x-ndjson", "1\n2\n3\n"),
        ("text/csv", "i1,i2\n1,1\n1,1\n1,1\n"),
    ],
)
def test_too_many_responses_in_one_request_are_refused(
    strict: Server, media_type: str, body: str
) -> None:
    refused = strict.client("bulk").post(
        "/v1/score?instrument=wai-sr-client", data=body, headers={"Content-Type": media_type}
    )
    assert is_problem(refused, 413)
    assert "2 responses" in refused.json()["detail"]


def test_a_tenant_cannot_fill_the_queue(strict: Server) -> None:
    client = strict.client("patient")
    sample = client.post(
        "/v1/samples", json={"name": "s", "instrument": "wai-sr-client", "setting": "other"}
    ).json()["id"]
    for _ in range(8):
        batch = {"responses": [{"answers": [1, 2, 3, 4] * 3}, {"answers": [5, 3, 1, 4] * 3}]}
        assert client.post(f"/v1/samples/{sample}/batches", json=batch).status_code == 201
    slow = {"kind": "dimensionality", "options": {"replicates": 2000, "correlation": "pearson"}}
    first = ask(client, sample, wait=0, **slow)
    refused = ask(client, sample, wait=0, **slow)
    assert is_problem(refused, 429)
    assert refused.headers["Retry-After"] == "10"
    client.delete(first.headers["Location"])
    assert ask(client, sample, wait=0, **slow).status_code in {201, 202}
