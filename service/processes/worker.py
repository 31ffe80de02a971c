"""The worker: takes analyses from the queue and runs them, each step in a process of its own.

A worker that meets what it does not understand ends at once, without tidying up: being killed is
what everything here is made for, and a new worker begins with nothing in doubt.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import NoReturn, TypeVar

from service.adapters.database.audit import AuditStore
from service.adapters.database.engine import Database
from service.adapters.database.job_leases import Attempts
from service.adapters.database.retention import RetentionStore
from service.adapters.database.webhooks import DeliveryQueue
from service.adapters.database.worker_registry import Submissions, WorkerTable
from service.adapters.queue.workflows import Checkpoint, Workflows
from service.audit import AuditKey
from service.config import Config
from service.errors import INTERNAL, UnavailableError, document
from service.identifiers import uuid7
from service.outbound_http import Answer, send
from service.processes.heartbeat import Pulse, TakenForDeadError
from service.processes.step_process import warm_up
from service.processes.step_runner import Attendance, Outcome
from service.processes.trusted_clock import Calendar
from service.records import Lease
from service.request_logging import log
from service.use_cases.deliver_event import deliver_next
from service.use_cases.run_analysis import is_known, steps_of
from service.use_cases.versions import RELEASE

_LOOK_SECONDS = 0.25
_AFTER_INCIDENT_SECONDS = 1.0
_FORGET_SECONDS = 30.0
_EXPIRE_SECONDS = 1800.0
_DELIVER_SECONDS = 1.0
_STOP_SECONDS = 10.0
_RESTART = 75
"""Exit status (EX_TEMPFAIL) that asks for a new worker."""

_UNKNOWN = (
    "The release that was to run this analysis does not know its kind: it was asked for while a "
    "newer one was being installed. Ask again when all workers are of that one."
)

_T = TypeVar("_T")


class Worker:
    """Runs analyses until it is asked to stop.

    Parameters
    ----------
    config
        Settings.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._id = str(uuid7())
        database = Database(config.sqlalchemy_url)
        key = AuditKey(config.audit_key, config.data.resolve())
        trail = AuditStore(database, key)
        self._retention = RetentionStore(
            database,
            config.retention_days,
            trail.noting("worker", "retention"),
            result_days=config.result_days,
        )
        self._deliveries = DeliveryQueue(database)
        self._mac = key.mac
        self._calendar = Calendar()
        self._attempts = Attempts(database, self._id, release=RELEASE)
        self._submissions = Submissions(database)
        self._table = WorkerTable(database)
        self._workflows = Workflows(
            database,
            worker=self._id,
            slots=config.job_slots,
            slots_altogether=config.job_slots_altogether or None,
        )
        self._pulse = Pulse(
            self._id, self._table, self._workflows, time_to_live=config.worker_time_to_live
        )
        self._stop = threading.Event()
        self._attended: set[str] = set()

    def run(self) -> NoReturn:
        """Work until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        warm_up()
        self._table.enter(self._id)
        self._workflows.launch(self._run_analysis)
        log("worker ready", worker=self._id, slots=self._config.job_slots)
        rounds = (
            (self._beat, self._pulse.interval),
            (self._pass_on, _LOOK_SECONDS),
            (self._forget_finished, _FORGET_SECONDS),
            (self._expire, _EXPIRE_SECONDS),
            (self._deliver, _DELIVER_SECONDS),
        )
        threads = [
            threading.Thread(target=self._again_and_again, args=one, daemon=True) for one in rounds
        ]
        for thread in threads:
            thread.start()
        self._stop.wait()
        self._finish()

    def _again_and_again(self, act: Callable[[], None], seconds: float) -> None:
        """Act at intervals; that the database is away, or its disk full, does not end it."""
        while not self._stop.is_set():
            try:
                act()
                self._stop.wait(seconds)
            except UnavailableError:
                log("unavailable", level=logging.ERROR, error=True)
                self._pulse.forget()
                self._stop.wait(_AFTER_INCIDENT_SECONDS)
            except Exception:  # noqa: BLE001 the outermost door of a thread
                self._end_at_once()

    def _beat(self) -> None:
        try:
            self._pulse.beat()
        except TakenForDeadError:
            log("taken for dead", level=logging.ERROR, worker=self._id)
            os._exit(_RESTART)

    def _pass_on(self) -> None:
        """Put into the queue what has a slot; doing it twice changes nothing."""
        config = self._config
        chosen = self._submissions.next_ones(config.job_slots, config.job_slots_altogether or None)
        for job_id in chosen:
            self._workflows.take(job_id)
        if chosen:
            self._submissions.passed_on(chosen)

    def _forget_finished(self) -> None:
        self._workflows.forget_finished()

    def _deliver(self) -> None:
        """Tell webhooks what is due, one after the other."""
        while not self._stop.is_set() and deliver_next(
            self._deliveries, self._mac, self._post, seconds=time.time
        ):
            continue

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        hosts = self._config.webhooks_allowed
        return send(url, hosts, method="POST", body=body, headers=headers)

    def _expire(self) -> None:
        """Delete what is old, by a time that has held since the look before."""
        self._deliveries.forget_old()
        for policy, erased in self._retention.apply(self._calendar.now_ms()):
            log(
                "expired",
                tenant=policy.tenant_id,
                responses=erased.responses,
                analyses=erased.analyses,
            )

    def _run_analysis(self, job_id: str, checkpoint: Checkpoint) -> None:
        """Run an analysis within its workflow: begin, then step by step."""
        self._attended.add(job_id)
        try:
            lease = self._patiently(lambda: self._attempts.begin(job_id), job_id)
            if lease is not None:
                self._run_steps(lease, checkpoint)
        except Exception:  # noqa: BLE001 the outermost door of a workflow
            self._end_at_once()
        finally:
            self._attended.discard(job_id)

    def _run_steps(self, lease: Lease, checkpoint: Checkpoint) -> None:
        job = lease.job
        log("analysis begun", job=job.id, kind=job.kind, attempt=lease.attempt)
        if not is_known(job):
            self._refuse(lease)
            return
        deadline = time.monotonic() + self._config.job_deadline
        for step in steps_of(job):
            outcome = checkpoint(step, partial(self._attend, lease, step, deadline))
            if outcome != Outcome.DONE:
                break
        log("analysis ended", job=job.id, kind=job.kind, outcome=outcome)

    def _attend(self, lease: Lease, step: str, deadline: float) -> str:
        attendance = Attendance(
            self._config, self._attempts, lease, deadline=deadline, stop=self._stop
        )
        outcome = attendance.run(step)
        if outcome is Outcome.LOST:
            self._attended.discard(lease.job.id)
            log("analysis handed over", job=lease.job.id, step=step)
            _wait_for_the_end()
        return outcome

    def _refuse(self, lease: Lease) -> None:
        """End an analysis of a kind that a newer release knows, instead of falling over it."""
        problem = document(INTERNAL, _UNKNOWN)
        self._patiently(lambda: self._attempts.fail(lease, problem), lease.job.id)
        log("analysis unknown", level=logging.ERROR, job=lease.job.id, kind=lease.job.kind)

    def _patiently(self, act: Callable[[], _T], job_id: str) -> _T:
        """Do something in the database, again while it is away; once asked to stop, nothing."""
        while not self._stop.is_set():
            try:
                return act()
            except UnavailableError:
                self._stop.wait(_AFTER_INCIDENT_SECONDS)
        self._attended.discard(job_id)
        return _wait_for_the_end()

    def _finish(self) -> NoReturn:
        """Hand over what runs, leave, and end."""
        deadline = time.monotonic() + _STOP_SECONDS
        self._workflows.stop()
        while self._attended and time.monotonic() < deadline:
            time.sleep(_LOOK_SECONDS)
        try:
            self._table.leave(self._id)
        except UnavailableError:
            log("unavailable", level=logging.ERROR, error=True)
        log("worker stopped", worker=self._id)
        os._exit(0)

    def _end_at_once(self) -> NoReturn:
        if self._stop.is_set():  # what fails while the queue is being closed is no incident
            _wait_for_the_end()
        log("incident", level=logging.ERROR, error=True, incident=str(uuid7()))
        os._exit(_RESTART)


def _wait_for_the_end() -> NoReturn:
    """Keep a workflow's thread until the process ends: returning would end the workflow."""
    while True:
        time.sleep(3600)
