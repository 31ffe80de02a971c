"""Driving a server: with wrk where it is installed, else with a loader of our own.

The load is closed: each connection sends its next request when it has the answer to the last, or,
for half load, when it has paused after it.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.http.servers import Running

_SCRIPT = """\
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {key}"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
file:close()
function delay() return {pause} end
function done(summary, latency, requests)
  local bad = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  io.write(string.format('RESULT {{"requests": %d, "seconds": %.6f, "bad": %d, '
    .. '"p50": %.3f, "p99": %.3f}}', summary.requests, summary.duration / 1e6, bad,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a server did under load.

    Attributes
    ----------
    per_second
        Requests answered a second.
    p50, p99
        Milliseconds.
    cpu
        The workers' CPU milliseconds for each request; other work on the machine changes it less.
    """

    per_second: float
    cpu: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a server is driven: connections, seconds, and milliseconds each connection pauses."""

    connections: int = 8
    seconds: int = 4
    pause: int = 0


def drive(server: Running, path: str, body: Path, plan: Plan) -> Load:
    """Send one body again and again.

    Raises
    ------
    RuntimeError
        If any request failed.
    """
    measured = _wrk if shutil.which("wrk") else _own
    before = server.cpu_seconds()
    found = measured(server, path, body, plan)
    cpu = server.cpu_seconds() - before
    if found["bad"]:
        raise RuntimeError(f"{found['bad']:.0f} requests failed at {path}")
    return Load(
        per_second=found["requests"] / found["seconds"],
        p50=found["p50"],
        p99=found["p99"],
        cpu=1000 * cpu / found["requests"],
    )


def _wrk(server: Running, path: str, body: Path, plan: Plan) -> dict[str, float]:
    script = body.with_suffix(".lua")
    script.write_text(_SCRIPT.format(key=server.key, body=body, pause=plan.pause))
    command = ["wrk", "-t2", f"-c{plan.connections}", f"-d{plan.seconds}s", "--timeout", "30s"]
    command += ["-s", str(script), server.url + path]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    match = re.search(r"RESULT (\{.*\})", done.stdout)
    if match is None:
        raise RuntimeError(done.stdout)
    found: dict[str, float] = json.loads(match[1])
    return found


def _own(server: Running, path: str, body: Path, plan: Plan) -> dict[str, float]:
    """Do the same with threads; slower than wrk, so that both servers look slower."""
    stop = time.monotonic() + plan.seconds
    latencies: list[float] = []
    bad: list[int] = []
    content = body.read_bytes()

    def run() -> None:
        connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {server.key}"}
        while time.monotonic() < stop:
            begun = time.perf_counter()
            connection.request("POST", path, content, headers)
            answer = connection.getresponse()
            answer.read()
            latencies.append(1000 * (time.perf_counter() - begun))
            if answer.status >= 400:
                bad.append(answer.status)
            time.sleep(plan.pause / 1000)

    begun = time.monotonic()
    threads = [threading.Thread(target=run) for _ in range(plan.connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ordered = sorted(latencies)
    return {
        "requests": len(ordered),
        "seconds": time.monotonic() - begun,
        "bad": len(bad),
        "p50": ordered[len(ordered) // 2],
        "p99": ordered[int(0.99 * (len(ordered) - 1))],
    }
