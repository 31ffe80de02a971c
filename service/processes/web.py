"""The web server: gunicorn with threads, configured here and nowhere else."""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from service.app import create_app
from service.config import MEBIBYTE, Config
from service.metrics import forget_process
from service.processes.patience import PatientWorker
from service.processes.shares import Shares
from service.processes.wire import (
    LONGEST_FIELD,
    LONGEST_LINE,
    MOST_FIELDS,
    speak_for_ourselves,
)
from service.telemetry import log

THREADS = 16
"""Threads of one web process that may be held up: by an analysis, a slow reader, many responses."""

KEEPALIVE_SECONDS = 15
"""How long a connection is kept for another request; a proxy must give up its own sooner."""

_NEW_OBJECTS = 50_000
"""So many more containers make the garbage collector look at them; a large body holds thousands."""

_SWITCH_SECONDS = 0.0005
"""How long a thread computes before another may. One that stores a batch asks for its turn after
each statement, with the database locked, so that everybody waits for what it waits."""

_M_ARENA_MAX, _M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -8, -1, -3
_FREE_AT_MOST, _LARGE_BLOCK = 64 * MEBIBYTE, 64 * MEBIBYTE
"""So much is kept for the next large body: to give it back and take it again costs a thousand page
faults each time."""


def run_web(config: Config, *, host: str, port: int, workers: int) -> None:
    """Serve until a signal asks to stop."""
    _give_memory_back()
    speak_for_ourselves()
    public_url = config.public_url or _address_of_our_own(host, port)
    config = replace(config, public_url=public_url)
    _Server(config, host=host, port=port, workers=workers).run()


def _address_of_our_own(host: str, port: int) -> str:
    """Say where the service listens, for a caller on this machine."""
    name = "localhost" if host in {"0.0.0.0", "::"} else host  # noqa: S104 it is only compared
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


class _Server(BaseApplication):  # type: ignore[misc]  # untyped there
    """Loads the application once and forks; what was loaded is shared between the processes."""

    def __init__(self, config: Config, *, host: str, port: int, workers: int) -> None:
        self._config = config
        self._shares = Shares()
        address = f"[{host}]" if ":" in host else host
        shared_memory = Path("/dev/shm")  # noqa: S108 a heartbeat file, made safely by gunicorn
        self._settings: dict[str, Any] = {
            "bind": f"{address}:{port}",
            "workers": workers,
            "worker_class": PatientWorker,
            "threads": THREADS,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 30,
            "keepalive": KEEPALIVE_SECONDS,
            "limit_request_line": LONGEST_LINE,
            "limit_request_fields": MOST_FIELDS,
            "limit_request_field_size": LONGEST_FIELD,
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "forwarder_headers": "",
            "control_socket_disable": True,
            "logger_class": _Log,
            "worker_tmp_dir": str(shared_memory) if shared_memory.is_dir() else None,
            "when_ready": _freeze,
            "pre_fork": self._before_fork,
            "post_fork": _after_fork,
            "worker_exit": _before_exit,
            "child_exit": _after_exit,
        }
        PatientWorker.maximum_body = config.maximum_body
        super().__init__()

    def _before_fork(self, _: Arbiter, worker: PatientWorker) -> None:
        worker.share = self._shares.new()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self._config)


class _Log(Logger):  # type: ignore[misc]  # untyped there
    """Gunicorn's own log through ours: errors only, for its warnings quote malformed requests."""

    def setup(self, cfg: Any) -> None:
        self.cfg = cfg
        self.error_log.setLevel(logging.ERROR)
        self.error_log.propagate = True
        self.access_log.disabled = True

    def access(self, *_: object) -> None:
        """Write nothing: the application logs its requests."""


def _give_memory_back() -> None:
    """Let large bodies leave no memory behind: one heap for all threads, trimmed at its end.

    Otherwise the C library keeps a heap for each thread, as large as its largest request was.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # glibc
        library.mallopt(_M_ARENA_MAX, 1)
        library.mallopt(_M_TRIM_THRESHOLD, _FREE_AT_MOST)
        library.mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)


def _freeze(server: Arbiter) -> None:
    """Take what was loaded out of the garbage collector's rounds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    sys.setswitchinterval(_SWITCH_SECONDS)
    log("ready", address=server.cfg.settings["bind"].get()[0])


def _after_fork(_: Arbiter, worker: Worker) -> None:
    worker.app.callable.extensions["alliance"].database.forget_connections()


def _before_exit(_: Arbiter, worker: Worker) -> None:
    worker.app.callable.extensions["alliance"].close()


def _after_exit(_: Arbiter, worker: PatientWorker) -> None:
    worker.share.give_up()
    if worker.app.callable.extensions["alliance"].config.metrics:
        forget_process(worker.pid)
