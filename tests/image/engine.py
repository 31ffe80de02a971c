"""A container engine, driven by its own command line."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml

from tests.conftest import ROOT
from tests.programs import absent, program
from tests.service.server import Client, free_port

IMAGE = "alliance-check"
CHOSEN = {"POSTGRES_PASSWORD": "p@ss/w%rd$:?# &", "ALLIANCE_AUDIT_KEY": "a" * 40}
MOST_FAILED = 30
"""Failed attempts of one address a minute that each web server hears."""

LOCKED = (
    *("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"),  # noqa: S108 the container's own
    *("--security-opt", "no-new-privileges:true"),
)
"""How ``compose.yaml`` runs a container; a test holds that it does."""


FIGURES: list[str] = []
"""Said at the end of the run; `docs/operations.md` holds a run's."""


def note(figure: str) -> None:
    """Keep a figure for the end of the run."""
    FIGURES.append(figure)


def docker(*words: str) -> str:
    """Run ``docker`` and return what it says; a failure says why."""
    finished = _run(*words)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout.strip()


def logged(container: str) -> str:
    """Return what a container wrote, on either way."""
    finished = _run("logs", container)
    return finished.stdout + finished.stderr


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(program("docker")), *words],
        cwd=ROOT,
        env={**os.environ, **CHOSEN},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def look_for_an_engine() -> None:
    """Skip loudly where no engine answers, or it has no Compose."""
    for words in (["version"], ["compose", "version"]):
        if _run(*words).returncode != 0:
            absent(f"NOT TESTED: `docker {' '.join(words)}` fails on this machine")


def inspected(container: str) -> dict[str, Any]:
    """Return all that the engine knows of a container."""
    found: dict[str, Any] = json.loads(docker("inspect", container))[0]
    return found


def until_ready(url: str, workers: int = 0) -> float:
    """Wait until the service can do its work and has workers; the seconds that took."""
    began = time.monotonic()
    while time.monotonic() < began + 300:
        try:
            answer = requests.get(f"{url}/readyz", timeout=60)
            if answer.ok and answer.json()["workers"] >= workers:
                return time.monotonic() - began
        except requests.RequestException:
            pass
        time.sleep(0.02)
    raise TimeoutError(url)


@contextmanager
def container(*options: str) -> Iterator[tuple[str, str]]:
    """Run the image by itself until the block ends: its name, and its address."""
    port = free_port()
    publish = f"--publish=127.0.0.1:{port}:8000"
    name = docker("run", "--detach", publish, *LOCKED, *options, IMAGE)
    try:
        yield name, f"http://127.0.0.1:{port}"
    finally:
        docker("rm", "--force", "--volumes", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """What ``compose.yaml`` starts, under a name of its own and on a free port.

    Attributes
    ----------
    project
        The name.
    port
        On which the proxy listens.
    override
        A file that changes the port, the name of the image and how many attempts may fail.
    """

    project: str
    port: int
    override: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def network(self) -> str:
        return f"{self.project}_default"

    def compose(self, *words: str) -> str:
        files = ("--file", str(ROOT / "compose.yaml"), "--file", str(self.override))
        return docker("compose", "--project-name", self.project, *files, *words)

    def execute(self, service: str, *words: str) -> str:
        """Run a command in the first container of a service."""
        return self.compose("exec", "--no-TTY", service, *words)

    def named(self, service: str, replica: int = 1) -> str:
        return f"{self.project}-{service}-{replica}"

    def client(self, tenant: str) -> Client:
        key = self.execute("worker", "alliance", "keys", "create", "--tenant", tenant)
        return Client(url=self.url, key=key.splitlines()[-1])

    def cut_off(self, name: str) -> None:
        """Take a container's network away."""
        docker("network", "disconnect", self.network, name)

    def bring_back(self, service: str, replica: int) -> None:
        """Give it a network again, by the name that others know it by."""
        alias = f"--alias={service}"
        docker("network", "connect", alias, self.network, self.named(service, replica))


@contextmanager
def composed(folder: Path) -> Iterator[Composed]:
    """Build and start everything, and remove all of it at the end."""
    port = free_port()
    override = folder / "override.yaml"
    changed = {"image": IMAGE, "environment": {"ALLIANCE_FAILED_RATE": str(MOST_FAILED)}}
    text = yaml.safe_dump({"services": dict.fromkeys(("migrate", "web", "worker"), changed)})
    override.write_text(f"{text}  proxy:\n    ports: !override ['127.0.0.1:{port}:8000']\n")
    made = Composed(project=f"alliance-check-{os.getpid()}", port=port, override=override)
    try:
        made.compose("up", "--build", "--detach")
        until_ready(made.url, workers=3)
        yield made
    finally:
        made.compose("down", "--volumes", "--timeout", "5")
