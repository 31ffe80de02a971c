"""The database and the audit trail as commands find them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from service.adapters.database.audit import AuditStore, Note, prepare_key
from service.adapters.database.engine import Database
from service.adapters.database.migrate import open_schema
from service.audit import AuditKey
from service.config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a command works on.

    Attributes
    ----------
    config
        Settings.
    database
        Its schema is of this release.
    trail
        The audit trail, where what a command changes is noted.
    """

    config: Config
    database: Database
    trail: AuditStore

    def noting(self, command: str) -> Note:
        """Return what notes this command (``keys create``), in the command's own transaction."""
        return self.trail.noting("command", f"alliance {command}")


@contextmanager
def opened(*, writes: bool = True) -> Iterator[Opened]:
    """Open what the environment names, and close it afterwards.

    Parameters
    ----------
    writes
        Whether the command changes anything; then the tables of an empty database are made. An
        older schema is never brought forward: `alliance migrate` and `alliance serve` do that.

    Raises
    ------
    ConfigurationError
        If the schema is of another release, or the key of the audit trail can neither be read nor
        kept.
    """
    config = Config.from_environment()
    database = Database(config.sqlalchemy_url)
    try:
        open_schema(database, make=writes)
        key = AuditKey(config.audit_key, config.data.resolve())
        prepare_key(database, key)
        yield Opened(config=config, database=database, trail=AuditStore(database, key))
    finally:
        database.close()
