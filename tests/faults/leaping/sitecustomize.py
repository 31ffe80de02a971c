"""Sets the clock of each Python process ahead by the seconds that a file says, while it runs.

Python imports a module of this name by itself when it starts. Only the time of day leaps; the
seconds since the machine started (``time.monotonic``) do not, as when a clock is set.
"""

import os
import time
from pathlib import Path

_SAID = Path(os.environ["LEAPING_CLOCK"])
_time, _time_ns = time.time, time.time_ns


def _ahead() -> int:
    return int(_SAID.read_text())


time.time = lambda: _time() + _ahead()
time.time_ns = lambda: _time_ns() + _ahead() * 1_000_000_000
