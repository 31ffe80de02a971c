"""How many cores this process may use; in a container that is less than the machine has."""

from __future__ import annotations

import math
import os
from pathlib import Path

_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota_file: Path = _QUOTA) -> int:
    """Count the cores this process may use: by its affinity, and by its control group's quota.

    Parameters
    ----------
    quota_file
        Microseconds of a period that may be used, and the period's length; ``max`` is no limit.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = quota_file.read_text().split()
    except (OSError, ValueError):
        return cores or 1
    if not quota.isdecimal():
        return cores or 1
    return max(1, min(cores or 1, math.ceil(int(quota) / int(period))))
