"""A database as the first release left it: its schema, and rows in every table."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import orjson
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from schemas.definition import Definition
from service.adapters.database.engine import Database

FIRST = "service.adapters.database.migrations.versions.r0001_first"
TENANT, SAMPLE, DONE, RUNNING = (f"0000000{n}-0000-7000-8000-000000000000" for n in range(4))
ANSWERS = np.array([[5, 4, 3, 2, 1, 5, 4, 3, 2, 1, 5, -1], [1] * 12], dtype=np.int8)
SCORES = np.array([[13.0, 12.0, 14.0, np.nan], [4.0, 4.0, 4.0, 12.0]])


def build(database: Database, definition: Definition) -> None:
    """Make the first release's tables and put rows into all of them."""
    database.prepare()
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"transactional_ddl": False})
        with Operations.context(context):
            import_module(FIRST).upgrade()
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        insert(connection, "alembic_version", version_num="0001")
        _fill(connection, definition)


def insert(connection: Connection, table: str, **row: Any) -> None:
    columns, places = ", ".join(row), ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({places})"), row)  # noqa: S608 our own names


def _fill(connection: Connection, definition: Definition) -> None:
    rule = definition.rule
    document = orjson.dumps(dict(definition.document)).decode()
    insert(connection, "tenant", id=TENANT, name="clinic", created_at=1)
    insert(
        connection,
        "api_key",
        id=TENANT,
        tenant_id=TENANT,
        prefix="abcdef123456",
        digest=b"d" * 32,
        scopes='["samples","score"]',
        created_at=1,
    )
    insert(
        connection,
        "instrument",
        tenant_id=TENANT,
        id=rule["id"],
        version=rule["version"],
        sha256=rule["sha256"],
        definition=document,
        created_at=1,
    )
    ruled = {f"instrument_{name}": value for name, value in rule.items()}
    insert(
        connection,
        "sample",
        id=SAMPLE,
        tenant_id=TENANT,
        name="pilot",
        setting="other",
        definition=document,
        n_responses=4,
        created_at=1,
        **ruled,
    )
    for number in range(2):
        insert(connection, "batch", id=f"batch-{number}", sample_key=1, accepted=2, created_at=1)
    for number in range(4):
        insert(
            connection,
            "response",
            sample_key=1,
            id=bytes([number]) * 16,
            batch_key=1 + number // 2,
            external_id=f"r{number}" if number < 2 else None,
            answers=ANSWERS[number % 2].tobytes(),
            scores=SCORES[number % 2].tobytes(),
            person=f"p{number}",
            session_number=2.0,
            others='{"mood": "good"}' if number == 1 else None,
            outcomes='{"plus-m": 51.5}' if number < 2 else None,
        )
    insert(
        connection,
        "idempotency",
        tenant_id=TENANT,
        key="k",
        request_sha256=b"h" * 32,
        owner="o",
        started_at=1,
        sample_id=SAMPLE,
        answer=b"a",
    )
    for job, status, more in (
        (DONE, "succeeded", {"result": '{"n_persons": 2}', "finished_at": 9}),
        (RUNNING, "running", {"worker": "w", "heartbeat_at": 5}),
    ):
        insert(
            connection,
            "job",
            id=job,
            tenant_id=TENANT,
            kind="items",
            samples=orjson.dumps([SAMPLE]).decode(),
            options='{"compare_with": []}',
            status=status,
            done=1,
            total=1,
            stage="done",
            attempts=1,
            created_at=2,
            started_at=3,
            **ruled,
            **more,
        )
