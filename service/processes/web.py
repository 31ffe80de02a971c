"""The web server: gunicorn with its ``gthread`` worker, configured here and nowhere else."""

from __future__ import annotations

import ctypes
import gc
import logging
import socket
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.base import Worker

from service.app import create_app
from service.config import Config
from service.metrics import forget_process
from service.request_logging import log

THREADS = 16
"""Threads of one web process: requests that it answers side by side."""

KEEPALIVE_SECONDS = 15
"""How long a connection waits for another request; a proxy must close its own sooner."""

SILENT_SECONDS = 20
"""How long a client may neither send nor take anything within a request."""

_GC_THRESHOLD = 50_000
"""New containers between two runs of the garbage collector; a large body has thousands."""


_M_ARENA_MAX, _ARENAS = -8, 2
"""glibc keeps a heap for each thread, as large as its largest request was; two are enough."""


def run_web(config: Config, *, host: str, port: int, workers: int) -> None:
    """Serve until a signal asks to stop."""
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):  # glibc
        library.mallopt(_M_ARENA_MAX, _ARENAS)
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
        address = f"[{host}]" if ":" in host else host
        shared_memory = Path("/dev/shm")  # noqa: S108 a heartbeat file, made safely by gunicorn
        self._settings: dict[str, Any] = {
            "bind": f"{address}:{port}",
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "timeout": 60,
            "graceful_timeout": 30,
            "keepalive": KEEPALIVE_SECONDS,
            "limit_request_line": 4094,
            "limit_request_fields": 100,
            "limit_request_field_size": 8190,
            "forwarded_allow_ips": "",
            "secure_scheme_headers": {},
            "forwarder_headers": "",
            "control_socket_disable": True,
            "logger_class": _Log,
            "worker_tmp_dir": str(shared_memory) if shared_memory.is_dir() else None,
            "when_ready": _prepare,
            "post_fork": _after_fork,
            "worker_exit": _before_exit,
            "child_exit": _after_exit,
        }
        super().__init__()

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


def _prepare(server: Arbiter) -> None:
    """Freeze what was loaded, and limit how long a socket may be silent; before the first fork."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    seconds = struct.pack("ll", SILENT_SECONDS, 0)
    for listener in server.LISTENERS:  # connections inherit the options of the socket they come by
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
    log("ready", address=server.cfg.settings["bind"].get()[0])


def _after_fork(_: Arbiter, worker: Worker) -> None:
    worker.app.callable.extensions["alliance"].database.forget_connections()


def _before_exit(_: Arbiter, worker: Worker) -> None:
    worker.app.callable.extensions["alliance"].close()


def _after_exit(_: Arbiter, worker: Worker) -> None:
    if worker.app.callable.extensions["alliance"].config.metrics:
        forget_process(worker.pid)
