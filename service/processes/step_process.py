"""One step of an analysis in a process of its own.

So it can be stopped at once, and uses no more memory than it may. It is forked from a server that
has the engines loaded (15 ms instead of seconds), and dies with the worker that asked for it.
"""

from __future__ import annotations

import ctypes
import logging
import resource
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

import orjson

from psychometrics.errors import PsychometricsError
from psychometrics.types import Progress
from schemas.validation_errors import RefusedInputError
from service.adapters.database.engine import Database
from service.adapters.database.responses import ResponseStore
from service.adapters.database.samples import SampleStore
from service.errors import INTERNAL, ServiceError, UnavailableError, document, document_of
from service.identifiers import uuid7
from service.records import Job
from service.request_logging import configure_logging, log
from service.use_cases.analysis_registry import KINDS
from service.use_cases.run_analysis import run_step

_PR_SET_PDEATHSIG = 1
_AWAY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a process is to do, and within what limits.

    Attributes
    ----------
    job, step
        The analysis, and which of its steps.
    done
        By name: what the steps before it gave.
    database_url
        Where the samples are.
    memory
        Bytes that it may use beyond those of the loaded engines.
    log_level
        Lowest level that is logged.
    """

    job: Job
    step: str
    done: Mapping[str, Mapping[str, Any]]
    database_url: str
    memory: int
    log_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """The analysis went on."""

    done: int
    total: int
    stage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """The step is done; what it gives as JSON."""

    result: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The analysis cannot be done; a problem document says why."""

    problem: dict[str, Any]


Message = Progressed | Succeeded | Failed


def start(task: Task) -> tuple[ForkServerProcess, Connection]:
    """Start the process; messages come through the connection until one is final."""
    context = _context()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(task, theirs), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def warm_up() -> None:
    """Start the server that processes are forked from, and wait until it has loaded the engines.

    Otherwise the first analysis would wait for it with its lease running out.
    """
    process = _context().Process(target=_nothing, daemon=True)
    process.start()
    process.join()


def _nothing() -> None:
    """Do nothing, in a process of its own."""


def load_engines() -> None:
    """Import every engine, in the server the processes are forked from."""
    for kind in KINDS.values():
        import_module(kind.engine)


@cache
def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(["service.processes.forkserver_preload"])
    return context


def _run(task: Task, connection: Connection) -> None:
    _limit(task.memory)
    configure_logging(task.log_level)
    connection.send(_outcome(task, connection))
    connection.close()


def _outcome(task: Task, connection: Connection) -> Message:
    def progress(done: int, total: int, stage: str) -> None:
        connection.send(Progressed(done=done, total=total, stage=stage))

    try:
        return Succeeded(result=orjson.dumps(_result(task, progress)))
    except (PsychometricsError, RefusedInputError, ServiceError) as error:
        return Failed(problem=document_of(error))
    except MemoryError:
        return Failed(problem=document(INTERNAL, out_of_memory(task.memory)))
    except Exception:  # noqa: BLE001 the outermost door: whatever it is, the analysis has failed
        incident = str(uuid7())
        log("incident", level=logging.ERROR, error=True, incident=incident, job=task.job.id)
        detail = "Something went wrong on our side; the incident was recorded."
        return Failed(problem=document(INTERNAL, detail) | {"incident": incident})


def _result(task: Task, progress: Progress) -> dict[str, Any]:
    """Do the step; while the database is away, again and again, until the deadline."""
    database = Database(task.database_url)
    samples, responses = SampleStore(database), ResponseStore(database)
    while True:
        try:
            return run_step(
                task.job,
                task.step,
                task.done,
                samples=samples,
                responses=responses,
                progress=progress,
            )
        except UnavailableError:
            progress(0, 1, "waiting for the database")
            time.sleep(_AWAY_SECONDS)


def out_of_memory(memory: int) -> str:
    """Say that an analysis needed more memory than it may use."""
    return (
        f"The analysis needed more than its {memory >> 20} MiB of memory; "
        "ask for less at once, or have ALLIANCE_JOB_MEMORY raised."
    )


def _limit(memory: int) -> None:
    most = _mapped() + memory
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _mapped() -> int:
    """Address space that the engines take before anything is analysed, in bytes (Linux)."""
    pages = Path("/proc/self/statm")
    return int(pages.read_text().split()[0]) * resource.getpagesize() if pages.exists() else 0
