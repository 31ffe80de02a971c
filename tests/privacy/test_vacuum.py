"""A PostgreSQL server forgets what was deleted by itself, and soon."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from schemas.definition import Definition
from service.adapters.database.engine import Database
from service.adapters.database.erasure import ErasureStore
from service.adapters.database.migrate import migrate
from tests.postgresql import running_postgresql
from tests.privacy.stored import Stored

_LOOKING_OFTEN = ("fsync=off", "autovacuum_naptime=1s")

_DEAD = """
    SELECT relname, n_dead_tup FROM pg_stat_user_tables
    WHERE relname IN ('block', 'response_name', 'job', 'idempotency') AND n_dead_tup > 0
"""
_VACUUMED = "SELECT count(*) FROM pg_stat_user_tables WHERE autovacuum_count > 0"


@pytest.fixture
def database() -> Iterator[Database]:
    with running_postgresql(_LOOKING_OFTEN) as server:
        made = Database(server.new_database())
        migrate(made)
        yield made
        made.close()


def test_rows_of_an_erased_person_are_vacuumed_without_being_asked(
    database: Database, wai_sr: Definition
) -> None:
    """Three rows in one table are far below what would start it by the server's own settings."""
    mine = Stored.of(database, wai_sr, "mine")
    sample = mine.sample()
    mine.add(sample)
    mine.analysis(sample)
    ErasureStore(database).person(mine.tenant, "p007")
    deadline = time.monotonic() + 60
    while not is_clean(database):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def is_clean(database: Database) -> bool:
    with database.reading() as connection:
        vacuumed = int(connection.scalar(text(_VACUUMED)) or 0)
        return vacuumed >= 4 and not connection.execute(text(_DEAD)).all()
