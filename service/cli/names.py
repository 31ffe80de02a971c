"""Names and identifiers as arguments of commands."""

from __future__ import annotations

import argparse
import re

LONGEST_NAME = 200


def name(text: str) -> str:
    """Read a tenant's or client's name: 1 to 200 printable characters, no space at either end."""
    if not 1 <= len(text) <= LONGEST_NAME:
        raise argparse.ArgumentTypeError(f"must have 1 to {LONGEST_NAME} characters")
    if not text.isprintable():
        raise argparse.ArgumentTypeError(
            "must have printable characters alone: no line break, no tab, no control character"
        )
    if text != text.strip():
        raise argparse.ArgumentTypeError("must not begin or end with a space")
    return text


def prefix(text: str) -> str:
    """Read a key's prefix; a whole key is not taken, for arguments are seen by others."""
    if not re.fullmatch("[0-9a-f]{12}", text):
        raise argparse.ArgumentTypeError(
            "must be the 12 digits and letters a to f between `alliance_` and the next `_`"
        )
    return text


def client_id(text: str) -> str:
    """Read a ``client_id``."""
    if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        raise argparse.ArgumentTypeError("must be a client_id as listed")
    return text
