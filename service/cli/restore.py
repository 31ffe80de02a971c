"""``alliance restore``: put an archive into an empty deployment."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from service.adapters.archive import ArchiveError
from service.adapters.database.engine import Database
from service.cli.passphrase import declare_passphrase, passphrase_of
from service.config import Config
from service.deployment import restore
from service.errors import ConfigurationError


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("archive", type=Path, metavar="FILE", help="what `alliance backup` wrote")
    declare_passphrase(parser, "file whose text the archive was encrypted with")


def run(arguments: argparse.Namespace) -> int:
    """Restore all of the archive, or nothing."""
    passphrase = passphrase_of(arguments)
    config = Config.from_environment()
    database = Database(config.sqlalchemy_url)
    try:
        other = restore(config, database, arguments.archive, passphrase)
    except (ArchiveError, ConfigurationError) as error:
        sys.stderr.write(f"{error.detail}\n")
        return 2
    finally:
        database.close()
    sys.stderr.write("Restored. `alliance doctor` checks it; `alliance serve` starts it.\n")
    if other:
        sys.stderr.write(f"These settings were others: {', '.join(other)}.\n")
    return 0
