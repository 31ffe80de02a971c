"""The schema comes from the migrations alone, and transactions hold."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from service.adapters.database import sqlite
from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.adapters.database.tables import METADATA, TENANT
from service.errors import ConfigurationError, UnavailableError
from tests.postgresql import Postgresql, running_postgresql


def test_the_migrations_make_exactly_the_tables(database: Database) -> None:
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_migrating_again_changes_nothing(database: Database) -> None:
    before, after = migrate(database)
    assert before == after


def write_and_fail(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(TENANT).values(id="1", name="clinic", created_at=0))
        raise KeyError


def test_an_error_undoes_the_whole_transaction(database: Database) -> None:
    with pytest.raises(KeyError):
        write_and_fail(database)
    with database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(TENANT)) == 0


def test_what_is_acknowledged_survives_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'alliance.db'}")
    migrate(database)
    with database.reading() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_who_waits_for_a_writer_that_has_stopped_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_TURN_SECONDS", 0.1)
    database = Database(f"sqlite:///{tmp_path / 'alliance.db'}")
    migrate(database)
    with database.writing(), pytest.raises(UnavailableError), database.writing():
        pass
    with database.writing() as writer:
        writer.execute(insert(TENANT).values(id="1", name="clinic", created_at=0))
    database.close()


def test_eight_writers_all_get_their_turn(database: Database) -> None:
    """Each reads and writes what the others write too; none is refused, nothing is lost."""
    with database.writing() as writer:
        writer.execute(insert(TENANT).values(id="1", name="clinic", created_at=0))
    counted = update(TENANT).values(created_at=TENANT.c.created_at + 1)

    def write() -> None:
        for _ in range(25):
            with database.writing() as writer:
                writer.execute(counted)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(write) for _ in range(8)]:
            done.result()
    with database.reading() as reader:
        assert reader.scalar(select(TENANT.c.created_at)) == 200


def test_several_processes_may_migrate_an_empty_database_at_once(
    postgresql: Postgresql,
) -> None:
    address = postgresql.new_database()
    databases = [Database(address) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        revisions = list(pool.map(migrate, databases))
    for database in databases:
        database.close()
    assert sorted(before is None for before, _ in revisions) == [False, False, False, True]


def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    count = select(func.count()).select_from(TENANT)
    with database.reading() as reader:
        assert reader.scalar(count) == 0
        with database.writing() as writer:
            writer.execute(insert(TENANT).values(id="1", name="clinic", created_at=0))
        assert reader.scalar(count) == 0
    with database.reading() as reader:
        assert reader.scalar(count) == 1


def test_a_reader_changes_nothing(database: Database) -> None:
    with database.reading() as reader, contextlib.suppress(DBAPIError):
        reader.execute(insert(TENANT).values(id="1", name="clinic", created_at=0))
    with database.reading() as reader:
        assert reader.scalar(select(func.count()).select_from(TENANT)) == 0


def test_a_database_that_is_away_says_so_and_is_found_again() -> None:
    with running_postgresql() as server:
        database = Database(server.new_database())
        migrate(database)
        server.stop()
        assert not database.is_reachable()
        with pytest.raises(UnavailableError), database.writing() as writer:
            writer.execute(insert(TENANT).values(id="1", name="clinic", created_at=0))
        server.start()
        assert database.is_reachable()
        database.close()


@pytest.mark.parametrize("address", ["mysql://localhost/x", "sqlite://", "nonsense"])
def test_an_unknown_database_is_refused_with_a_sentence(address: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        Database(address)
