"""Which kernels of OpenBLAS this machine can run: each is what another processor would take.

    python -m tests.processors.kernels

writes three of them, far apart, one a line (`.ci/run` runs the engine's tests under each).
"""

from __future__ import annotations

import platform
import sys
from pathlib import Path

NEEDS = {"Nehalem": "sse4_2", "Sandybridge": "avx", "Haswell": "fma", "SkylakeX": "avx512dq"}
"""By kernel, from the oldest: the last instructions of x86-64 that it takes."""

ARM = ("ARMV8", "CORTEXA57", "NEOVERSEN1")


def kernels() -> tuple[str, ...]:
    """Return the kernels this processor has the instructions for; none on other architectures."""
    if platform.machine() in {"aarch64", "arm64"}:
        return ARM
    information = Path("/proc/cpuinfo")
    if platform.machine() != "x86_64" or not information.exists():
        return ()
    flags = set(information.read_text().split())
    return tuple(kernel for kernel, needed in NEEDS.items() if needed in flags)


if __name__ == "__main__":
    sys.stdout.writelines(f"{kernel}\n" for kernel in kernels()[-3:])
