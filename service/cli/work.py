"""``alliance work``: run analyses."""

from __future__ import annotations

import argparse
import os

from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.config import Config
from service.processes.worker import Worker
from service.telemetry import configure_logging

_THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_: argparse.Namespace) -> None:
    """Work until a signal asks to stop. Slots share the cores, unless the environment says more."""
    config = Config.from_environment()
    configure_logging(config.log_level)
    threads = max(1, (os.cpu_count() or 1) // config.job_slots)
    for name in _THREAD_SETTINGS:
        os.environ.setdefault(name, str(threads))
    migrate(Database(config.sqlalchemy_url))
    Worker(config).run()
