"""API keys: made, checked, remembered, revoked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.auth.api_secrets import digest_of, new_secret
from service.auth.authenticator import Authenticator
from service.auth.last_use import LastUse
from service.errors import NotFoundError, UnauthenticatedError
from service.identifiers import now_ms
from service.records import Scope
from tests.service.server import run_alliance


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    database = Database(f"sqlite:///{tmp_path / 'alliance.db'}")
    migrate(database)
    return KeyStore(database)


def add(keys: KeyStore, *scopes: Scope, expires_at: int | None = None) -> tuple[str, str]:
    secret = new_secret()
    keys.add("clinic", scopes, secret.prefix, secret.digest, expires_at=expires_at)
    return secret.text, secret.prefix


def test_a_key_is_found_with_its_tenant_and_scopes(keys: KeyStore) -> None:
    key, _ = add(keys, Scope.SCORE)
    found = Authenticator([keys], 5).check(key)
    [listed] = keys.list("clinic")
    assert (found.id, found.tenant_id) == (listed.id, listed.tenant_id)
    assert found.scopes == {Scope.SCORE}


def test_the_admin_scope_allows_everything(keys: KeyStore) -> None:
    key, _ = add(keys, Scope.ADMIN)
    assert Authenticator([keys], 5).check(key).allows(Scope.SAMPLES)


def test_the_key_itself_is_not_stored(keys: KeyStore, tmp_path: Path) -> None:
    key, _ = add(keys, Scope.SCORE)
    secret = key.split("_", 2)[2].encode()
    assert not any(secret in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [None, "", "alliance_", "alliance_0123456789ab_" + "x" * 43])
def test_what_is_not_a_known_key_is_refused(keys: KeyStore, wrong: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        Authenticator([keys], 5).check(wrong)


def test_a_right_prefix_with_a_wrong_secret_is_refused(keys: KeyStore) -> None:
    key, _ = add(keys, Scope.SCORE)
    other = key[:-1] + ("a" if key[-1] != "a" else "b")
    with pytest.raises(UnauthenticatedError):
        Authenticator([keys], 5).check(other)


def test_a_revoked_key_stops_working_when_it_is_forgotten(keys: KeyStore) -> None:
    now = [0.0]
    key, prefix = add(keys, Scope.SCORE)
    authenticator = Authenticator([keys], 5, clock=lambda: now[0])
    authenticator.check(key)
    keys.revoke(prefix)
    authenticator.check(key)
    now[0] = 5.0
    with pytest.raises(UnauthenticatedError):
        authenticator.check(key)


def test_a_digest_depends_on_the_whole_key() -> None:
    assert digest_of("alliance_a_b") != digest_of("alliance_a_c")


def test_a_key_works_until_it_expires_and_is_not_remembered_beyond(
    keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the database's clock."""
    seconds = [0.0]
    start = now_ms()
    key, prefix = add(keys, Scope.SCORE, expires_at=start + 3000)
    authenticator = Authenticator([keys], 60, clock=lambda: seconds[0])
    monkeypatch.setattr(keys._database, "now_ms", lambda _: start + int(1000 * seconds[0]))
    authenticator.check(key)
    seconds[0] = 2.9
    authenticator.check(key)
    seconds[0] = 3.0
    with pytest.raises(UnauthenticatedError):
        authenticator.check(key)
    [listed] = keys.list()
    assert (listed.prefix, listed.state(start + 3000)) == (prefix, "expired")


def test_after_a_rotation_both_secrets_work_for_a_while_and_then_the_new_one(
    keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [now_ms()]
    former, prefix = add(keys, Scope.SCORE)
    new = new_secret(prefix)
    keys.rotate(prefix, new.digest, former_expires_at=now[0] + 1000)
    authenticator = Authenticator([keys], 0)
    monkeypatch.setattr(keys._database, "now_ms", lambda _: now[0])
    assert authenticator.check(former) == authenticator.check(new.text)
    now[0] += 1000
    authenticator.check(new.text)
    with pytest.raises(UnauthenticatedError):
        authenticator.check(former)


def test_a_rotation_does_not_lengthen_the_life_of_the_former_secret(keys: KeyStore) -> None:
    end = now_ms() + 60_000
    _, prefix = add(keys, Scope.SCORE, expires_at=end)
    rotated = keys.rotate(
        prefix, new_secret(prefix).digest, former_expires_at=end + 1, expires_at=end + 2
    )
    assert (rotated.former_expires_at, rotated.expires_at) == (end, end + 2)


def test_a_revoked_or_expired_key_cannot_be_rotated(keys: KeyStore) -> None:
    _, revoked = add(keys, Scope.SCORE)
    keys.revoke(revoked)
    _, expired = add(keys, Scope.SCORE, expires_at=now_ms() - 1)
    for prefix in (revoked, expired, "0" * 12):
        with pytest.raises(NotFoundError):
            keys.rotate(prefix, new_secret(prefix).digest, former_expires_at=0)


def test_revoking_takes_the_former_secret_too(keys: KeyStore) -> None:
    former, prefix = add(keys, Scope.SCORE)
    keys.rotate(prefix, new_secret(prefix).digest, former_expires_at=now_ms() + 60_000)
    keys.revoke(prefix)
    with pytest.raises(UnauthenticatedError):
        Authenticator([keys], 0).check(former)


def test_the_last_use_is_noted_once_a_minute(keys: KeyStore) -> None:
    add(keys, Scope.SCORE)
    [key] = keys.list()
    now, written = [0.0], []
    last_use = LastUse(lambda ids, at: written.append((list(ids), at)), clock=lambda: now[0])
    for second in (0.0, 1.0, 59.9):
        now[0] = second
        last_use.note(key.id)
    last_use.close()
    assert [ids for ids, _ in written] == [[key.id]]


def test_the_last_use_is_written_once_a_minute_by_all_processes_together(keys: KeyStore) -> None:
    add(keys, Scope.SCORE)
    [key] = keys.list()
    for at in (1_000_000, 1_000_500, 1_059_999):
        keys.note_use([key.id], at)
    assert keys.list()[0].last_used_at == 1_000_000
    keys.note_use([key.id], 1_060_000)
    assert keys.list()[0].last_used_at == 1_060_000


def test_the_command_rotates_lists_and_revokes_without_showing_secrets(tmp_path: Path) -> None:
    env = {**os.environ, "ALLIANCE_DATA": str(tmp_path)}
    first = run_alliance("keys", "create", "--tenant=clinic", "--expires-in-days=30", env=env)
    prefix = first.split("_")[1]
    second = run_alliance("keys", "rotate", prefix, "--grace-hours=2", env=env)
    assert second.split("_")[1] == prefix
    assert second != first
    listed = run_alliance("keys", "list", env=env)
    assert first.split("_", 2)[2] not in listed
    assert second.split("_", 2)[2] not in listed
    titles, row = (line.split("\t") for line in listed.splitlines())
    shown = dict(zip(titles, row, strict=True))
    assert (shown["prefix"], shown["state"], shown["last used"]) == (prefix, "valid", "-")
    assert shown["expires"] > shown["former secret until"]
    run_alliance("keys", "revoke", prefix, env=env)
    assert "revoked" in run_alliance("keys", "list", env=env)
