"""Nothing that is written anywhere repeats answers or persons, but the answers' own storage."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from psycopg import sql
from sqlalchemy import select

from service.adapters.database.engine import Database
from service.adapters.database.tables import IDEMPOTENCY
from tests.postgresql import Postgresql, running_postgresql
from tests.service.conftest import STORES
from tests.service.server import Client, Server, run_alliance, running_server
from tests.service.test_analyses import until_finished

PERSON, CLINICIAN, ID = "p-271828182845", "c-314159265358", "r-161803398874"
ANSWERS = [5, 1, 4, 1, 5, 2, 3, 5, 3, 5, 2, 4]
SCORING = {"instrument": "wai-sr-client", "responses": [{"id": ID, "answers": ANSWERS}]}
PLANTED = ("271828182845", "314159265358", "161803398874", "5,1,4,1,5,2,3,5")

OF_ANSWERS = {"block", "response_name", "idempotency"}
"""Tables that keep answers, or (for a day) the scores that a repeated request gets."""


@pytest.fixture(scope="module")
def talkative() -> Iterator[Postgresql]:
    """A PostgreSQL server that logs as it does by itself, and slow statements without values."""
    settings = ("fsync=off", "log_min_duration_statement=0", "log_parameter_max_length=0")
    with running_postgresql(settings=settings) as server:
        yield server


@pytest.fixture(params=STORES)
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    settings = {"ALLIANCE_METRICS": "1"}
    if request.param == "postgresql":
        settings["DATABASE_URL"] = request.getfixturevalue("talkative").new_database()
    with running_server(tmp_path, "--workers=2", **settings) as running:
        yield running


def row(number: int) -> dict[str, Any]:
    """A response in which everything is planted, or (later ones) another person's."""
    if number == 0:
        return {"id": ID, "person": PERSON, "clinician": CLINICIAN, "answers": ANSWERS}
    answers = [1 + (number * (item + 3) + item * item) % 5 for item in range(12)]
    return {"id": f"r{number}", "person": f"p{number}", "clinician": "c1", "answers": answers}


def collect(client: Client) -> str:
    """Store a batch twice under one key, and analyse it; the sample's identifier."""
    made = client.post(
        "/v1/samples", json={"name": "s", "instrument": "wai-sr-client", "setting": "other"}
    ).json()["id"]
    for _ in range(2):
        kept = client.post(
            f"/v1/samples/{made}/batches",
            json={"responses": [row(number) for number in range(60)]},
            headers={"Idempotency-Key": "once"},
        )
        assert kept.status_code == 201, kept.text
    for kind in ("items", "criterion"):
        asked = client.post("/v1/analyses", json={"kind": kind, "samples": [made]})
        assert until_finished(client, asked.json()["id"])["status"] in {"succeeded", "failed"}
    return str(made)


def refused(client: Client, sample: str) -> list[requests.Response]:
    """Answers to requests that carry what is planted to where it is refused."""
    batches = f"/v1/samples/{sample}/batches"
    asked = {"kind": "criterion", "samples": [sample]}
    return [
        client.post(batches, json={"responses": [row(0)]}),  # this id is there already
        client.post(batches, json={"responses": [{**row(0), "answers": [9, *ANSWERS[1:]]}]}),
        client.post(batches, json={"responses": [{"person": PERSON}]}),
        client.post(batches, json={"responses": [{**row(1), "person": f"{PERSON}\x00"}]}),
        client.post("/v1/score", json=SCORING | {PERSON: ANSWERS}),
        client.post("/v1/score", json={**SCORING, "instrument": PERSON}),
        client.get(f"/v1/samples/{PERSON}"),
        client.get(f"/v1/samples?after={PERSON}%00"),
        client.post(f"/v1/{PERSON}", json=SCORING),
        client.post("/v1/analyses", json={"kind": "items", "samples": [PERSON]}),
        client.post("/v1/analyses", json={**asked, "options": {"outcomes": [PERSON], PERSON: 1}}),
        client.post("/v1/persons/erasure", json={"person": PERSON, "x": PERSON}),
        client.post("/v1/persons/erasure", json={"person": PERSON, "sample": PERSON}),
    ]  # fmt: skip


def test_nothing_that_is_written_anywhere_repeats_answers_or_persons(
    watched: Server, request: pytest.FixtureRequest
) -> None:
    """Logs, metrics, the trail, refusals, other tables, the database's own log: none knows it."""
    client = watched.client("clinic", "admin")
    sample = collect(client)
    assert client.post("/v1/score", json=SCORING).ok
    answers = refused(client, sample)
    assert [answer.status_code for answer in answers if answer.status_code < 400] == []
    metrics = requests.get(watched.url + "/metrics", timeout=30).text
    assert "alliance_requests_total" in metrics
    trail = run_alliance("audit", env=watched.environment)
    assert len(trail.splitlines()) >= 7
    written = {
        "metrics": metrics,
        "trail": trail,
        **{f"answer {n}": one.text for n, one in enumerate(answers)},
        **dict(tables(watched)),
        **files(watched.data),
    }
    if "DATABASE_URL" in watched.environment:
        log = (request.getfixturevalue("talkative").folder / "log").read_text(errors="replace")
        assert "INSERT INTO sample" in log
        written["the database's log"] = log
    for place, text in written.items():
        for planted in PLANTED:
            assert planted not in text.replace(" ", ""), place
    erased = client.post("/v1/persons/erasure", json={"person": PERSON})
    assert erased.json()["responses"] == 1


def test_what_is_kept_of_a_request_cannot_be_tried_out(watched: Server) -> None:
    """One form has few possible answers: a bare hash of a request tells which they were."""
    client = watched.client("clinic")
    wanted = {"name": "s", "instrument": "wai-sr-client", "setting": "other"}
    path = f"/v1/samples/{client.post('/v1/samples', json=wanted).json()['id']}/batches"
    body = b'{"responses": [{"answers": [5, 1, 4, 1, 5, 2, 3, 5, 3, 5, 2, 4]}]}'
    headers = {"Content-Type": "application/json", "Idempotency-Key": "once"}
    assert client.post(path, data=body, headers=headers).status_code == 201
    with closing(Database(address_of(watched))) as database, database.reading() as connection:
        (kept,) = connection.execute(select(IDEMPOTENCY.c.request_sha256)).scalars()
    parts = [path.encode(), b"application/json", body]
    keyed = [b"idempotency", *parts]
    key = (watched.data / "audit.key").read_bytes()
    assert kept == hmac.digest(key, b"\0".join(keyed), "sha256")
    tried = [b"\0".join(some) for some in (parts, keyed, [body], parts[1:])]
    assert kept not in {hashlib.sha256(one).digest() for one in tried}


def address_of(server: Server) -> str:
    return server.environment.get("DATABASE_URL", f"sqlite:///{server.data / 'alliance.db'}")


def files(folder: Path) -> Mapping[str, str]:
    """Everything in a server's folder but the embedded database itself."""
    return {
        file.name: file.read_bytes().decode(errors="replace")
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith("alliance.db")
    }


def tables(server: Server) -> Iterator[tuple[str, str]]:
    """Every table but the answers' own, as text; the queue's tables too."""
    found = dict(_postgresql(server) if "DATABASE_URL" in server.environment else _sqlite(server))
    assert found.keys() >= OF_ANSWERS
    assert "161803398874" in found["response_name"]
    assert {"job", "audit", "sample"} <= found.keys()
    assert any("workflow" in name for name in found)
    yield from ((name, text) for name, text in found.items() if name not in OF_ANSWERS)


def _sqlite(server: Server) -> Iterator[tuple[str, str]]:
    for file in server.data.glob("*.db"):
        connection = sqlite3.connect(file)
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (name,) in names:
            yield name, repr(connection.execute(f'SELECT * FROM "{name}"').fetchall())  # noqa: S608
        connection.close()


def _postgresql(server: Server) -> Iterator[tuple[str, str]]:
    every = """
        SELECT table_schema, table_name FROM information_schema.tables
        WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
    """
    with psycopg.connect(server.environment["DATABASE_URL"]) as connection:
        for schema, name in connection.execute(every).fetchall():
            query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, name))
            yield name, repr(connection.execute(query).fetchall())
