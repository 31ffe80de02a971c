"""``alliance backup``: write everything a deployment needs into one archive."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from service.cli.db_session import opened
from service.cli.passphrase import declare_passphrase, passphrase_of
from service.deployment import back_up


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", type=Path, required=True, help="the archive, a new file")
    declare_passphrase(parser, "file whose text encrypts the archive")


def run(arguments: argparse.Namespace) -> int:
    """Write the archive, also while the service runs."""
    passphrase = passphrase_of(arguments)
    with opened(writes=False) as here:
        back_up(here.config, here.database, arguments.out, passphrase)
    sys.stderr.write(
        f"{arguments.out} holds the database and the key of the audit trail: keep it as safe as "
        "the service itself.\n"
    )
    return 0
