"""A server of one process whose requests wait for each other: ``python -m ... PORT``.

``/meet`` is answered when as many have come as the process has threads; ``/hold`` when somebody
asks for ``/release``.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from gunicorn.app.base import BaseApplication

from service.processes.patience import PatientWorker
from service.processes.shares import Shares

THREADS = 4
_SECONDS = 60.0

_everyone = threading.Barrier(THREADS)
_released = threading.Event()


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Wait as the address says."""
    match environ["PATH_INFO"]:
        case "/meet":
            _everyone.wait(_SECONDS)
        case "/hold":
            _released.wait(_SECONDS)
        case "/release":
            _released.set()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


class _Server(BaseApplication):  # type: ignore[misc]  # untyped there
    def load_config(self) -> None:
        PatientWorker.maximum_body = 1000
        self.cfg.set("bind", f"127.0.0.1:{sys.argv[1]}")
        PatientWorker.share = Shares().new()
        self.cfg.set("worker_class", PatientWorker)
        self.cfg.set("threads", THREADS)
        self.cfg.set("control_socket_disable", True)

    def load(self) -> Callable[..., Iterable[bytes]]:
        return application


if __name__ == "__main__":
    _Server().run()
