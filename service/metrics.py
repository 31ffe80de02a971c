"""Prometheus metrics, shared between web processes through files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from service.telemetry import Observe


def prepare_folder(folder: Path) -> None:
    """Empty the folder the processes share; before any of them imports prometheus_client."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def request_metrics() -> Observe:
    """Make the counters of requests and return what feeds them."""
    from prometheus_client import Counter, Histogram

    requests = Counter("alliance_requests", "Requests answered.", ["method", "route", "status"])
    seconds = Histogram("alliance_request_seconds", "Time to the answer.", ["method", "route"])

    def observe(method: str, route: str, status: int, took: float) -> None:
        requests.labels(method, route, str(status)).inc()
        seconds.labels(method, route).observe(took)

    return observe


def exposition() -> bytes:
    """Return the metrics of all processes as text."""
    from prometheus_client import (
        REGISTRY,
        CollectorRegistry,
        generate_latest,
        multiprocess,
    )

    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # untyped there
    return generate_latest(registry)


def forget_process(pid: int) -> None:
    """Drop the gauges of a web process that ended."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]  # untyped there
