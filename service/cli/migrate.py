"""``alliance migrate``: bring the database's schema forward."""

from __future__ import annotations

import argparse
import sys

from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from service.config import Config


def declare(_: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_: argparse.Namespace) -> None:
    """Apply what is missing and say what was done."""
    before, after = migrate(Database(Config.from_environment().sqlalchemy_url))
    done = "is up to date" if before == after else f"was brought from {before or 'nothing'}"
    sys.stderr.write(f"The database {done} at {after}.\n")
