"""Whole numbers and lengths of time as arguments of commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LONGEST_DAYS = 36_500
"""A century: a longer time is a slip of the hand."""

LARGEST_NUMBER = 2**63 - 1
"""The largest that the databases count to."""


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return what reads a whole number within bounds."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = lowest - 1
        if not lowest <= number <= highest:
            raise argparse.ArgumentTypeError(f"must be a whole number from {lowest} to {highest}")
        return number

    return parse
