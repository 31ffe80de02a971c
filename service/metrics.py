"""Prometheus metrics, shared between web processes through files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from service.request_logging import Observe

_BATCH_SIZES = (1, 10, 100, 1000, 10_000, 100_000)


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

    sizes = Histogram(
        "alliance_responses", "Responses in one request.", ["route"], buckets=_BATCH_SIZES
    )

    def observe(method: str, route: str, status: int, took: float, size: int | None) -> None:
        requests.labels(method, route, str(status)).inc()
        seconds.labels(method, route).observe(took)
        if size is not None:
            sizes.labels(route).observe(size)

    return observe


def exposition(jobs: Mapping[str, int] | None, workers: int | None) -> bytes:
    """Return the metrics of all processes as text.

    Parameters
    ----------
    jobs
        Number of analyses by status, now; ``None`` where the database does not say.
    workers
        Number of workers that run analyses, likewise.
    """
    from prometheus_client import (
        REGISTRY,
        CollectorRegistry,
        Gauge,
        generate_latest,
        multiprocess,
    )

    now = CollectorRegistry()
    Gauge("alliance_database_up", "Whether the database answers.", registry=now).set(
        jobs is not None
    )
    if jobs is not None:
        states = Gauge("alliance_analyses", "Analyses by status.", ["status"], registry=now)
        for status, number in jobs.items():
            states.labels(status).set(number)
    if workers is not None:
        Gauge("alliance_workers", "Workers that run analyses.", registry=now).set(workers)
    counted = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        counted = CollectorRegistry()
        multiprocess.MultiProcessCollector(counted)  # type: ignore[no-untyped-call]  # untyped there
    return generate_latest(counted) + generate_latest(now)


def forget_process(pid: int) -> None:
    """Drop the gauges of a web process that ended."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]  # untyped there
