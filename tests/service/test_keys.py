"""API keys: made, checked, remembered, revoked."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.auth import Authenticator, digest_of, new_key
from service.errors import UnauthenticatedError
from service.records import Scope


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    database = Database(f"sqlite:///{tmp_path / 'alliance.db'}")
    migrate(database)
    return KeyStore(database)


def add(keys: KeyStore, *scopes: Scope) -> tuple[str, str]:
    key, prefix, digest = new_key()
    keys.add("clinic", scopes, prefix, digest)
    return key, prefix


def test_a_key_is_found_with_its_tenant_and_scopes(keys: KeyStore) -> None:
    key, _ = add(keys, Scope.SCORE)
    found = Authenticator(keys, 5).check(key)
    assert (found.tenant, found.scopes) == ("clinic", {Scope.SCORE})


def test_the_admin_scope_allows_everything(keys: KeyStore) -> None:
    key, _ = add(keys, Scope.ADMIN)
    assert Authenticator(keys, 5).check(key).allows(Scope.SAMPLES)


def test_the_key_itself_is_not_stored(keys: KeyStore, tmp_path: Path) -> None:
    key, _ = add(keys, Scope.SCORE)
    secret = key.split("_", 2)[2].encode()
    assert not any(secret in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize("wrong", [None, "", "alliance_", "alliance_0123456789ab_" + "x" * 43])
def test_what_is_not_a_known_key_is_refused(keys: KeyStore, wrong: str | None) -> None:
    with pytest.raises(UnauthenticatedError):
        Authenticator(keys, 5).check(wrong)


def test_a_right_prefix_with_a_wrong_secret_is_refused(keys: KeyStore) -> None:
    key, _ = add(keys, Scope.SCORE)
    other = key[:-1] + ("a" if key[-1] != "a" else "b")
    with pytest.raises(UnauthenticatedError):
        Authenticator(keys, 5).check(other)


def test_a_revoked_key_stops_working_when_it_is_forgotten(keys: KeyStore) -> None:
    now = [0.0]
    key, prefix = add(keys, Scope.SCORE)
    authenticator = Authenticator(keys, 5, clock=lambda: now[0])
    authenticator.check(key)
    assert keys.revoke(prefix)
    authenticator.check(key)
    now[0] = 5.0
    with pytest.raises(UnauthenticatedError):
        authenticator.check(key)


def test_a_digest_depends_on_the_whole_key() -> None:
    assert digest_of("alliance_a_b") != digest_of("alliance_a_c")
