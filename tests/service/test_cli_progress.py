"""Long work on the command line shows how far it is: to a terminal, and to nobody else."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

COMMAND = (
    *(sys.executable, "-m", "service", "analyze", "dimensionality", "--instrument=wai-sr-client"),
    *("--options", json.dumps({"replicates": 40, "seed": 1})),
)
FILE = ROOT / "tests" / "data" / "wai_250.csv"
REMOVED = "\r\x1b[2K"


def test_a_terminal_sees_a_bar_that_is_removed_at_the_end(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    out = tmp_path / "out.json"
    with out.open("wb") as stdout:
        process = subprocess.Popen([*COMMAND, str(FILE)], cwd=ROOT, stdout=stdout, stderr=theirs)
    os.close(theirs)
    seen = all_that_is_said(ours)
    assert process.wait(60) == 0
    assert json.loads(out.read_text())["result"]["parallel"]["replicates"] == 40
    bars = [part for part in seen.split(REMOVED) if "█" in part or "░" in part]
    assert len(bars) > 1
    assert any("40" in bar for bar in bars)
    assert seen.endswith(REMOVED)


def test_what_is_no_terminal_sees_nothing() -> None:
    done = subprocess.run(
        [*COMMAND, str(FILE)], cwd=ROOT, capture_output=True, check=True, timeout=60
    )
    assert done.stderr == b""
    assert json.loads(done.stdout)["kind"] == "dimensionality"


def all_that_is_said(terminal: int) -> str:
    """Read a terminal until nobody writes to it any more."""
    said = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other side is closed
            break
        if not part:
            break
        said += part
    os.close(terminal)
    return said.decode()
