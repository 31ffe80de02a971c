"""The audit trail: whole, in order, unchangeable, and silent about persons."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from service.adapters.database.audit import AuditStore
from service.adapters.database.engine import Database
from service.adapters.database.tables import AUDIT, AUDIT_HEAD
from service.audit import AuditKey
from service.errors import ConfigurationError
from service.records import AuditEntry
from tests.conftest import ROOT
from tests.service.server import Client, Server, is_problem, run_alliance, running_server
from tests.service.test_analyses import ask, sample_of

ENTRY = AuditEntry(
    at=1_700_000_000_000,
    tenant_id="clinic",
    caller_kind="key",
    caller_id="key-1",
    method="POST",
    route="/v1/score",
    thing=None,
    instrument_id="wai-sr-client",
    instrument_version="1.0.0",
    body_mac="00" * 32,
    status=200,
    request_id="0af7651916cd43dd8448eb211c80319c",
)


@pytest.fixture
def trail(database: Database, tmp_path: Path) -> AuditStore:
    return AuditStore(database, AuditKey("k" * 32, tmp_path))


def test_entries_come_back_as_they_were_and_in_order(trail: AuditStore) -> None:
    entries = [replace(ENTRY, status=status) for status in (200, 422, 500)]
    trail.append(entries[:2])
    trail.append(entries[2:])
    assert [row.entry for row in trail.all()] == entries
    assert [row.number for row in trail.page("clinic", after=1, limit=1)] == [2]
    assert trail.page("stranger", after=0, limit=10) == []
    assert trail.first_broken() is None


@pytest.mark.parametrize("change", [update(AUDIT).values(status=200), delete(AUDIT)])
def test_the_database_refuses_to_change_or_remove_entries(
    database: Database, trail: AuditStore, change: Any
) -> None:
    trail.append([ENTRY])
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as connection:
        connection.execute(change)
    assert [row.entry for row in trail.all()] == [ENTRY]


def drop_the_guard(database: Database) -> None:
    """What somebody does who owns the database and means to go around the guard."""
    with database.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_no_update"))
            connection.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER audit_no_change ON audit"))


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (update(AUDIT).where(AUDIT.c.number == 2).values(status=200), 2),
        (delete(AUDIT).where(AUDIT.c.number == 1), 1),
        (delete(AUDIT).where(AUDIT.c.number == 3), 3),
        (update(AUDIT).where(AUDIT.c.number == 3).values(chain="0" * 64), 3),
        (update(AUDIT_HEAD).values(chain="0" * 64), 3),
    ],
)
def test_whoever_goes_around_the_guard_is_found_out(
    database: Database, trail: AuditStore, change: Any, broken: int
) -> None:
    trail.append([replace(ENTRY, status=status) for status in (201, 403, 404)])
    drop_the_guard(database)
    with database.writing() as connection:
        connection.execute(change)
    assert trail.first_broken() == broken


def test_the_chain_needs_the_key(database: Database, trail: AuditStore, tmp_path: Path) -> None:
    trail.append([ENTRY])
    assert AuditStore(database, AuditKey("l" * 32, tmp_path)).first_broken() == 1


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = (AuditKey("", tmp_path / "new").mac(b"body") for _ in range(2))
    assert first == second
    assert stat.S_IMODE((tmp_path / "new" / "audit.key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["audit.key"]
    assert AuditKey("", tmp_path / "other").mac(b"body") != first


def test_a_key_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="ALLIANCE_AUDIT_KEY"):
        AuditKey("", tmp_path / "file").prepare()


def entries_of(client: Client, *, at_least: int = 1, **wanted: object) -> list[dict[str, Any]]:
    """A tenant's entries of this kind, once what is written in the background is there."""
    deadline = time.monotonic() + 60
    while True:
        lines = client.get("/v1/audit?limit=10000").text.splitlines()
        found = [
            entry
            for entry in map(json.loads, lines)
            if all(entry[name] == value for name, value in wanted.items())
        ]
        if len(found) >= at_least or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


@pytest.mark.both_stores
def test_requests_are_noted_with_who_what_rule_and_outcome(server: Server, data: Path) -> None:
    admin = server.client("audited", "admin")
    sample = sample_of(admin, data / "wai_250.csv")
    ask(admin, sample, kind="items")
    response = {"instrument": "wai-sr-client", "responses": [{"answers": [3] * 12}]}
    scored = admin.post("/v1/score", json=response)
    admin.post("/v1/score", json=response | {"instrument": "unknown"})
    admin.delete(f"/v1/samples/{sample}")
    [score] = entries_of(admin, route="/v1/score", status=200)
    assert score["request_id"] == scored.headers["X-Request-Id"]
    assert score["caller"]["kind"] == "key"
    assert score["instrument"] == {"id": "wai-sr-client", "version": "1.0.0"}
    assert len(score["body_hmac_sha256"]) == 64
    [refused] = entries_of(admin, route="/v1/score", status=422)
    assert refused["instrument"] == {"id": None, "version": None}
    [batch] = entries_of(admin, route="/v1/samples/<sample_id>/batches")
    assert (batch["thing"], batch["status"]) == (sample, 201)
    assert batch["instrument"]["id"] == "wai-sr-client"
    [asked] = entries_of(admin, route="/v1/analyses", method="POST")
    assert asked["instrument"]["id"] == "wai-sr-client"
    [removed] = entries_of(admin, method="DELETE")
    assert (removed["thing"], removed["status"]) == (sample, 204)
    assert run_alliance("audit", "--verify", env=server.environment) == ""


def test_the_trail_is_for_administrators_of_its_tenant_and_comes_in_pages(server: Server) -> None:
    admin, other = server.client("paged", "admin"), server.client("paged too", "admin")
    for _ in range(4):
        admin.get("/v1/samples")
    assert len(entries_of(admin, at_least=4, route="/v1/samples")) == 4
    assert is_problem(server.client("paged").get("/v1/audit"), 403)
    assert all(entry["tenant"] != entries_of(admin)[0]["tenant"] for entry in entries_of(other))
    first = admin.get("/v1/audit?limit=2")
    numbers = [json.loads(line)["number"] for line in first.text.splitlines()]
    following = admin.get(first.links["next"]["url"])
    assert min(json.loads(line)["number"] for line in following.text.splitlines()) > max(numbers)
    assert is_problem(admin.get("/v1/audit?limit=0"), 422)


def test_an_attempt_with_a_wrong_key_is_noted_and_a_request_without_one_is_not(
    server: Server,
) -> None:
    def failed() -> int:
        lines = run_alliance("audit", env=server.environment).splitlines()
        return sum(json.loads(line)["status"] == 401 for line in lines)

    before = failed()
    Client(url=server.url, key=None).get("/v1/samples")
    Client(url=server.url, key="planted-zq4711").get("/v1/samples")
    deadline = time.monotonic() + 60
    while failed() == before:  # entries are written in the order of the requests
        assert time.monotonic() < deadline
    assert failed() == before + 1
    assert "zq4711" not in run_alliance("audit", env=server.environment)


def test_what_was_acknowledged_is_in_the_trail_after_the_server_was_killed(tmp_path: Path) -> None:
    with running_server(tmp_path, "--workers=1") as server:
        client = server.client("clinic", "admin")
        sample = {"name": "s", "instrument": "wai-sr-client", "setting": "other"}
        assert client.post("/v1/samples", json=sample).status_code == 201
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        lines = run_alliance("audit", env=server.environment).splitlines()
    routes = [json.loads(line)["route"] for line in lines]
    assert routes == ["alliance keys create", "/v1/samples"]


def test_what_waits_is_written_when_the_server_is_asked_to_stop(tmp_path: Path) -> None:
    with running_server(tmp_path, "--workers=1") as server:
        client = server.client("clinic", "admin")
        for _ in range(20):
            client.get("/v1/samples")
    lines = run_alliance("audit", env=server.environment).splitlines()
    assert [json.loads(line)["method"] for line in lines] == ["RUN", *["GET"] * 20]


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("s" * 32 + "\n")
    environment = {
        **os.environ,
        "ALLIANCE_DATA": str(tmp_path),
        "ALLIANCE_AUDIT_KEY_FILE": str(file),
    }
    run_alliance("keys", "create", "--tenant=clinic", env=environment)
    run_alliance("audit", "--verify", env=environment)
    assert not (tmp_path / "audit.key").exists()
    both = subprocess.run(
        [sys.executable, "-m", "service", "audit"],
        cwd=ROOT,
        env={**environment, "ALLIANCE_AUDIT_KEY": "t" * 32},
        capture_output=True,
        text=True,
        check=False,
    )
    assert both.returncode == 1
    assert "not both" in both.stderr
    assert "ttt" not in both.stderr
