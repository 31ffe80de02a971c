"""A deployment as an operator makes it: web processes, and workers beside them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.service.server import Client, Server, descendants, free_port, run_alliance
from tests.service.server import wait_until_ready as wait_for


class Deployment:
    """Processes over one database.

    Parameters
    ----------
    folder
        For the embedded database and for what processes write.
    settings
        Environment variables.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if "ALLIANCE" not in name},
            "ALLIANCE_DATA": str(folder / "data"),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            **settings,
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.web: Server | None = None
        self._port = free_port()
        self._started = 0

    def migrate(self) -> None:
        run_alliance("migrate", env=self.environment)

    def start_web(self, *, file_size: int | None = None) -> Server:
        """Start web processes on the same port as before and wait until they answer."""
        limit = [] if file_size is None else ["prlimit", f"--fsize={file_size}"]
        process = self._start(
            "web", "serve", "--no-worker", "--workers=2", f"--port={self._port}", before=limit
        )
        self.web = Server(
            url=f"http://127.0.0.1:{self._port}",
            data=self.folder / "data",
            process=process,
            environment=self.environment,
        )
        wait_for(self.web, 120)
        return self.web

    def start_worker(self) -> subprocess.Popen[bytes]:
        self.workers.append(self._start("work", "work"))
        return self.workers[-1]

    def kill_worker(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill the worker itself; what it started must find out."""
        self.workers.remove(worker)
        worker.kill()
        worker.wait()

    def kill_web(self) -> None:
        """Kill all web processes at once; the first is stopped before, lest it start another."""
        assert self.web is not None
        os.kill(self.web.process.pid, signal.SIGSTOP)
        everyone = [self.web.process.pid, *(pid for pid, _ in descendants(self.web.process.pid))]
        for process in everyone:
            os.kill(process, signal.SIGKILL)
        self.web.process.wait()
        self.web = None

    def client(self, tenant: str = "clinic") -> Client:
        key = run_alliance("keys", "create", f"--tenant={tenant}", env=self.environment)
        return Client(url=f"http://127.0.0.1:{self._port}", key=key)

    def events(self, *names: str) -> Iterator[dict[str, Any]]:
        """What all processes have logged under these names, in the order of time."""
        lines = [
            json.loads(line)
            for file in self.folder.glob("*.log")
            for line in file.read_text(errors="replace").splitlines()
            if line.startswith("{") and line.endswith("}")
        ]
        chosen = [line for line in lines if line["event"] in names]
        yield from sorted(chosen, key=lambda line: str(line["time"]))

    def until_logged(self, name: str, times: int = 1, seconds: float = 60) -> None:
        """Wait until processes have logged an event of this name so many times."""
        deadline = time.monotonic() + seconds
        while len(list(self.events(name))) < times:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def end(self) -> None:
        """End what is still running."""
        running = [*self.workers, *([self.web.process] if self.web else [])]
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=60)

    def _start(self, name: str, *command: str, before: list[str] | None = None) -> Any:
        self._started += 1
        with (self.folder / f"{self._started:03d}-{name}.log").open("ab") as log:
            return subprocess.Popen(
                [*(before or []), sys.executable, "-m", "service", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
