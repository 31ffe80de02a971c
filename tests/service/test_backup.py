"""A deployment is backed up while it is used, restored into an empty one, and checked."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, insert, select

from service.adapters.archive import ArchiveError, decrypt, encrypt
from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.adapters.database.snapshot import is_empty, put, take
from service.adapters.database.tables import AUDIT, JOB, METADATA, SUBMISSION, TENANT
from tests.service.conftest import NewAddress

ALLIANCE = [sys.executable, "-m", "service"]
PASSPHRASE = "correct horse battery staple"  # noqa: S105 of the test alone

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command on a data folder of the test."""

    def command(
        *words: str, data: str = "data", **settings: str
    ) -> subprocess.CompletedProcess[str]:
        ours = {name: value for name, value in os.environ.items() if "ALLIANCE_" not in name}
        return subprocess.run(
            [*ALLIANCE, *words],
            env={**ours, "ALLIANCE_DATA": str(tmp_path / data), **settings},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return command


@pytest.fixture
def archive(run: Run, tmp_path: Path) -> Path:
    """An archive of a deployment with one key and one audit entry."""
    assert run("keys", "create", "--tenant", "clinic").returncode == 0
    assert run("backup", "--out", str(tmp_path / "archive")).returncode == 0
    return tmp_path / "archive"


def kept(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_what_was_backed_up_is_there_again(run: Run, archive: Path) -> None:
    before = run("keys", "list").stdout
    assert run("restore", str(archive), data="other").returncode == 0
    assert run("keys", "list", data="other").stdout == before
    assert run("audit", "--verify", data="other").returncode == 0
    doctor = run("doctor", data="other")
    assert doctor.returncode == 0, doctor.stdout
    assert {one["name"] for one in orjson.loads(doctor.stdout)["checks"]} >= {
        "database", "audit-key", "audit-trail", "queue", "disk", "settings",
    }  # fmt: skip


def test_nobody_else_reads_the_data_or_the_archive(run: Run, archive: Path, tmp_path: Path) -> None:
    run("restore", str(archive), data="other")
    for name in ("data", "other"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / name).iterdir()} == {
            0o600
        }
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_only_an_empty_deployment_is_restored_into(run: Run, archive: Path, tmp_path: Path) -> None:
    before = (tmp_path / "data" / "alliance.db").read_bytes()
    refused = run("restore", str(archive))
    assert refused.returncode == 2
    assert "empty" in refused.stderr
    assert (tmp_path / "data" / "alliance.db").read_bytes() == before


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "missing"])
def test_a_damaged_archive_leaves_nothing(
    run: Run, archive: Path, tmp_path: Path, damage: str
) -> None:
    content = archive.read_bytes()
    broken = {
        "cut": content[: len(content) // 2],
        "flipped": content[:-900] + bytes([content[-900] ^ 1]) + content[-899:],
        "other": b"no archive",
        "missing": None,
    }[damage]
    damaged = tmp_path / "damaged"
    if broken is not None:
        damaged.write_bytes(broken)
    refused = run("restore", str(damaged), data="other")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "Traceback" not in refused.stderr
    assert kept(tmp_path / "other") == set()


def test_an_encrypted_archive_needs_its_passphrase(run: Run, archive: Path, tmp_path: Path) -> None:
    for name, text in (("right", PASSPHRASE), ("wrong", PASSPHRASE + "!"), ("short", "abc")):
        (tmp_path / name).write_text(text)
    secret = tmp_path / "secret"
    assert (
        run("backup", "--out", str(secret), "--passphrase-file", str(tmp_path / "short")).returncode
        == 1
    )
    assert (
        run("backup", "--out", str(secret), "--passphrase-file", str(tmp_path / "right")).returncode
        == 0
    )
    assert b"manifest" not in secret.read_bytes()
    assert run("restore", str(secret), data="other").returncode == 2
    wrong = ("--passphrase-file", str(tmp_path / "wrong"))
    assert run("restore", str(secret), *wrong, data="other").returncode == 2
    assert kept(tmp_path / "other") == set()
    right = ("--passphrase-file", str(tmp_path / "right"))
    assert run("restore", str(secret), *right, data="other").returncode == 0


def test_an_existing_file_is_never_overwritten(run: Run, archive: Path) -> None:
    before = archive.read_bytes()
    assert run("backup", "--out", str(archive)).returncode == 1
    assert archive.read_bytes() == before


@pytest.mark.parametrize("command", [["serve", "--port", "1"], ["doctor"], ["keys", "list"]])
@pytest.mark.parametrize("key", ["missing", "another"])
def test_without_its_audit_key_a_deployment_does_not_go_on(
    run: Run, archive: Path, tmp_path: Path, command: list[str], key: str
) -> None:
    run("restore", str(archive), data="other")
    file = tmp_path / "other" / "audit.key"
    if key == "missing":
        file.unlink()
    else:
        file.write_bytes(b"x" * 32)
    refused = run(*command, data="other")
    assert refused.returncode != 0
    assert "key of the audit trail" in refused.stderr
    assert file.exists() is (key == "another")


def test_a_configured_key_must_be_the_archives(run: Run, tmp_path: Path) -> None:
    mine, theirs = "m" * 40, "t" * 40
    run("keys", "create", "--tenant", "clinic", ALLIANCE_AUDIT_KEY=mine)
    out = tmp_path / "archive"
    assert run("backup", "--out", str(out), ALLIANCE_AUDIT_KEY=mine).returncode == 0
    refused = run("restore", str(out), data="other", ALLIANCE_AUDIT_KEY=theirs)
    assert refused.returncode == 2
    assert kept(tmp_path / "other") == set()
    assert run("restore", str(out), data="other", ALLIANCE_AUDIT_KEY=mine).returncode == 0
    assert run("audit", "--verify", data="other", ALLIANCE_AUDIT_KEY=mine).returncode == 0


def test_the_release_is_told() -> None:
    told = subprocess.run([*ALLIANCE, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("alliance ")


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_encrypting_and_decrypting_give_the_same(tmp_path: Path, size: int) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(os.urandom(size))
    encrypt(plain, tmp_path / "encrypted", PASSPHRASE)
    decrypt(tmp_path / "encrypted", tmp_path / "again", PASSPHRASE)
    assert (tmp_path / "again").read_bytes() == plain.read_bytes()


def test_an_encrypted_file_without_its_end_is_refused(tmp_path: Path) -> None:
    """Cut between two pieces: what is left is whole pieces, the last of them not marked as such."""
    plain = tmp_path / "plain"
    plain.write_bytes(os.urandom(3 << 20))
    encrypt(plain, tmp_path / "encrypted", PASSPHRASE)
    content = (tmp_path / "encrypted").read_bytes()
    (tmp_path / "cut").write_bytes(content[: -((1 << 20) + 16)])
    with pytest.raises(ArchiveError):
        decrypt(tmp_path / "cut", tmp_path / "again", PASSPHRASE)


@pytest.fixture
def another(database: Database, new_address: NewAddress) -> Iterator[Database]:
    """A second, empty database of the same kind."""
    store = "sqlite" if database.url.startswith("sqlite") else "postgresql"
    made = Database(new_address(store))
    yield made
    made.close()


def fill(database: Database) -> None:
    tenant = {"id": "t" * 36, "name": "clinic", "created_at": 1}
    job = {
        "id": "j" * 36, "tenant_id": tenant["id"], "kind": "items", "options": "{}",
        "instrument_id": "i", "instrument_version": "1", "instrument_sha256": "0",
        "status": "running", "done": 1, "total": 2, "stage": "x", "attempts": 1,
        "worker": "w", "created_at": 2,
    }  # fmt: skip
    with database.writing() as connection:
        connection.execute(insert(TENANT).values(tenant))
        connection.execute(insert(JOB).values(job))


def test_every_row_comes_back_on_either_store(
    database: Database, another: Database, tmp_path: Path
) -> None:
    fill(database)
    assert not is_empty(database)
    assert is_empty(another)
    put(another, take(database, tmp_path))
    for table in METADATA.sorted_tables:
        if table in (JOB, SUBMISSION):
            continue
        with database.reading() as one, another.reading() as other:
            given = one.execute(select(table)).all()
            assert sorted(map(repr, other.execute(select(table)).all())) == sorted(map(repr, given))
    with another.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(JOB)) == 1
        assert connection.scalar(select(func.count()).select_from(AUDIT)) == 0


def test_what_was_under_way_is_submitted_again_on_a_server(
    new_address: NewAddress, tmp_path: Path
) -> None:
    first, second = Database(new_address("postgresql")), Database(new_address("postgresql"))
    try:
        migrate(first)
        fill(first)
        put(second, take(first, tmp_path))
        with second.reading() as connection:
            assert connection.scalar(select(JOB.c.status)) == "queued"
            assert connection.scalar(select(SUBMISSION.c.job_id)) == "j" * 36
    finally:
        first.close()
        second.close()
