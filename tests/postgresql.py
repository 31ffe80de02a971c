"""A real PostgreSQL server for tests, from the machine's own programs.

It listens on a Unix socket in a temporary folder, under a user that is not root (the server
refuses to run as root), and ends with the test session.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

from tests.programs import DEBIAN_POSTGRESQL, program

_USER = "postgres"
_NUMBERS = count(1)
_NEW_CLUSTER = ("-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
_COPY = ("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
_FAST = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgresql:
    """A server in a folder of its own.

    Attributes
    ----------
    folder
        Holds the data and the socket.
    programs
        Where the server's programs are.
    settings
        Of the server, as ``name=value``.
    """

    folder: Path
    programs: Path
    settings: Sequence[str]

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{_USER}@/{database}?host={self.folder}"

    def start(self) -> None:
        settings = " ".join(f"-c {setting}" for setting in self.settings)
        options = f"-k {self.folder} -c listen_addresses='' {settings}"
        self._control("start", "-w", "-l", str(self.folder / "log"), "-o", options)

    @property
    def is_running(self) -> bool:
        """Whether it was started, and not stopped since."""
        return (self.folder / "data" / "postmaster.pid").exists()

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: ``immediate`` as a crash would, ``fast`` in order."""
        self._control("stop", "-w", "-m", mode)

    def promote(self) -> None:
        """Let a standby take over."""
        self._control("promote", "-w")

    def new_database(self, options: str = "") -> str:
        """Make an empty database, with options of SQL's, and return its address."""
        name = f"test_{next(_NUMBERS)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} {options}".encode())
        return self.url(name)

    def _control(self, *arguments: str) -> None:
        _run_as_user([str(self.programs / "pg_ctl"), "-D", str(self.folder / "data"), *arguments])


@contextmanager
def running_postgresql(settings: Sequence[str] = _FAST) -> Iterator[Postgresql]:
    """Start a server that lives as long as the block.

    Parameters
    ----------
    settings
        By default quick ones, which a power cut would not survive; a test that claims durability
        passes none.
    """
    programs = program("initdb", folders=DEBIAN_POSTGRESQL).resolve().parent
    folder = Path(tempfile.mkdtemp(prefix="alliance-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
    server = Postgresql(folder=folder, programs=programs, settings=settings)
    try:
        _run_as_user([str(programs / "initdb"), "-D", str(folder / "data"), *_NEW_CLUSTER])
        server.start()
        try:
            yield server
        finally:
            if server.is_running:
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running_standby(primary: Postgresql) -> Iterator[Postgresql]:
    """Start a server that follows another, which acknowledges no commit from now on without it."""
    folder = Path(tempfile.mkdtemp(prefix="alliance-standby-"))
    if os.geteuid() == 0:
        shutil.chown(folder, _USER)
    standby = Postgresql(folder=folder, programs=primary.programs, settings=primary.settings)
    copy = ("-h", str(primary.folder), "-U", _USER, "-D", str(folder / "data"), *_COPY)
    try:
        _run_as_user([str(primary.programs / "pg_basebackup"), *copy])
        standby.start()
        with psycopg.connect(primary.url(), autocommit=True) as operator:
            operator.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            operator.execute("SELECT pg_reload_conf()")
        try:
            yield standby
        finally:
            standby.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_as_user(command: Sequence[str]) -> None:
    if os.geteuid() == 0:
        groups = ["--reuid", _USER, "--regid", _USER, "--clear-groups"]
        command = [str(program("setpriv")), *groups, *command]
    subprocess.run(
        command,
        check=True,
        cwd="/",
        env=_quiet_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        timeout=60,
    )


def _quiet_environment() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
