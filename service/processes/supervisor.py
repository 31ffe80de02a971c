"""Keeps the processes of one machine together.

The first process leads: when it ends, all end and its exit status is ours. The others are started
again when they die. A signal to stop reaches all, and when this process is killed outright the
kernel tells its children to stop (Linux). As the first process of a container it is also given the
children of those that died, and lets none of them stay as a zombie.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Sequence

from service.request_logging import log

_PR_SET_PDEATHSIG = 1
_LOOK_SECONDS = 0.1
_RESTART_SECONDS = 1.0
_STOP_SECONDS = 40.0


class Supervisor:
    """Runs ``alliance`` commands side by side.

    Parameters
    ----------
    leader
        Arguments of the command that leads.
    followers
        Arguments of the commands that are restarted when they die.
    """

    def __init__(self, leader: Sequence[str], followers: Sequence[Sequence[str]]) -> None:
        self._leader = leader
        self._followers = followers
        self._stopping = False

    def run(self) -> int:
        """Run until the leader ends or a signal asks to stop; return the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        leader = _start(self._leader)
        followers = [_start(arguments) for arguments in self._followers]
        while leader.poll() is None and not self._stopping:
            time.sleep(_LOOK_SECONDS)
            followers = [
                process if process.poll() is None else self._restart(arguments)
                for process, arguments in zip(followers, self._followers, strict=True)
            ]
            _bury({leader.pid, *(process.pid for process in followers)})
        _end([leader, *followers])
        return 0 if self._stopping else int(leader.returncode)

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _restart(self, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        log("process restarted", command=arguments[0])
        time.sleep(_RESTART_SECONDS)
        return _start(arguments)


def _start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 our own program with our own arguments
        [sys.executable, "-m", "service", *arguments],
        preexec_fn=_end_with_parent,
    )


def _bury(ours: Collection[int]) -> None:
    """Take note of the end of processes that others started and left to us (Linux)."""
    if sys.platform != "linux":
        return
    ended = os.WEXITED | os.WNOHANG
    while (found := os.waitid(os.P_ALL, 0, ended | os.WNOWAIT)) and found.si_pid not in ours:
        os.waitid(os.P_PID, found.si_pid, ended)


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + _STOP_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """Ask the kernel to stop this process when the one that started it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
