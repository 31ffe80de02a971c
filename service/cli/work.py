"""``alliance work``: run analyses."""

from __future__ import annotations

import argparse
import logging
import os
import time

from service.adapters.database.audit import prepare_key
from service.adapters.database.engine import Database
from service.adapters.database.migrate import open_schema
from service.audit import AuditKey
from service.config import Config
from service.errors import UnavailableError
from service.processes.worker import Worker
from service.request_logging import configure_logging, log

_AWAY_SECONDS = 1.0


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_: argparse.Namespace) -> None:
    """Work until a signal asks to stop."""
    config = Config.from_environment()
    configure_logging(config.log_level)
    os.umask(0o077)
    _open_when_the_database_is_there(config)
    Worker(config).run()


def _open_when_the_database_is_there(config: Config) -> None:
    """Wait for a database that is still starting, as it may be after a power cut."""
    database = Database(config.sqlalchemy_url)
    while True:
        try:
            open_schema(database, make=True)
            prepare_key(database, AuditKey(config.audit_key, config.data.resolve()))
        except UnavailableError:
            log("unavailable", level=logging.ERROR, error=True)
            time.sleep(_AWAY_SECONDS)
        else:
            database.close()
            return
