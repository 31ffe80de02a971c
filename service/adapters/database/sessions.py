"""Sessions of people who signed in with an API key; only the digest of a token is kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from sqlalchemy import delete, insert, select, update

from service.adapters.database.engine import Database
from service.adapters.database.keys import caller_of, valid
from service.adapters.database.tables import API_KEY, SESSION
from service.records import Caller

IDLE_MS = 30 * 60_000
"""A session in which nothing happens for so long is over."""

LONGEST_MS = 10 * 3_600_000
"""No session lasts longer."""

_SEEN_EVERY_MS = 60_000


class SessionStore:
    """Who is signed in, by the token that their browser holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, key_id: str) -> str:
        """Begin a session of a key, and return its token; sessions that are over are dropped."""
        token = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            connection.execute(delete(SESSION).where(~_lasting(now)))
            row = insert(SESSION).values(
                digest=_digest(token), key_id=key_id, begun_at=now, seen_at=now
            )
            connection.execute(row)
        return token

    def find(self, token: str) -> Caller | None:
        """Find whose session this is, while it lasts and its key is valid.

        With the former secret of a key that was rotated end the sessions that began before.
        """
        mine = SESSION.c.digest == _digest(token)
        query = select(API_KEY, SESSION.c.seen_at).join(SESSION).where(mine)
        with self._database.reading() as connection:
            now = self._database.now_ms(connection)
            lasting = query.where(_lasting(now), *valid(now), _of_valid_secret(now))
            row = connection.execute(lasting).one_or_none()
        if row is None:
            return None
        if row.seen_at <= now - _SEEN_EVERY_MS:
            with self._database.writing() as connection:
                connection.execute(update(SESSION).where(mine).values(seen_at=now))
        return caller_of(row)

    def end(self, token: str) -> None:
        """End a session, if it is one."""
        with self._database.writing() as connection:
            connection.execute(delete(SESSION).where(SESSION.c.digest == _digest(token)))


def _lasting(now: int) -> Any:
    return (SESSION.c.seen_at > now - IDLE_MS) & (SESSION.c.begun_at > now - LONGEST_MS)


def _of_valid_secret(now: int) -> Any:
    """Whether a session did not begin before the former secret of a rotated key ended."""
    former = API_KEY.c.former_expires_at
    return former.is_(None) | (former > now) | (SESSION.c.begun_at >= former)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
