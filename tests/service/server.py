"""A real server process, and small words to talk to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.conftest import ROOT

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running server.

    Attributes
    ----------
    url
        Its address.
    data
        Its folder; ``server.log`` in it holds what it wrote.
    process
        The process that was started.
    """

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    environment: Mapping[str, str] = field(repr=False)

    def new_key(self, tenant: str, *scopes: str) -> str:
        chosen = [f"--scope={scope}" for scope in scopes]
        return run_alliance("keys", "create", f"--tenant={tenant}", *chosen, env=self.environment)

    def client(self, tenant: str, *scopes: str) -> Client:
        return Client(url=self.url, key=self.new_key(tenant, *scopes))

    def log(self) -> str:
        return (self.data / "server.log").read_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Sends requests with a key."""

    url: str
    key: str | None

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = dict(options.pop("headers", {}))
        if self.key is not None:
            headers.setdefault("Authorization", f"Bearer {self.key}")
        return requests.request(method, self.url + path, headers=headers, timeout=60, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.send("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.send("POST", path, **options)

    def put(self, path: str, **options: Any) -> requests.Response:
        return self.send("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.send("DELETE", path, **options)


def run_alliance(*arguments: str, env: Mapping[str, str]) -> str:
    finished = subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        cwd=ROOT,
        env=dict(env),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.strip()


@contextmanager
def running_server(data: Path, *arguments: str, **settings: str) -> Iterator[Server]:
    """Start ``alliance serve`` and wait until it answers; stop it afterwards."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if "ALLIANCE" not in name},
        "ALLIANCE_DATA": str(data),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        **settings,
    }
    with (data / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve", f"--port={port}", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    server = Server(
        url=f"http://127.0.0.1:{port}", data=data, process=process, environment=environment
    )
    try:
        wait_until_ready(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_until_ready(server: Server, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log()
        try:
            if requests.get(server.url + "/readyz", timeout=60).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise TimeoutError(server.log())


def descendants(process: int) -> list[tuple[int, str]]:
    """Processes that a process started, and those they started, with their command lines."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                commands[int(folder.name)] = (folder / "cmdline").read_text()
            except OSError:  # it ended meanwhile
                continue
            parents[int(folder.name)] = int(stat[1])
    found, wanted = [], [process]
    while wanted:
        parent = wanted.pop(0)
        children = sorted(child for child, its in parents.items() if its == parent)
        found.extend(children)
        wanted.extend(children)
    return [(child, commands[child]) for child in found]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_problem(response: requests.Response, status: int) -> bool:
    """Whether the answer is a problem document of this status, with all its members."""
    if response.status_code != status or response.headers["Content-Type"] != PROBLEM:
        return False
    problem = response.json()
    return (
        problem["status"] == status
        and {"type", "title", "detail", "errors"} <= set(problem)
        and all({"pointer", "code", "detail"} == set(fault) for fault in problem["errors"])
    )
