"""The passphrase of an archive, from a file: never an argument, which every user could list."""

from __future__ import annotations

import argparse
from pathlib import Path

from service.errors import ConfigurationError

_SHORTEST = 12


def declare_passphrase(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Declare the argument ``--passphrase-file``."""
    parser.add_argument("--passphrase-file", type=Path, metavar="FILE", help=purpose)


def passphrase_of(arguments: argparse.Namespace) -> str | None:
    """Return the passphrase; ``None`` where no file was named.

    Raises
    ------
    ConfigurationError
        If the file cannot be read, or holds less than 12 characters.
    """
    if arguments.passphrase_file is None:
        return None
    try:
        text: str = arguments.passphrase_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("--passphrase-file must name a readable text file.") from None
    if len(text) < _SHORTEST:
        raise ConfigurationError(f"The passphrase must have at least {_SHORTEST} characters.")
    return text
