"""What the first process of a container owes to those that are left to it."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

SCRIPT = """
import ctypes, os, subprocess, time
from service.processes.supervisor import _bury

PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1) == 0  # as the first process is
leader = subprocess.Popen(["sleep", "600"])
ours = subprocess.Popen(["sh", "-c", "exit 7"])
parent = subprocess.Popen(["sh", "-c", "sleep 0 & echo $!"], stdout=subprocess.PIPE, text=True)
orphan = int(parent.communicate()[0])
os.waitid(os.P_PID, orphan, os.WEXITED | os.WNOWAIT)  # it is ours now, and has ended
os.waitid(os.P_PID, ours.pid, os.WEXITED | os.WNOWAIT)
deadline = time.monotonic() + 60
while os.path.exists(f"/proc/{orphan}") and time.monotonic() < deadline:
    _bury({leader.pid, ours.pid})
    if ours.returncode is None:
        print(ours.wait())
print(os.path.exists(f"/proc/{orphan}"))
leader.kill()
leader.wait()
"""


def test_orphans_are_buried_and_our_own_left_to_who_waits_for_them() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert finished.stdout.split() == ["7", "False"], finished.stderr
