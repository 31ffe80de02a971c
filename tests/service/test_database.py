"""The schema comes from the migrations alone, and transactions hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, insert, select, text

from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.adapters.database.tables import METADATA, TENANT
from service.errors import ConfigurationError


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'alliance.db'}")
    migrate(database)
    return database


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


def test_what_is_acknowledged_survives_a_power_cut(database: Database) -> None:
    with database.reading() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA synchronous")) == 2
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_an_unknown_database_is_refused_with_a_sentence() -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        Database("mysql://localhost/x")
