"""The image by itself, as locked as ``compose.yaml`` has it, on its embedded database."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.image.engine import LOCKED, container, docker, inspected, logged, note, until_ready
from tests.service.server import Client
from tests.service.test_analyses import ask, sample_of

pytestmark = pytest.mark.image


def client_of(name: str, url: str) -> Client:
    key = docker("exec", name, "alliance", "keys", "create", "--tenant", "clinic")
    return Client(url=url, key=key.splitlines()[-1])


def until(true: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_the_tests_lock_a_container_as_compose_does() -> None:
    ours = yaml.safe_load((ROOT / "compose.yaml").read_text())["x-alliance"]
    assert ours["read_only"] is True
    written = ["--read-only", "--tmpfs", *ours["tmpfs"], "--cap-drop", *ours["cap_drop"]]
    assert [*written, "--security-opt", *ours["security_opt"]] == list(LOCKED)


def test_it_starts_scores_analyses_and_stops_in_order(image: str, data: Path) -> None:
    megabytes = int(docker("inspect", "--format", "{{.Size}}", image)) / 1e6
    note(f"image: {megabytes:.0f} MB")
    with container() as (name, url):
        note(f"ready {until_ready(url):.1f} s after the container started")
        client = client_of(name, url)
        analysis = ask(client, sample_of(client, data / "wai_250.csv"), kind="reliability")
        assert analysis.json()["status"] == "succeeded"
        until(lambda: inspected(name)["State"]["Health"]["Status"] == "healthy")
        began = time.monotonic()
        docker("stop", "--time", "45", name)
        note(f"stopped within {time.monotonic() - began:.1f} s")
        assert inspected(name)["State"]["ExitCode"] == 0
        assert docker("diff", name) == ""
        assert "worker stopped" in logged(name)


def test_who_gets_in_can_change_nothing_of_the_program(image: str) -> None:
    with container() as (name, url):
        until_ready(url)
        status = docker("exec", name, "cat", "/proc/1/status")
        assert "Uid:\t10001\t10001\t10001\t10001" in status
        assert "CapEff:\t0000000000000000" in status
        assert "NoNewPrivs:\t1" in status
        for place in ("/", "/opt/alliance", "/opt/alliance/bin", "/etc"):
            assert docker("exec", name, "sh", "-c", f"test -w {place} || echo no") == "no", place
        wanted = "command -v cc gcc make || ls /opt/alliance/bin | grep pip || echo none"
        assert docker("exec", name, "sh", "-c", wanted) == "none"


def test_what_was_stored_is_there_in_the_next_container(image: str, data: Path) -> None:
    volume = docker("volume", "create")
    mounted = f"--volume={volume}:/var/lib/alliance"
    try:
        with container(mounted) as (name, url):
            until_ready(url)
            client = client_of(name, url)
            sample = sample_of(client, data / "wai_250.csv")
            docker("kill", name)
        with container(mounted) as (name, url):
            until_ready(url)
            found = Client(url=url, key=client.key).get(f"/v1/samples/{sample}")
            assert found.json()["n_responses"] == 250
    finally:
        docker("volume", "rm", volume)


def test_the_first_process_buries_what_a_killed_worker_leaves(image: str) -> None:
    """Without an init of the engine's."""
    worker = "grep -lzx 'wor[k]' /proc/[0-9]*/cmdline | cut -d/ -f3 | head -1"
    with container() as (name, _):
        for killed in (1, 2):
            until_begun(name, killed)
            docker("exec", name, "sh", "-c", f"kill -9 $({worker})")
        until_begun(name, 3)
        until(lambda: "Z" not in states(name))


def until_begun(name: str, workers: int) -> None:
    until(lambda: logged(name).count('"worker ready"') == workers)


def states(name: str) -> list[str]:
    """List the states of all that runs in a container."""
    stats = docker("exec", name, "sh", "-c", "cat /proc/[0-9]*/stat || true").splitlines()
    return [stat.rsplit(")", 1)[1].split()[0] for stat in stats]
