"""``alliance settings``: print what the environment can set."""

from __future__ import annotations

import argparse
import sys

from service.config import settings_table


def declare(_: argparse.ArgumentParser) -> None:
    """Declare the arguments: none."""


def run(_: argparse.Namespace) -> None:
    """Print the table."""
    sys.stdout.write(settings_table() + "\n")
