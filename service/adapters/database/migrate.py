"""The database's schema, brought forward by the packaged migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from service.adapters.database.engine import Database
from service.errors import ConfigurationError

_MIGRATIONS = Path(__file__).parent / "migrations"


_RUN = "run `alliance migrate`"


def open_schema(database: Database, *, make: bool) -> None:
    """See that the tables are those of this release; an older schema is left as it is.

    Parameters
    ----------
    database
        Any.
    make
        Whether the tables of an empty database are made.

    Raises
    ------
    ConfigurationError
        If they are not; it says what to run.
    """
    newest = _scripts().get_current_head()
    found = revision(database)
    if found is None and make:
        migrate(database)
    elif found is None:
        raise ConfigurationError(f"There is no database yet; {_RUN} or `alliance serve`.")
    elif found not in known_revisions():
        raise ConfigurationError("The database was made by a newer release; install that one.")
    elif found != newest:
        raise ConfigurationError(f"The database is of an older release; {_RUN} first.")


def migrate(database: Database) -> tuple[str | None, str | None]:
    """Apply every migration the database lacks, in one transaction.

    Returns
    -------
    before, after
        The revisions; ``before`` is ``None`` for an empty database.
    """
    database.prepare()
    config, newest = _config(), _scripts().get_current_head()
    with database.writing() as connection:
        database.lock_schema(connection)
        before = MigrationContext.configure(connection).get_current_revision()
        if before != newest:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return before, newest


def revision(database: Database) -> str | None:
    """Read the revision; ``None`` where nothing was made yet."""
    if not database.exists():
        return None
    with database.reading() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def known_revisions() -> set[str]:
    """Return every revision that this release can bring forward."""
    return {script.revision for script in _scripts().walk_revisions()}
