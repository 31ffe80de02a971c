"""The worker: takes analyses from the queue, lets each run in a process of its own, keeps its row.

Several slots run side by side, each a thread that mostly waits. A slot renews its lease while the
analysis runs, stops it when it was cancelled, took too long or is held by another worker, and hands
it over when the worker is asked to stop.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable

import orjson

from service.adapters.database.engine import Database
from service.adapters.database.jobs import JobClaims
from service.config import Config
from service.errors import INTERNAL, document
from service.identifiers import uuid7
from service.processes.analysis import (
    Failed,
    Message,
    Progressed,
    Succeeded,
    Task,
    out_of_memory,
    start,
    warm_up,
)
from service.records import Lease, Standing, Status
from service.telemetry import log

_LOOK_SECONDS = 0.1
_HEARTBEATS_IN_A_LIFE = 5
_PROGRESS_SECONDS = 0.3
_AFTER_INCIDENT_SECONDS = 1.0


class Worker:
    """Runs analyses until it is asked to stop.

    Parameters
    ----------
    config
        Settings.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._claims = JobClaims(
            Database(config.sqlalchemy_url),
            worker=str(uuid7()),
            time_to_live=config.worker_time_to_live,
        )
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        warm_up()
        slots = [
            threading.Thread(target=self._until_stopped, args=(self._work,))
            for _ in range(self._config.job_slots)
        ]
        for slot in slots:
            slot.start()
        log("worker ready", slots=len(slots))
        self._until_stopped(self._look_after_the_dead)
        for slot in slots:
            slot.join()

    def _until_stopped(self, step: Callable[[], None]) -> None:
        """Repeat a step; an incident (the database is away, the disk is full) does not end it."""
        while not self._stop.is_set():
            try:
                step()
            except Exception:  # noqa: BLE001 the outermost door: log it and go on
                log("incident", level=logging.ERROR, error=True, incident=str(uuid7()))
                self._stop.wait(_AFTER_INCIDENT_SECONDS)

    def _look_after_the_dead(self) -> None:
        found = self._claims.requeue_dead()
        if found:
            log("analyses of dead workers", found=found)
        self._stop.wait(self._config.worker_time_to_live / 4)

    def _work(self) -> None:
        lease = self._claims.claim()
        if lease is None:
            self._stop.wait(_LOOK_SECONDS)
            return
        log("analysis begun", job=lease.job.id, kind=lease.job.kind, attempt=lease.attempt)
        outcome = Attendance(self._config, self._claims, lease, self._stop).run()
        log("analysis ended", job=lease.job.id, kind=lease.job.kind, outcome=outcome)


class Attendance:
    """Attends to one analysis from its start to its end.

    Parameters
    ----------
    config, claims, lease
        Limits, the queue, and what is to be run.
    stop
        Set when the worker is asked to stop.
    """

    def __init__(
        self, config: Config, claims: JobClaims, lease: Lease, stop: threading.Event
    ) -> None:
        self._config = config
        self._claims = claims
        self._lease = lease
        self._stop = stop
        self._standing = Standing(status=Status.RUNNING, stage="starting")
        self._written = self._standing
        self._written_at = time.monotonic()
        self._deadline = time.monotonic() + config.job_deadline
        self._heartbeat_seconds = config.worker_time_to_live / _HEARTBEATS_IN_A_LIFE

    def run(self) -> str:
        """Run the analysis and return, in a word, how it ended."""
        task = Task(
            job=self._lease.job,
            database_url=self._config.sqlalchemy_url,
            memory=self._config.job_memory,
            log_level=self._config.log_level,
        )
        process, connection = start(task)
        try:
            while True:
                if connection.poll(_LOOK_SECONDS):
                    outcome = self._hear(connection.recv())
                else:
                    outcome = self._look()
                if outcome is not None:
                    return outcome
        except EOFError:
            process.join()
            return self._fail(_died(process.exitcode, self._config.job_memory))
        finally:
            process.kill()
            process.join()
            connection.close()

    def _hear(self, message: Message) -> str | None:
        match message:
            case Progressed():
                self._standing = Standing(
                    status=Status.RUNNING,
                    done=message.done,
                    total=message.total,
                    stage=message.stage,
                )
                return self._look()
            case Succeeded():
                held = self._claims.succeed(self._lease, orjson.loads(message.result))
                return "succeeded" if held else "void"
            case Failed():
                return "failed" if self._claims.fail(self._lease, message.problem) else "void"

    def _look(self) -> str | None:
        """See to lease, deadline and stop; return how it ended, if it did."""
        if self._stop.is_set():
            self._claims.hand_over(self._lease)
            return "handed over"
        if time.monotonic() > self._deadline:
            return self._fail(f"The analysis took longer than {self._config.job_deadline} seconds.")
        return None if self._keep() else "cancelled"

    def _keep(self) -> bool:
        """Renew the lease when it is time or there is news; otherwise only look at it."""
        age = time.monotonic() - self._written_at
        news = self._standing != self._written and age >= _PROGRESS_SECONDS
        if not news and age < self._heartbeat_seconds:
            return self._claims.holds(self._lease)
        self._written, self._written_at = self._standing, time.monotonic()
        return self._claims.keep(self._lease, self._standing)

    def _fail(self, detail: str) -> str:
        self._claims.fail(self._lease, document(INTERNAL, detail))
        return "failed"


def _died(exit_code: int | None, memory: int) -> str:
    """Say why a process ended without a word."""
    if exit_code in {-signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT}:
        return f"The machine ended the analysis. {out_of_memory(memory)}"
    return "The analysis ended without a result; the incident was recorded."
