"""A real nginx in front of a server, with the configuration that ``compose.yaml`` ships."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT
from tests.programs import program
from tests.service.server import free_port

_MAIN = """\
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
{user}
events {{ worker_connections 1024; }}
http {{
{server}
}}
"""


def shipped_configuration(port: int, upstream: str, folder: Path) -> str:
    """Return the configuration of ``compose.yaml`` for this machine: other places, no names."""
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text())
    text: str = composed["configs"]["proxy"]["content"].replace("$$", "$")
    text = re.sub(r"resolver .*;", "", text)
    text = text.replace("server web:8000 resolve;", f"server {upstream};")
    text = text.replace("listen 8000;", f"listen 127.0.0.1:{port};")
    text = text.replace("/tmp/", f"{folder}/")  # noqa: S108 the container's own
    return re.sub(r"(\n *upstream web \{[^}]*?)\n *keepalive_timeout 10s;", r"\1", text)


@contextmanager
def running_nginx(upstream: str, folder: Path) -> Iterator[str]:
    """Start nginx in front of ``host:port``; yield its address."""
    nginx = program("nginx", folders=[Path("/usr/sbin")])
    port = free_port()
    server = shipped_configuration(port, upstream, folder)
    configuration = folder / "nginx.conf"
    user = "user root;" if Path("/proc/self").owner() == "root" else ""
    configuration.write_text(_MAIN.format(folder=folder, user=user, server=server))
    command = [str(nginx), "-c", str(configuration), "-p", str(folder)]
    with (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(command, stdout=stderr, stderr=stderr)
    try:
        _wait(port, process, folder)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail((folder / "stderr").read_text())
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(port)
