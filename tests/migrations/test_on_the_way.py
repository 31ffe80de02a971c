"""Upgrades that are interrupted, begun twice at once, or begin half way."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from schemas.definition import Definition
from service.adapters.database import migrate as migrating
from service.adapters.database.engine import Database
from service.adapters.database.jobs import JobTable
from service.adapters.database.migrate import migrate
from service.records import Job, Status
from tests.conftest import ROOT
from tests.migrations.first_release import RUNNING, TENANT, build, insert
from tests.migrations.test_upgrade import (
    test_a_finished_analysis_keeps_its_result_and_a_running_one_is_queued as analyses_are_there,
)
from tests.migrations.test_upgrade import (
    test_answers_scores_and_columns_are_as_they_were as answers_are_there,
)
from tests.migrations.test_upgrade import (
    test_the_upgraded_schema_is_the_one_of_a_new_database as schema_is_whole,
)
from tests.service.conftest import STORES, NewAddress

FOLDER = Path(migrating.__file__).parent / "migrations"
REVISIONS = sorted(ScriptDirectory(FOLDER).walk_revisions(), key=lambda one: one.revision)
BETWEEN = [one.revision for one in REVISIONS[1:-1]]

SINCE: dict[str, tuple[str, dict[str, Any]]] = {
    "0003": ("session", {"digest": b"s" * 32, "key_id": TENANT, "begun_at": 1, "seen_at": 1}),
    "0004": ("worker", {"id": "w", "beats": 3, "started_at": 1}),
    "0006": (
        "client",
        {
            "id": "c",
            "tenant_id": TENANT,
            "name": "vendor",
            "key_set": "{}",
            "scopes": "[]",
            "created_at": 1,
        },
    ),
    "0007": (
        "audit",
        {
            "number": 1,
            "at": 1,
            "method": "GET",
            "route": "/v1/samples",
            "status": 200,
            "request_id": "r",
            "chain": "c",
        },
    ),
}
"""By the revision that made the table: a row in it."""


@pytest.fixture(params=STORES)
def old(
    request: pytest.FixtureRequest, new_address: NewAddress, wai_sr: Definition
) -> Iterator[Database]:
    database = Database(new_address(request.param))
    build(database, wai_sr)
    yield database
    database.close()


def everything_is_there(database: Database) -> None:
    schema_is_whole(database)
    answers_are_there(database)
    analyses_are_there(database)


def revision(database: Database) -> str | None:
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def bring_to(database: Database, wanted: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, wanted)


@pytest.mark.parametrize("stop", BETWEEN)
def test_an_upgrade_goes_on_from_every_revision_with_rows_in_its_tables(
    old: Database, stop: str
) -> None:
    bring_to(old, stop)
    added = [row for since, row in SINCE.items() if since <= stop]
    with old.writing() as connection:
        for table, row in added:
            insert(connection, table, **row)
    assert migrate(old)[0] == stop
    everything_is_there(old)
    with old.reading() as connection:
        for table, row in added:
            found = connection.execute(text(f"SELECT * FROM {table}")).mappings().all()  # noqa: S608
            assert any(row.items() <= dict(one).items() for one in found)


def test_an_upgrade_that_breaks_off_leaves_all_as_it_was_and_can_be_repeated(
    old: Database,
) -> None:
    """The eighth step meets a row that it cannot read; the seven before it are undone too."""
    change = text("UPDATE response SET others = :others WHERE external_id = 'r1'")
    with old.writing() as connection:
        connection.execute(change, {"others": '{"mood'})
    with pytest.raises(orjson.JSONDecodeError):
        migrate(old)
    assert revision(old) == "0001"
    with old.writing() as connection:
        connection.execute(change, {"others": '{"mood": "good"}'})
    assert migrate(old)[0] == "0001"
    everything_is_there(old)


def test_several_may_upgrade_a_database_with_data_at_once(old: Database) -> None:
    others = [Database(old.url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        before = [found for found, _ in pool.map(migrate, others)]
    for database in others:
        database.close()
    assert before.count("0001") == 1
    assert len(set(before)) == 2
    everything_is_there(old)
    with old.reading() as connection:
        count = "SELECT count(*) FROM block JOIN batch ON batch.key = block.batch_key"
        assert connection.scalar(text(count)) == 2


def test_an_analysis_that_the_first_release_was_running_is_finished_by_this_one(
    old: Database, tmp_path: Path
) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if "ALLIANCE" not in name},
        "DATABASE_URL": old.url,
        "ALLIANCE_DATA": str(tmp_path),
    }
    migrate(old)
    with (tmp_path / "log").open("wb") as log:
        command = [sys.executable, "-m", "service", "work"]
        worker = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        finished = until_finished(old, RUNNING)
    finally:
        worker.terminate()
        worker.wait(60)
    assert finished.standing.status is Status.SUCCEEDED, finished.error
    assert finished.result is not None
    assert finished.result["n_persons"] == 4


def until_finished(database: Database, job: str, seconds: float = 60) -> Job:
    """Wait for the worker."""
    deadline = time.monotonic() + seconds
    while True:
        assert time.monotonic() < deadline
        if revision(database) == REVISIONS[-1].revision:
            found = JobTable(database).find(TENANT, job)
            if found.standing.status.finished:
                return found
        time.sleep(0.2)
