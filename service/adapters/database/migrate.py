"""The database's schema, brought forward by the packaged migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.adapters.database.engine import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(database: Database) -> tuple[str | None, str | None]:
    """Apply every migration the database lacks, in one transaction.

    Returns
    -------
    before, after
        The revisions; ``before`` is ``None`` for an empty database.
    """
    database.prepare()
    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.writing() as connection:
        database.lock_schema(connection)
        before = MigrationContext.configure(connection).get_current_revision()
        if before != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return before, newest
