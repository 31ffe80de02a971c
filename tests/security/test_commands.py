"""Commands that change who may do what: noted together with what they do, and careful readers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from service.adapters.database.audit import AuditStore
from service.adapters.database.clients import ClientStore
from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.retention import RetentionStore
from service.adapters.database.tables import JOB
from service.audit import AuditKey
from service.auth.api_secrets import new_secret
from service.cli import main
from service.identifiers import now_ms, uuid7
from service.records import Scope
from tests.security.backend_service import new_keys, write_key_set

AUDIT_KEY = "k" * 32
DAY_MS = 86_400_000


class Shell:
    """Somebody on the machine."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run a command; its exit status, what it answered and what it said."""
        try:
            status = main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
        return status, *self._capsys.readouterr()

    def answer(self, *words: str) -> str:
        status, answer, said = self.run(*words)
        assert status == 0, said
        return answer.strip()

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.answer("audit").splitlines()]


@pytest.fixture
def shell(
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("ALLIANCE_DATA", str(tmp_path))
    monkeypatch.setenv("ALLIANCE_AUDIT_KEY", AUDIT_KEY)
    return Shell(capsys)


def test_what_a_command_changes_is_in_the_trail(
    shell: Shell, database: Database, tmp_path: Path
) -> None:
    prefix = shell.answer("keys", "create", "--tenant=clinic").split("_")[1]
    shell.answer("keys", "rotate", prefix)
    shell.answer("keys", "revoke", prefix)
    key_set = str(write_key_set(tmp_path, new_keys()))
    client = shell.answer("clients", "add", "--tenant=clinic", "--name=EHR", "--jwks", key_set)
    shell.answer("clients", "replace-keys", client, "--jwks", key_set)
    shell.answer("clients", "revoke", client)
    shell.answer("retention", "set", "--tenant=clinic", "--days=30")
    [key] = KeyStore(database).list("clinic")
    entries = shell.entries()
    assert [(one["route"], one["thing"]) for one in entries] == [
        ("alliance keys create", key.id),
        ("alliance keys rotate", key.id),
        ("alliance keys revoke", key.id),
        ("alliance clients add", client),
        ("alliance clients replace-keys", client),
        ("alliance clients revoke", client),
        ("alliance retention set", None),
    ]
    assert {one["tenant"] for one in entries} == {key.tenant_id}
    assert {(one["method"], one["caller"]["kind"], one["status"]) for one in entries} == {
        ("RUN", "command", 0)
    }
    assert shell.entries()[-1]["route"] == "alliance audit"
    assert shell.run("audit", "--verify")[0] == 0


def test_a_listing_and_a_refused_command_are_no_change(shell: Shell) -> None:
    shell.answer("keys", "list")
    shell.answer("clients", "list")
    shell.answer("retention", "show")
    assert shell.run("keys", "revoke", "0" * 12)[0] == 1
    assert shell.run("retention", "set", "--tenant=nobody", "--days=1")[0] == 1
    assert shell.entries() == []


def old_analysis(database: Database) -> str:
    """A tenant with an analysis that ended long ago."""
    made = new_secret()
    tenant = KeyStore(database).add("old", [Scope.SCORE], made.prefix, made.digest).tenant_id
    past = now_ms() - 100 * DAY_MS
    with database.writing() as connection:
        connection.execute(
            insert(JOB).values(
                id=str(uuid7()),
                tenant_id=tenant,
                kind="items",
                options="{}",
                instrument_id="wai-sr-client",
                instrument_version="1.0.0",
                instrument_sha256="0" * 64,
                priority=5,
                status="succeeded",
                done=1,
                total=1,
                stage="",
                attempts=1,
                created_at=past,
                finished_at=past,
            )
        )
    return tenant


def test_deleting_by_policy_is_in_the_trail_whoever_does_it(
    shell: Shell, database: Database, tmp_path: Path
) -> None:
    shell.answer("keys", "create", "--tenant=keeps everything")
    trail = AuditStore(database, AuditKey(AUDIT_KEY, tmp_path))
    tenant = old_analysis(database)
    RetentionStore(database, 30, trail.noting("worker", "retention")).apply()
    assert shell.entries()[1:] == [
        entry
        for entry in shell.entries()
        if (entry["tenant"], entry["caller"]["kind"]) == (tenant, "worker")
    ]
    assert [row.entry.route for row in trail.all()].count("retention") == 1


class FullError(Exception):
    """The trail takes no entry."""


def test_a_command_that_cannot_be_noted_changes_nothing(database: Database) -> None:
    def full(_: Connection, _tenant: str | None, _thing: str | None) -> None:
        raise FullError

    made, another = new_secret(), new_secret()
    KeyStore(database).add("clinic", [Scope.SCORE], made.prefix, made.digest)
    keys, before = KeyStore(database, full), KeyStore(database).list()
    with pytest.raises(FullError):
        keys.add("clinic", [Scope.SCORE], another.prefix, another.digest)
    with pytest.raises(FullError):
        keys.rotate(made.prefix, another.digest, former_expires_at=0)
    with pytest.raises(FullError):
        keys.revoke(made.prefix)
    with pytest.raises(FullError):
        ClientStore(database, full).add("new", "EHR", scopes=[Scope.SCORE], key_set={"keys": []})
    with pytest.raises(FullError):
        RetentionStore(database, 0, full).decide("clinic", 1)
    assert KeyStore(database).list() == before
    assert ClientStore(database).list() == []
    assert [policy.days for policy in RetentionStore(database, 0).policies()] == [0]


NAMES = {
    "": "1 to 200 characters",
    "x" * 201: "1 to 200 characters",
    "planted\n": "printable",
    "planted\x1b[2J": "printable",
    "planted\x00": "printable",
    "planted\udcff": "printable",
    " planted": "space",
}


@pytest.mark.parametrize("wrong", list(NAMES))
@pytest.mark.parametrize(
    "words",
    [
        ["keys", "create", "--tenant"],
        ["clients", "add", "--tenant=clinic", "--jwks=keys.json", "--name"],
        ["retention", "set", "--days=1", "--tenant"],
    ],
)
def test_a_name_that_is_none_is_refused_and_not_repeated(
    words: list[str], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, answer, said = Shell(capsys).run(*words[:-1], f"{words[-1]}={wrong}")
    assert (status, answer) == (2, "")
    assert words[-1] in said
    assert NAMES[wrong] in said
    assert "planted" not in said


@pytest.mark.parametrize(
    "words",
    [
        ["keys", "revoke", "planted"],
        ["keys", "rotate", "alliance_0123456789ab_" + "planted" * 6 + "x"],
        ["keys", "rotate", "0123456789ab", "--grace-hours=99999999999999999999"],
        ["keys", "create", "--tenant=clinic", "--expires-in-days=0"],
        ["keys", "create", "--tenant=clinic", "--expires-in-days=9223372036854775807"],
        ["clients", "revoke", "planted\udcff"],
        ["retention", "set", "--tenant=clinic", "--days=planted"],
        ["retention", "set", "--tenant=clinic", "--days=-1"],
        ["audit", "--after=99999999999999999999"],
        ["serve", "--port=99999999"],
        ["serve", "--workers=0"],
    ],
)
def test_an_argument_out_of_its_bounds_is_refused_in_words(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, answer, said = Shell(capsys).run(*words)
    assert (status, answer) == (2, "")
    assert "must be" in said
    assert "planted" not in said


READING = ("keys list", "clients list", "retention show", "audit", "audit --verify")


@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_makes_and_upgrades_nothing(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ALLIANCE_DATA", str(tmp_path))
    monkeypatch.setenv("ALLIANCE_AUDIT_KEY", AUDIT_KEY)
    shell = Shell(capsys)
    status, _, said = shell.run(*command.split())
    assert status == 1
    assert "alliance migrate" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["keys list", "keys create --tenant=a"])
@pytest.mark.parametrize(("revision", "advice"), [("0010", "alliance migrate"), ("9999", "newer")])
def test_another_schema_is_left_as_it_is(
    shell: Shell, database: Database, command: str, revision: str, advice: str
) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})
    status, answer, said = shell.run(*command.split())
    assert (status, answer) == (1, "")
    assert advice in said
    with database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == revision
