"""``alliance work``: run analyses."""

from __future__ import annotations

import argparse

from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.config import Config
from service.processes.worker import Worker
from service.telemetry import configure_logging


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_: argparse.Namespace) -> None:
    """Work until a signal asks to stop."""
    config = Config.from_environment()
    configure_logging(config.log_level)
    migrate(Database(config.sqlalchemy_url))
    Worker(config).run()
