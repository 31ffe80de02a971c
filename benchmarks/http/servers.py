"""Both servers: gunicorn on 127.0.0.1 with two processes each; see the package for the terms."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WORKERS, THREADS = 2, 16
_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    "ALLIANCE_RATE": "60000000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A server that runs: its address, its process, and a key where it asks for one."""

    url: str
    process: int
    key: str = ""

    def largest_worker(self) -> float:
        """Resident memory of the largest worker, in MB (10⁶ bytes)."""
        return max(_resident(worker) for worker in self._workers())

    def cpu_seconds(self) -> float:
        """CPU time of all workers so far."""
        return sum(_cpu_seconds(worker) for worker in self._workers())

    def _workers(self) -> list[int]:
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        return [int(child) for child in children]


@contextmanager
def bare_server() -> Iterator[Running]:
    """Start the bare server."""
    port = _free_port()
    options = [f"--workers={WORKERS}", f"--threads={THREADS}", f"--bind=127.0.0.1:{port}"]
    command = ["-m", "gunicorn", "--preload", "--no-control-socket", *options]
    with _process([*command, "benchmarks.http.echo:app"], {}) as process:
        url = f"http://127.0.0.1:{port}"
        _wait(url + "/", process)
        yield Running(url=url, process=process.pid)


@contextmanager
def alliance_server(folder: Path, address: str = "") -> Iterator[Running]:
    """Start the web part of the service, on SQLite in the folder or on the database named."""
    port = _free_port()
    settings = {"ALLIANCE_DATA": str(folder), "DATABASE_URL": address}
    key = _alliance(["keys", "create", "--tenant=benchmark"], settings)
    serve = ["serve", "--no-worker", f"--port={port}", f"--workers={WORKERS}"]
    with _process(["-m", "service", *serve], settings) as process:
        url = f"http://127.0.0.1:{port}"
        _wait(url + "/healthz", process)
        yield Running(url=url, process=process.pid, key=key)


def _alliance(arguments: Sequence[str], settings: Mapping[str, str]) -> str:
    command = [sys.executable, "-m", "service", *arguments]
    environment = os.environ | _ENVIRONMENT | settings
    done = subprocess.run(command, check=True, capture_output=True, env=environment)
    return done.stdout.decode().strip()


@contextmanager
def _process(
    arguments: Sequence[str], settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=os.environ | _ENVIRONMENT | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _wait(url: str, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 our own address
        except urllib.request.HTTPError:
            return  # it answers, if only with 404
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)


def _resident(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) * 1024 / 1e6


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
