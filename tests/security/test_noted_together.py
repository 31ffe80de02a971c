"""What a request stores or deletes, and its audit entry: both or neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.adapters.database.audit import AuditStore
from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.adapters.database.tables import BATCH, JOB, SAMPLE
from service.app import create_app
from service.audit import AuditTrail
from service.auth.api_secrets import new_secret
from service.config import Config
from service.records import AuditEntry, Scope

RESPONSES = {"responses": [{"id": "a/1", "answers": [3] * 12, "person": "p-1"}]}


class FullError(Exception):
    """The trail takes no entry."""


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    config = Config.from_environment({"ALLIANCE_DATA": str(tmp_path), "ALLIANCE_RATE": "0"})
    migrate(Database(config.sqlalchemy_url))
    return create_app(config)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    secret = new_secret()
    keys = KeyStore(app.extensions["alliance"].database)
    keys.add("clinic", [Scope.ADMIN], secret.prefix, secret.digest)
    made = app.test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {secret.text}"
    return made


def new_sample(client: FlaskClient) -> str:
    body = {"name": "s", "instrument": "wai-sr-client", "setting": "other"}
    answer = client.post("/v1/samples", json=body)
    assert answer.status_code == 201
    return str(answer.get_json()["id"])


def entries(app: Flask) -> list[AuditEntry]:
    return [row.entry for row in app.extensions["alliance"].audit_store.all()]


def test_entries_are_there_although_nothing_is_written_after_the_transaction(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if the process were killed between the commit and the answer."""
    monkeypatch.setattr(AuditTrail, "record_before_answering", lambda *_: None)
    monkeypatch.setattr(AuditTrail, "record", lambda *_: None)
    sample = new_sample(client)
    key = {"Idempotency-Key": "once"}
    client.post(f"/v1/samples/{sample}/batches", json=RESPONSES, headers=key)
    client.post(f"/v1/samples/{sample}/batches", json=RESPONSES, headers=key)
    body = {"kind": "items", "samples": [sample]}
    job = client.post("/v1/analyses", json=body, headers={"Prefer": "wait=0"}).get_json()["id"]
    client.delete(f"/v1/analyses/{job}")
    client.put(f"/v1/samples/{sample}/responses/a%2F1", json={"answers": [2] * 12})
    client.delete(f"/v1/samples/{sample}/responses/a%2F1")
    client.post("/v1/persons/erasure", json={"person": "p-1"})
    client.delete(f"/v1/samples/{sample}")
    found = [(one.method, one.route, one.thing, one.status) for one in entries(app)]
    assert found == [
        ("POST", "/v1/samples", None, 201),
        ("POST", "/v1/samples/<sample_id>/batches", sample, 201),
        ("POST", "/v1/analyses", None, 202),
        ("DELETE", "/v1/analyses/<analysis_id>", job, 204),
        ("PUT", "/v1/samples/<sample_id>/responses/<name:response_id>", sample, 200),
        ("DELETE", "/v1/samples/<sample_id>/responses/<name:response_id>", sample, 204),
        ("POST", "/v1/persons/erasure", None, 200),
        ("DELETE", "/v1/samples/<sample_id>", sample, 204),
    ]
    about = {one.instrument_id for one in entries(app)[:3]}
    assert about == {"wai-sr-client"}
    assert all(one.caller_kind == "key" for one in entries(app))


def test_what_was_noted_in_its_transaction_is_noted_once(app: Flask, client: FlaskClient) -> None:
    sample = new_sample(client)
    client.post(f"/v1/samples/{sample}/batches", json={"responses": [{"answers": [9] * 12}]})
    client.post(f"/v1/samples/{sample}/batches", json=RESPONSES)
    app.extensions["alliance"].close()
    found = [(one.route, one.status) for one in entries(app)]
    batches = "/v1/samples/<sample_id>/batches"
    assert found == [("/v1/samples", 201), (batches, 422), (batches, 201)]


def test_what_cannot_be_noted_is_not_done(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = new_sample(client)
    client.post(f"/v1/samples/{sample}/batches", json=RESPONSES)
    unnamed = {"responses": [{"answers": [3] * 12}]}

    def full(*_: Any) -> None:
        raise FullError

    monkeypatch.setattr(AuditStore, "append_within", full)
    database = app.extensions["alliance"].database
    before = counts(database)
    body = {"name": "s", "instrument": "wai-sr-client", "setting": "other"}
    answers = (
        client.post("/v1/samples", json=body),
        client.post(f"/v1/samples/{sample}/batches", json=unnamed),
        client.post("/v1/analyses", json={"kind": "items", "samples": [sample]}),
        client.put(f"/v1/samples/{sample}/responses/a%2F1", json={"answers": [2] * 12}),
        client.delete(f"/v1/samples/{sample}/responses/a%2F1"),
        client.delete(f"/v1/samples/{sample}"),
    )
    assert [answer.status_code for answer in answers] == [500] * 6
    assert counts(database) == before


def counts(database: Database) -> list[int]:
    with database.reading() as connection:
        return [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (SAMPLE, BATCH, JOB)
        ]
