"""Programs that some tests drive: PostgreSQL, a browser, a word processor, R."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import pytest

DEBIAN_POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def program(*names: str, folders: Sequence[Path] = ()) -> Path:
    """Return the first of these programs that the machine has; otherwise skip the test loudly.

    Where ``ALLIANCE_TEST_SKIPS=forbidden`` is set, as ``.ci/run`` does, its absence is a failure.
    """
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, folders)])
    found = next(filter(None, (shutil.which(name, path=path) for name in names)), None)
    if found is None:
        wanted = " or ".join(names)
        absent(f"NOT TESTED: this machine has no {wanted}; `make setup-system` installs it")
    return Path(found)


def absent(reason: str) -> NoReturn:
    """Skip the test that cannot run here, or fail it where skipping is forbidden."""
    if os.environ.get("ALLIANCE_TEST_SKIPS") == "forbidden":
        pytest.fail(reason)
    pytest.skip(reason)
