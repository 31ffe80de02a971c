"""The commands of ``compose.yaml`` and ``Dockerfile``, run as they stand there without containers.

Each container is a process with its own folder and the environment that the file gives it. What
differs: the address of the database, the folder of the data, and where the web servers listen.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
import yaml

from tests.conftest import ROOT
from tests.service.conftest import NewAddress
from tests.service.server import Client, free_port
from tests.service.test_analyses import ask, sample_of, until_finished

CHOSEN = {"POSTGRES_PASSWORD": "chosen", "ALLIANCE_AUDIT_KEY": "a" * 40}
COMPOSE = (ROOT / "compose.yaml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def chosen(found: re.Match[str]) -> str:
    """Return what was chosen for a variable, or what the file has for it otherwise."""
    return CHOSEN.get(found[1]) or found[2]


class Stack:
    """Containers as processes.

    Parameters
    ----------
    address
        Of the database.
    folder
        Each container gets one in it.
    """

    def __init__(self, address: str, folder: Path) -> None:
        self._address = address
        self._folder = folder
        self._services = yaml.safe_load(COMPOSE)["services"]
        self._ports: dict[str, str] = {}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, service: str, *words: str) -> str:
        """Run a service's command to its end, or another in its container."""
        command = self._command(service, list(words) or self._services[service]["command"])
        finished = subprocess.run(
            command,
            cwd=ROOT,
            env=self._environment(service),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert finished.returncode == 0, finished.stderr
        return finished.stdout.strip()

    def start(self, service: str, replica: int = 1) -> None:
        name = f"{service}-{replica}"
        with (self._folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                self._command(name, self._services[service]["command"]),
                cwd=ROOT,
                env=self._environment(service, replica),
                stdout=log,
                stderr=log,
            )

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._ports[name]}"

    def is_healthy(self, name: str) -> bool:
        """Ask as the image's own check does."""
        check = re.search(r"HEALTHCHECK .*?CMD\s+(\[.*?\])$", DOCKERFILE, re.MULTILINE)
        assert check is not None
        program, *words = json.loads(check[1])
        assert program == "python"
        words = [word.replace(":8000/", f":{self._ports[name]}/") for word in words]
        return (
            subprocess.run([sys.executable, *words], check=False, capture_output=True).returncode
            == 0
        )

    def stop(self, name: str) -> int:
        """End a container as compose does, within the time it gives; its exit status."""
        service = name.split("-")[0]
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(int(self._services[service]["stop_grace_period"].removesuffix("s")))

    def kill(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _command(self, name: str, words: list[str]) -> list[str]:
        assert words[0] == "alliance"
        changed = list(words[1:])
        if "--port" in changed:
            changed[changed.index("--host") + 1] = "127.0.0.1"
            self._ports[name] = changed[changed.index("--port") + 1] = str(free_port())
        return [sys.executable, "-m", "service", *changed]

    def _environment(self, service: str, replica: int = 1) -> dict[str, str]:
        given = {
            name: re.sub(r"\$\{(\w+):[?-]([^}]*)\}", chosen, value)
            for name, value in self._services[service]["environment"].items()
        }
        assert given["DATABASE_URL"] == "postgresql://alliance@database/alliance"
        assert given["PGPASSWORD"] == CHOSEN["POSTGRES_PASSWORD"]
        folder = self._folder / f"{service}-{replica}"
        folder.mkdir(exist_ok=True)
        own = {"DATABASE_URL": self._address, "ALLIANCE_DATA": str(folder)}
        return {"PATH": os.environ["PATH"], **given, **own}


@contextmanager
def running(address: str, folder: Path) -> Iterator[Stack]:
    """Start what compose starts: the migration to its end, two web servers, two of the workers."""
    stack = Stack(address, folder)
    try:
        stack.run("migrate")
        for replica in (1, 2):
            stack.start("web", replica)
            stack.start("worker", replica)
        deadline = time.monotonic() + 120
        while not (stack.is_healthy("web-1") and stack.is_healthy("web-2")):
            assert time.monotonic() < deadline
            assert all(process.poll() is None for process in stack.processes.values())
        yield stack
    finally:
        stack.kill()


def test_the_commands_of_compose_make_one_service(
    new_address: NewAddress, tmp_path: Path, data: Path
) -> None:
    create = re.search(r"exec worker (alliance keys create .*)", COMPOSE)
    assert create is not None
    with running(new_address("postgresql"), tmp_path) as stack:
        key = stack.run("worker", *create[1].split())
        first, second = (Client(url=stack.url(name), key=key) for name in ("web-1", "web-2"))
        sample = sample_of(first, data / "wai_250.csv")
        analysis = ask(second, sample, wait=0, kind="reliability").json()["id"]
        assert until_finished(first, analysis)["status"] == "succeeded"
        assert requests.get(stack.url("web-2") + "/readyz", timeout=30).json()["workers"] >= 1
        for name in list(stack.processes):
            assert stack.stop(name) == 0, name
        stack.run("worker", "alliance", "audit", "--verify")
        trail = stack.run("worker", "alliance", "audit").splitlines()
    assert {"alliance keys create", "/v1/analyses"} <= {json.loads(line)["route"] for line in trail}


SERVICE_KEYS = {
    *("build", "image", "environment", "read_only", "tmpfs", "cap_drop", "security_opt", "restart"),
    *("command", "healthcheck", "depends_on", "deploy", "stop_grace_period", "volumes", "ports"),
    *("configs", "init", "mem_limit", "pids_limit", "shm_size"),
}
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}


def test_compose_says_only_what_the_compose_specification_knows() -> None:
    found = yaml.safe_load(COMPOSE)
    assert {name for name in found if not name.startswith("x-")} == {
        "services",
        "configs",
        "volumes",
    }
    for service in found["services"].values():
        assert service.keys() <= SERVICE_KEYS
        assert service.get("restart") in {"unless-stopped", "on-failure:10"}
        assert service.get("deploy", {}).keys() <= {"replicas"}
        assert service.get("healthcheck", {}).keys() <= {"test", "interval", "retries", "disable"}
        assert {one["condition"] for one in service.get("depends_on", {}).values()} <= CONDITIONS
        for config in service.get("configs", ()):
            assert config["source"] in found["configs"]


def test_the_proxy_waits_longer_than_the_service_may_take() -> None:
    """It reaches the port that web listens on, takes bodies as large, and waits as long.

    An event stream says something every ten seconds, so that it may last longer. A connection that
    is kept is given up by the proxy first, or a request could meet one that just ended.
    """
    from service.config import Config
    from service.processes.web import KEEPALIVE_SECONDS

    found = yaml.safe_load(COMPOSE)
    said = found["configs"]["proxy"]["content"]
    web = found["services"]["web"]["command"]
    config = Config.from_environment({})
    assert f"server web:{web[web.index('--port') + 1]} resolve;" in said
    [limit] = re.findall(r"client_max_body_size (\d+)m;", said)
    assert int(limit) << 20 >= config.maximum_body
    [seconds] = re.findall(r"proxy_read_timeout (\d+)s;", said)
    assert int(seconds) > max(config.maximum_wait, config.report_seconds)
    upstream = said[said.index("upstream ") :].split("}")[0]
    [seconds] = re.findall(r"keepalive_timeout (\d+)s;", upstream)
    assert int(seconds) < KEEPALIVE_SECONDS


def test_the_proxy_refuses_in_the_words_of_the_service() -> None:
    from service.config import Config
    from service.errors import TooLargeError, document, problem_of

    said = yaml.safe_load(COMPOSE)["configs"]["proxy"]["content"]
    refusals = {
        int(status): json.loads(body.replace("$$status", status))
        for status, body in re.findall(r"return (\d+) '(.+)';", said)
    }
    too_large = TooLargeError(Config.from_environment({}).maximum_body)
    assert refusals[413] == document(problem_of(too_large), too_large.detail)
    assert refusals[502].keys() == refusals[413].keys()
    assert refusals[502]["status"] == 502


def test_the_image_copies_what_is_there_and_starts_what_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source
    packages = {path.parent.name for path in ROOT.glob("*/py.typed")}
    assert packages <= set(" ".join(copied).split())
    [start] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    assert json.loads(start)[:2] == ["alliance", "serve"]
