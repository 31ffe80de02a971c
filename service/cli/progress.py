"""A progress line on a terminal; silence everywhere else."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

_WIDTH = 24


class ProgressLine:
    """Draws one line on standard error while long work goes on, and removes it afterwards."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[2K")

    def __call__(self, done: int, total: int, stage: str) -> None:
        """Show how far the work is."""
        if self._shown:
            filled = _WIDTH * done // max(total, 1)
            bar = "█" * filled + "░" * (_WIDTH - filled)
            sys.stderr.write(f"\r\x1b[2K{bar} {done}/{total} {stage}")
            sys.stderr.flush()
