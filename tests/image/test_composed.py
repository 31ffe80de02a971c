"""What ``compose.yaml`` starts, in real containers on a network of their own: used, cut, killed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.faults.test_batches import CLIENTS, Stream, lost, stream
from tests.faults.test_workers import until_all_finished
from tests.image.engine import IMAGE, MOST_FAILED, Composed, docker, logged, note, until_ready
from tests.service.server import PROBLEM, Client, is_problem
from tests.service.test_analyses import ask, sample_of, until_finished

pytestmark = pytest.mark.image

MEBIBYTE = 1 << 20


_NUMBERS = count(1)


@pytest.fixture
def client(deployed: Composed) -> Client:
    """Of a tenant of its own: identifiers and Idempotency-Keys are a tenant's."""
    until_ready(deployed.url, workers=3)
    return deployed.client(f"clinic-{next(_NUMBERS)}")


@pytest.fixture
def sample(client: Client, data: Path) -> str:
    return sample_of(client, data / "wai_250.csv")


def sent_through_the_proxy(client: Client) -> Stream:
    """Batches, some of which the proxy may have to refuse."""
    made = stream(client)
    for sender in made.senders:
        sender.expected = frozenset({409, 502, 503, 504})
    return made


@pytest.mark.parametrize("kind", ["reliability", "cfa"])
def test_two_web_servers_and_three_workers_are_one_service(
    client: Client, sample: str, kind: str
) -> None:
    analysis = ask(client, sample, kind=kind, wait=0).json()["id"]
    assert until_finished(client, analysis, seconds=120)["status"] == "succeeded"


def test_the_proxy_passes_on_what_the_service_takes_and_refuses_in_its_words(
    client: Client,
) -> None:
    headers = {"Content-Type": "application/json"}
    by_service = client.post("/v1/score", data=b" " * (32 * MEBIBYTE + 1), headers=headers)
    assert is_problem(by_service, 413)
    assert "X-Request-Id" in by_service.headers
    by_proxy = client.post("/v1/score", data=b" " * (34 * MEBIBYTE), headers=headers)
    assert is_problem(by_proxy, 413)
    assert by_proxy.json() == by_service.json()


def events(client: Client, analysis: str) -> Iterator[str]:
    """Yield the names of the events as they come."""
    answer = requests.get(
        f"{client.url}/v1/analyses/{analysis}/events",
        headers={"Authorization": f"Bearer {client.key}"},
        stream=True,
        timeout=120,
    )
    with closing(answer):
        for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
            if line.startswith("event: "):
                yield line.removeprefix("event: ")


def test_events_come_through_the_proxy_as_they_happen(
    deployed: Composed, client: Client, sample: str
) -> None:
    """The first is there while nobody is at work, the last when somebody was."""
    deployed.compose("stop", "worker")
    analysis = ask(client, sample, kind="items", wait=0).json()["id"]
    coming = events(client, analysis)
    assert next(coming) == "progress"
    deployed.compose("start", "worker")
    assert list(coming)[-1] == "finished"


def test_nobody_answers_for_a_neighbour_behind_the_same_proxy(
    deployed: Composed, client: Client
) -> None:
    """Failed attempts count for who made them, whatever address they claim to be passed on from."""
    stranger = Client(url=client.url, key="alliance_000000000000_" + "x" * 43)
    answers = set[int]()
    for number in range(20 * MOST_FAILED):
        claimed = {"X-Forwarded-For": f"198.51.100.{number % 250}"}
        answers.add(stranger.get("/v1/samples", headers=claimed).status_code)
    assert answers == {401, 429}
    neighbour = (
        "import urllib.request as r, urllib.error as e\n"
        "q = r.Request('http://proxy:8000/v1/samples', headers={'Authorization': 'Bearer x'})\n"
        "try: r.urlopen(q)\n"
        "except e.HTTPError as answer: print(answer.code)"
    )
    assert deployed.execute("worker", "python", "-c", neighbour) == "401"


def test_nothing_is_lost_when_machines_die_or_vanish(
    deployed: Composed, client: Client, sample: str
) -> None:
    """A web server and a worker are killed, two others lose their network for a while."""
    asked = [ask(client, sample, kind="validity", wait=0).json()["id"] for _ in range(6)]
    killed = [deployed.named("web", 1), deployed.named("worker", 1)]
    with sent_through_the_proxy(client) as sent:
        sent.until_acknowledged(20)
        docker("kill", *killed)
        sent.until_acknowledged(sent.acknowledged + 20)
        docker("start", *killed)
        deployed.cut_off(deployed.named("worker", 2))
        sent.until_acknowledged(sent.acknowledged + 20)
        deployed.cut_off(deployed.named("web", 2))
        sent.until_acknowledged(sent.acknowledged + 20, seconds=180)
        deployed.bring_back("web", 2)
        deployed.bring_back("worker", 2)
        sent.until_acknowledged(sent.acknowledged + 20, seconds=180)
    finished = until_all_finished(client, asked, seconds=600)
    assert Counter(one["status"] for one in finished) == {"succeeded": len(asked)}
    assert len({repr(one["result"]) for one in finished}) == 1
    assert max(ends(deployed).values()) == 1
    note(f"machines killed and cut off: {said_of(sent)}; {len(asked)} analyses finished once each")
    assert lost(sent) == 0


def ends(deployed: Composed) -> Counter[str]:
    """Count how often each analysis ended well, by what all workers wrote."""
    written = "".join(logged(deployed.named("worker", number)) for number in (1, 2, 3))
    lines = (line for line in written.splitlines() if '"analysis ended"' in line)
    return Counter(line.split('"job":"')[1][:36] for line in lines if "succeeded" in line)


def said_of(sent: Stream) -> str:
    refused = Counter(status for sender in sent.senders for status in sender.refused)
    said = ", ".join(f"{count} × {status}" for status, count in sorted(refused.items()))
    return f"{sent.acknowledged} batches acknowledged, refused {said or 'none'}"


def test_a_frozen_machine_keeps_nobody_from_storing(deployed: Composed, client: Client) -> None:
    """The database ends the sessions of who holds a lock and says nothing.

    The proxy goes on to give it every other request, which nobody answers; the others are stored.
    """
    frozen = deployed.named("web", 1)
    with sent_through_the_proxy(client) as sent:
        sent.until_acknowledged(20)
        docker("pause", frozen)
        sent.until_acknowledged(sent.acknowledged + CLIENTS, seconds=300)
        docker("unpause", frozen)
        sent.until_acknowledged(sent.acknowledged + 20)
    note(f"a web server frozen: {said_of(sent)}")
    assert lost(sent) == 0


def test_web_servers_made_anew_are_found_at_their_new_addresses(
    deployed: Composed, client: Client
) -> None:
    before = addresses(deployed)
    deployed.compose("rm", "--stop", "--force", "web")
    network = f"--network={deployed.network}"
    others = [docker("run", "--detach", network, IMAGE, "sleep", "600") for _ in range(2)]
    try:
        deployed.compose("up", "--detach", "--no-deps", "web")
        until_ready(deployed.url)
    finally:
        docker("rm", "--force", "--volumes", *others)
    assert not addresses(deployed) & before
    deadline = time.monotonic() + 60
    while len(answered_by(client, 20)) > 1:
        assert time.monotonic() < deadline


def addresses(deployed: Composed) -> set[str]:
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    names = [deployed.named("web", number) for number in (1, 2)]
    return set(docker("inspect", "--format", template, *names).split())


def answered_by(client: Client, times: int) -> set[Any]:
    answers = [client.get("/v1/samples") for _ in range(times)]
    assert {answer.headers["Content-Type"] for answer in answers} <= {"application/json", PROBLEM}
    return {answer.status_code for answer in answers}


def test_everything_stops_in_order(deployed: Composed, client: Client, sample: str) -> None:
    """Last of all: an analysis under way is handed over and finished afterwards."""
    analysis = ask(client, sample, kind="validity", wait=0).json()["id"]
    deployed.compose("stop", "web", "worker")
    codes = [
        docker("inspect", "--format", "{{.State.ExitCode}}", deployed.named(service, number))
        for service, replicas in (("web", 2), ("worker", 3))
        for number in range(1, replicas + 1)
    ]
    assert set(codes) == {"0"}
    gone = requests.get(f"{deployed.url}/healthz", timeout=60)
    assert is_problem(gone, gone.status_code)
    assert gone.status_code in {502, 504}
    assert gone.headers["Retry-After"] == "1"
    deployed.compose("start", "web", "worker")
    until_ready(deployed.url, workers=3)
    done = until_finished(client, analysis, seconds=300)
    assert (done["status"], done["attempts"]) == ("succeeded", 1)
