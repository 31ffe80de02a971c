"""Webhooks: signed, with the identifier alone, tried again, and only where they may lead."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select, update

from service.adapters.database.engine import Database
from service.adapters.database.tables import DELIVERY, TENANT
from service.adapters.database.webhooks import (
    MAXIMUM_ATTEMPTS,
    DeliveryQueue,
    WebhookStore,
    announce,
    delay_ms,
)
from service.outbound_http import Answer, OutboundError
from service.records import DeliveryStatus, Webhook
from service.use_cases.deliver_event import deliver_next, secret_of
from tests.conftest import ROOT
from tests.security.receiver import Receiver, receiving
from tests.service.server import Client, Server, is_problem, running_server

JOB = "01a22765-864d-7810-b2cd-3ac2c2d5cbbb"


def mac(data: bytes) -> str:
    return (data.hex() + 64 * "0")[:64]


@pytest.fixture
def webhook(database: Database) -> Webhook:
    """A webhook for which one event waits."""
    with database.writing() as connection:
        connection.execute(insert(TENANT).values(id="t", name="clinic", created_at=0))
        connection.execute(insert(TENANT).values(id="u", name="other", created_at=0))
    WebhookStore(database).add("u", "https://other.example.org/")
    made = WebhookStore(database).add("t", "https://ehr.example.org/hook")
    with database.writing() as connection:
        announce(connection, "t", JOB, database.now_ms(connection))
    return made


def waited(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(DELIVERY).values(next_at=0))


class Sent:
    """Remembers what is sent, and answers as it is told."""

    def __init__(self, *outcomes: int | str) -> None:
        self.outcomes = list(outcomes)
        self.messages: list[tuple[str, bytes, dict[str, str]]] = []

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        self.messages.append((url, body, headers))
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, str):
            raise OutboundError(outcome)
        return Answer(status=outcome, body=b"planted")


def test_an_event_is_told_once_to_its_tenant_alone(database: Database, webhook: Webhook) -> None:
    queue, sent = DeliveryQueue(database), Sent(204)
    assert deliver_next(queue, mac, sent, seconds=lambda: 1e9) is not None
    assert deliver_next(queue, mac, sent, seconds=lambda: 1e9) is None
    waited(database)
    assert deliver_next(queue, mac, sent, seconds=lambda: 1e9) is None
    [(url, body, _)] = sent.messages
    assert url == webhook.url
    assert orjson.loads(body).keys() == {"type", "timestamp", "data"}
    assert orjson.loads(body)["data"] == {"id": JOB}
    [listed] = WebhookStore(database).deliveries("t", webhook.id, limit=9)
    assert (listed.status, listed.attempts, listed.outcome) == ("delivered", 1, "HTTP 204")


def test_the_documented_check_accepts_a_message_and_no_other(
    database: Database, webhook: Webhook
) -> None:
    sent = Sent(200)
    deliver_next(DeliveryQueue(database), mac, sent, seconds=time.time)
    [(_, body, headers)] = sent.messages
    text = (ROOT / "docs/security.md").read_text()
    [example] = [
        one
        for one in re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        if "is_from_alliance" in one
    ]
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102 our own documentation
    check, secret = names["is_from_alliance"], secret_of(webhook.id, mac)
    assert check(secret, headers, body)
    assert not check(secret, headers, body + b" ")
    assert not check(secret, headers | {"webhook-timestamp": "1"}, body)
    assert not check(secret, headers | {"webhook-id": "other"}, body)
    assert not check(secret_of("other", mac), headers, body)


def test_a_failure_is_tried_again_later_and_at_last_given_up(
    database: Database, webhook: Webhook
) -> None:
    queue = DeliveryQueue(database)
    outcomes: list[int | str] = [500, "the host did not answer in time"] * (MAXIMUM_ATTEMPTS // 2)
    sent = Sent(*outcomes)
    for attempt in range(1, MAXIMUM_ATTEMPTS + 1):
        delivered = deliver_next(queue, mac, sent, seconds=time.time)
        assert delivered is not None
        with database.reading() as connection:
            row = connection.execute(select(DELIVERY)).one()
            now = database.now_ms(connection)
        assert row.attempts == attempt
        if attempt < MAXIMUM_ATTEMPTS:
            assert row.status == DeliveryStatus.WAITING
            assert now < row.next_at <= now + delay_ms(attempt)
            assert deliver_next(queue, mac, sent, seconds=time.time) is None
        waited(database)
    assert (row.status, row.outcome) == ("given-up", "the host did not answer in time")
    assert deliver_next(queue, mac, sent, seconds=time.time) is None
    assert len({headers["webhook-id"] for _, _, headers in sent.messages}) == 1
    delays = [delay_ms(attempt) for attempt in range(1, MAXIMUM_ATTEMPTS)]
    assert delays == sorted(delays)
    assert delays[0] == 10_000
    assert max(delays) == 6 * 3600 * 1000


def test_a_worker_that_dies_leaves_its_delivery_to_another(
    database: Database, webhook: Webhook
) -> None:
    queue = DeliveryQueue(database)
    claimed = queue.claim()
    assert claimed is not None
    assert queue.claim() is None
    waited(database)
    again = queue.claim()
    assert again is not None
    assert (again[0].id, again[0].attempts) == (claimed[0].id, 2)
    queue.finish(claimed[0], "HTTP 200", arrived=True)  # of the dead one: counts no more
    [listed] = WebhookStore(database).deliveries("t", webhook.id, limit=9)
    assert (listed.status, listed.outcome) == ("waiting", None)


def test_a_webhook_goes_with_its_deliveries(database: Database, webhook: Webhook) -> None:
    WebhookStore(database).remove("t", webhook.id)
    assert DeliveryQueue(database).claim() is None
    with database.reading() as connection:
        assert connection.execute(select(DELIVERY)).all() == []


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[Server]:
    """A server that may call the receiver, and a host whose address is private."""
    settings = {
        "ALLIANCE_WEBHOOK_HOSTS": f"{receiver.host},localhost",
        "ALLIANCE_PRIVATE_HOSTS": receiver.host,
    }
    with running_server(tmp_path_factory.mktemp("calling"), "--workers=1", **settings) as server:
        yield server


def finished_analysis(client: Client) -> str:
    sample = {"name": "hook", "instrument": "wai-sr-client", "setting": "other"}
    place = client.post("/v1/samples", json=sample).json()["id"]
    rows = [{"id": f"r{n}", "answers": [1 + n % 5] * 12} for n in range(20)]
    client.post(f"/v1/samples/{place}/batches", json={"responses": rows})
    asked = {"kind": "items", "samples": [place]}
    answer = client.post("/v1/analyses", json=asked, headers={"Prefer": "wait=30"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def tried(client: Client, webhook_id: str) -> dict[str, Any]:
    """Wait until a delivery was tried."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        listed = client.get(f"/v1/webhooks/{webhook_id}/deliveries").json()["deliveries"]
        if listed and listed[0]["outcome"]:
            return dict(listed[0])
        time.sleep(0.1)
    raise TimeoutError


def test_a_finished_analysis_is_told_by_the_running_service(
    calling: Server, receiver: Receiver
) -> None:
    client, stranger = calling.client("hooked"), calling.client("not hooked")
    made = client.post("/v1/webhooks", json={"url": f"{receiver.url}/hook?a=1"})
    assert made.status_code == 201, made.text
    private = client.post("/v1/webhooks", json={"url": "https://localhost/hook"})
    assert private.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    analysis = finished_analysis(client)
    delivered = tried(client, made.json()["id"])
    assert (delivered["analysis"], delivered["status"]) == (analysis, "delivered")
    assert delivered["next_at"] is None
    [(method, path, headers, body)] = receiver.requests
    assert (method, path) == ("POST", "/hook?a=1")
    assert orjson.loads(body)["data"] == {"id": analysis}
    assert headers["webhook-id"] == delivered["id"]
    failed = tried(client, private.json()["id"])
    assert (failed["status"], failed["outcome"]) == ("waiting", "the host has a private address")

    first = client.get("/v1/webhooks?limit=1")
    assert "secret" not in first.text
    assert client.get(first.links["next"]["url"]).json()["webhooks"][0]["id"] == failed_id(private)
    page = client.get(f"/v1/webhooks/{made.json()['id']}/deliveries?limit=1")
    assert "next" in page.links
    assert stranger.get("/v1/webhooks").json()["webhooks"] == []
    place = f"/v1/webhooks/{made.json()['id']}"
    assert is_problem(stranger.get(f"{place}/deliveries"), 404)
    assert is_problem(stranger.delete(place), 404)
    assert client.delete(place).status_code == 204
    assert is_problem(client.get(f"{place}/deliveries"), 404)
    assert made.json()["secret"].encode() not in b"".join(written(calling.data))


def failed_id(made: Any) -> str:
    return str(made.json()["id"])


def written(folder: Path) -> Iterator[bytes]:
    return (file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://not-listed.example.org/"},
        {"url": "http://localhost/"},
        {"url": "https://127.0.0.1/"},
        {"url": ""},
        {"url": 7},
        {},
        {"url": "https://localhost/", "events": []},
    ],
)
def test_an_address_that_may_not_be_called_is_refused(calling: Server, body: Any) -> None:
    refused = calling.client("refused").post("/v1/webhooks", json=body)
    assert is_problem(refused, 422), refused.text


def test_unless_a_host_is_listed_there_are_no_webhooks(clinic: Client) -> None:
    refused = clinic.post("/v1/webhooks", json={"url": "https://ehr.example.org/"})
    assert is_problem(refused, 422)
    assert "not on the list" in refused.json()["errors"][0]["detail"]


def test_a_tenant_has_few_webhooks(calling: Server) -> None:
    client = calling.client("many")
    for _ in range(10):
        assert client.post("/v1/webhooks", json={"url": "https://localhost/"}).status_code == 201
    assert is_problem(client.post("/v1/webhooks", json={"url": "https://localhost/"}), 409)
