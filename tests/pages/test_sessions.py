"""Sessions end: by themselves, with their key, and for good."""

from __future__ import annotations

import pytest

from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.sessions import IDLE_MS, LONGEST_MS, SessionStore
from service.adapters.database.tables import SESSION
from service.auth.api_secrets import new_secret
from service.identifiers import now_ms
from service.records import ApiKey, Scope

MINUTE_MS = 60_000


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = now_ms()

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(Database, "now_ms", lambda _database, _connection: made())
    return made


def a_key(database: Database, *, expires_at: int | None = None) -> ApiKey:
    secret = new_secret()
    return KeyStore(database).add(
        "clinic", [Scope.SAMPLES], secret.prefix, secret.digest, expires_at=expires_at
    )


def test_a_session_is_its_keys(database: Database) -> None:
    sessions, key = SessionStore(database), a_key(database)
    caller = sessions.find(sessions.begin(key.id))
    assert caller is not None
    assert (caller.id, caller.tenant_id, caller.scopes) == (key.id, key.tenant_id, key.scopes)
    assert sessions.find("A" * 43) is None


def test_no_token_is_stored(database: Database) -> None:
    token = SessionStore(database).begin(a_key(database).id)
    with database.reading() as connection:
        (row,) = connection.execute(SESSION.select()).all()
    assert token.encode() not in bytes(row.digest)
    assert token not in repr(row)


def test_a_session_ends_when_nothing_happens_in_it(database: Database, clock: Clock) -> None:
    sessions = SessionStore(database)
    token = sessions.begin(a_key(database).id)
    clock.now += IDLE_MS - 1
    assert sessions.find(token) is not None, "being used, it goes on"
    clock.now += IDLE_MS - 1
    assert sessions.find(token) is not None
    clock.now += IDLE_MS + 1
    assert sessions.find(token) is None


def test_a_session_that_is_used_ends_at_last(database: Database, clock: Clock) -> None:
    sessions, began = SessionStore(database), clock.now
    token = sessions.begin(a_key(database).id)
    while clock.now - began < LONGEST_MS - IDLE_MS:
        clock.now += IDLE_MS - MINUTE_MS
        assert sessions.find(token) is not None
    clock.now = began + LONGEST_MS
    assert sessions.find(token) is None


def test_a_session_ends_with_its_key(database: Database, clock: Clock) -> None:
    sessions = SessionStore(database)
    revoked, short = a_key(database), a_key(database, expires_at=clock.now + MINUTE_MS)
    tokens = [sessions.begin(key.id) for key in (revoked, short)]
    KeyStore(database).revoke(revoked.prefix)
    clock.now += MINUTE_MS + 1
    assert [sessions.find(token) for token in tokens] == [None, None]


def test_a_session_ends_with_the_former_secret_of_a_rotated_key(
    database: Database, clock: Clock
) -> None:
    sessions, key = SessionStore(database), a_key(database)
    before = sessions.begin(key.id)
    grace = 5 * MINUTE_MS
    rotated = new_secret(key.prefix)
    KeyStore(database).rotate(key.prefix, rotated.digest, former_expires_at=clock.now + grace)
    clock.now += grace - 1
    assert sessions.find(before) is not None, "within the grace the former secret goes on"
    clock.now += 1
    assert sessions.find(before) is None
    assert sessions.find(sessions.begin(key.id)) is not None, "who signs in again goes on"


def test_what_is_over_is_dropped_when_another_begins(database: Database, clock: Clock) -> None:
    sessions, key = SessionStore(database), a_key(database)
    for _ in range(3):
        sessions.begin(key.id)
        clock.now += IDLE_MS + 1
    with database.reading() as connection:
        assert len(connection.execute(SESSION.select()).all()) == 1
