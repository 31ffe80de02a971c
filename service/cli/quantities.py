"""Whole numbers and lengths of time as arguments of commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def whole_number(lowest: int) -> Callable[[str], int]:
    """Return what reads a whole number that is not below a lowest one."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = lowest - 1
        if number < lowest:
            raise argparse.ArgumentTypeError(f"must be a whole number, at least {lowest}")
        return number

    return parse
