"""What a PostgreSQL server may do to us: be slow, be full, only read, lose a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, make_url, select, text, update
from sqlalchemy.exc import OperationalError

from service.adapters.database import postgresql as adapter
from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.adapters.database.tables import TENANT
from service.errors import ConfigurationError, UnavailableError
from tests.postgresql import Postgresql


@pytest.fixture
def address(postgresql: Postgresql) -> str:
    made = postgresql.new_database()
    database = Database(made)
    migrate(database)
    with database.writing() as connection:
        connection.execute(insert(TENANT).values(id="1", name="clinic", created_at=0))
    database.close()
    return made


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    made = Database(address)
    yield made
    made.close()


def told_by_the_operator(address: str, setting: str) -> None:
    """Set something for all sessions that begin from now on."""
    name = make_url(address).database
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} SET {setting}".encode())


def rename(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(update(TENANT).values(name="hospital"))


@pytest.mark.parametrize(("theirs", "ours"), [("off", "on"), ("remote_apply", "remote_apply")])
def test_a_commit_is_on_disk_whatever_the_operator_set(
    database: Database, address: str, theirs: str, ours: str
) -> None:
    told_by_the_operator(address, f"synchronous_commit = {theirs}")
    with psycopg.connect(address) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == (theirs,)
    with database.writing() as writer:
        assert writer.scalar(text("SHOW synchronous_commit")) == ours
    queue = database.queue_engine(1)
    with queue.begin() as writer:
        assert writer.scalar(text("SHOW synchronous_commit")) == ours
    queue.dispose()


def test_a_server_that_vanishes_without_a_word_is_given_up_after_half_a_minute(
    address: str,
) -> None:
    assert libpq(address) == {
        "client_encoding": "UTF8",
        "connect_timeout": "5",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "4",
        "tcp_user_timeout": "30000",
    }
    assert libpq(address + "&tcp_user_timeout=9000")["tcp_user_timeout"] == "9000"


def libpq(address: str) -> dict[str, str]:
    """What the driver was told of the connection itself."""
    database = Database(address)
    with database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        said = driver.info.get_parameters()
    database.close()
    return {name: said[name] for name in said if name in adapter._CONNECTION}


def test_nobody_waits_for_ever_for_a_row(
    database: Database, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "_WAIT_FOR_LOCKS", "SET lock_timeout = '200ms'")
    impatient = Database(address)
    with database.writing() as holder:
        holder.execute(select(TENANT).with_for_update())
        with pytest.raises(UnavailableError):
            rename(impatient)
    rename(impatient)
    impatient.close()


def test_the_server_gives_up_who_vanished_amid_a_transaction(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a Unix socket there are no keepalives to see; the image's check takes a network away."""
    shorter = adapter._GIVE_US_UP.replace("2min", "100ms")
    assert shorter != adapter._GIVE_US_UP
    monkeypatch.setattr(adapter, "_GIVE_US_UP", shorter)
    frozen = Database(address)
    with pytest.raises(UnavailableError):
        hold_while_another_writes(frozen, address)
    with frozen.reading() as connection:
        assert connection.scalar(select(TENANT.c.name)) == "hospital"
    frozen.close()


def hold_while_another_writes(frozen: Database, address: str) -> None:
    other = Database(address)
    with frozen.writing() as holder:
        holder.execute(select(TENANT).with_for_update())
        rename(other)
        other.close()
        holder.execute(update(TENANT).values(name="lost"))


def test_a_database_that_cannot_hold_every_name_is_refused(postgresql: Postgresql) -> None:
    address = postgresql.new_database("ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    database = Database(address)
    with pytest.raises(ConfigurationError, match="encoding SQL_ASCII; make one in UTF8"):
        migrate(database)
    database.close()


def test_more_who_want_a_connection_than_there_are_wait_and_are_told(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "_WAIT_SECONDS", 0.1)
    database = Database(address)
    with ExitStack() as held:
        for _ in range(adapter._KEPT_CONNECTIONS + adapter._MORE_CONNECTIONS):
            held.enter_context(database.reading())
        with pytest.raises(UnavailableError):
            rename(database)
    rename(database)
    database.close()


def test_a_server_that_only_reads_is_away_until_it_writes(database: Database, address: str) -> None:
    """A standby, or a server amid a failover: it answers, and refuses what changes anything."""
    told_by_the_operator(address, "default_transaction_read_only = on")
    assert database.is_reachable()
    for _ in range(2):
        with pytest.raises(UnavailableError):
            rename(database)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        name = make_url(address).database
        connection.execute(f"ALTER DATABASE {name} RESET ALL".encode())
    rename(database)


def test_a_server_that_cannot_be_reached_is_known_to_be_away_in_whatever_words(
    tmp_path: Path,
) -> None:
    """The queue waits for a connection that was lost, and gives up on any other error."""
    database = Database(f"postgresql://postgres@/none?host={tmp_path}")
    queue = database.queue_engine(1)
    with pytest.raises(OperationalError) as away:
        queue.connect()
    assert away.value.connection_invalidated
    assert not database.is_reachable()
    queue.dispose()


def test_a_session_that_the_server_ends_is_away_and_the_next_one_is_not(
    database: Database, address: str
) -> None:
    with pytest.raises(UnavailableError):
        lose_the_session_and_write(database, address)
    with database.reading() as connection:
        assert connection.scalar(select(TENANT.c.name)) == "clinic"


def lose_the_session_and_write(database: Database, address: str) -> None:
    with database.writing() as connection:
        backend = connection.scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(address, autocommit=True) as operator:
            operator.execute("SELECT pg_terminate_backend(%s)", [backend])
        connection.execute(update(TENANT).values(name="lost"))
