"""Attending to one step of an analysis: a process of its own, from its start to its end.

The step runs in a child; here a thread waits for its messages, writes the progress, and ends it at
once when the analysis was cancelled, takes too long, or is not this worker's any more.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from service.adapters.database.job_leases import Attempts
from service.config import Config
from service.errors import INTERNAL, UnavailableError, document
from service.processes.step_process import (
    Failed,
    Message,
    Progressed,
    Succeeded,
    Task,
    out_of_memory,
    start,
)
from service.records import Lease, Standing, Status
from service.request_logging import log
from service.use_cases.run_analysis import steps_of

_T = TypeVar("_T")
_LOOK_SECONDS = 0.1
_PROGRESS_SECONDS = 0.3
_AWAY_SECONDS = 1.0


class Outcome(StrEnum):
    """How a step ended."""

    DONE = "done"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    OVER = "over"
    """Cancelled or deleted meanwhile, or finished by another worker."""
    LOST = "lost"
    """Another worker runs it now, or this one is asked to stop: not for this one to say."""


class Attendance:
    """Attends to one step.

    Parameters
    ----------
    config, attempts, lease
        Limits, the rows, and what is to be run.
    deadline
        When the attempt must be over, in monotonic seconds.
    stop
        Set when the worker is asked to stop.
    """

    def __init__(
        self,
        config: Config,
        attempts: Attempts,
        lease: Lease,
        *,
        deadline: float,
        stop: threading.Event,
    ) -> None:
        self._config = config
        self._attempts = attempts
        self._lease = lease
        self._deadline = deadline
        self._stop = stop
        self._steps = steps_of(lease.job)
        self._standing = Standing(status=Status.RUNNING, stage="starting")
        self._written = self._standing
        self._written_at = time.monotonic()

    def run(self, step: str) -> Outcome:
        """Run a step, keep what it gives, and return how it ended; what is kept is not redone."""
        done = self._patiently(lambda: self._attempts.steps(self._lease))
        if done is None:
            return Outcome.LOST
        return Outcome.DONE if step in done else self._run(step, done)

    def _run(self, step: str, done: Mapping[str, Mapping[str, Any]]) -> Outcome:
        log("step begun", job=self._lease.job.id, step=step, attempt=self._lease.attempt)
        task = Task(
            job=self._lease.job,
            step=step,
            done=done,
            database_url=self._config.sqlalchemy_url,
            memory=self._config.job_memory,
            log_level=self._config.log_level,
        )
        process, connection = start(task)
        try:
            while True:
                heard = connection.recv() if connection.poll(_LOOK_SECONDS) else None
                outcome = self._look() if heard is None else self._hear(step, heard)
                if outcome is not None:
                    return outcome
        except EOFError:
            process.join()
            return self._fail(_died(process.exitcode, self._config.job_memory))
        finally:
            process.kill()
            process.join()
            connection.close()

    def _hear(self, step: str, message: Message) -> Outcome | None:
        match message:
            case Progressed():
                self._standing = self._overall(step, message)
                return self._look()
            case Succeeded(result=result) if step == self._steps[-1]:
                held = self._patiently(lambda: self._attempts.succeed(self._lease, result))
                return Outcome.SUCCEEDED if held else self._not_ours()
            case Succeeded(result=result):
                held = self._patiently(
                    lambda: self._attempts.finish_step(self._lease, step, result)
                )
                log("step done", job=self._lease.job.id, step=step, kept=held)
                return Outcome.DONE if held else self._not_ours()
            case Failed(problem=problem):
                held = self._patiently(lambda: self._attempts.fail(self._lease, problem))
                return Outcome.FAILED if held else self._not_ours()

    def _overall(self, step: str, message: Progressed) -> Standing:
        """Count steps where there are several; the only one's own progress where there is one."""
        done, total, stage = message.done, message.total, message.stage
        if len(self._steps) > 1:
            done, total = self._steps.index(step), len(self._steps)
            stage = f"{step}: {stage}" if stage else step
        return Standing(status=Status.RUNNING, done=done, total=total, stage=stage)

    def _look(self) -> Outcome | None:
        """See to stop, deadline and lease; return how it ended, if it did."""
        if self._stop.is_set():
            self._hand_over()
            return Outcome.LOST
        if time.monotonic() > self._deadline:
            return self._fail(f"The analysis took longer than {self._config.job_deadline} seconds.")
        try:
            held = self._keep()
        except UnavailableError:  # the child goes on; who else would know better meanwhile?
            return None
        return None if held else self._not_ours()

    def _keep(self) -> bool:
        """Write news when it is time; otherwise only look whether the lease holds."""
        age = time.monotonic() - self._written_at
        if self._standing == self._written or age < _PROGRESS_SECONDS:
            return self._attempts.holds(self._lease)
        held = self._attempts.keep(self._lease, self._standing)
        self._written, self._written_at = self._standing, time.monotonic()
        return held

    def _fail(self, detail: str) -> Outcome:
        problem = document(INTERNAL, detail)
        held = self._patiently(lambda: self._attempts.fail(self._lease, problem))
        return Outcome.FAILED if held else self._not_ours()

    def _not_ours(self) -> Outcome:
        if self._stop.is_set():
            return Outcome.LOST
        is_over = self._patiently(lambda: self._attempts.is_over(self._lease))
        return Outcome.OVER if is_over else Outcome.LOST

    def _hand_over(self) -> None:
        try:
            self._attempts.hand_over(self._lease)
        except UnavailableError:  # then it counts as an attempt that died
            return

    def _patiently(self, act: Callable[[], _T]) -> _T | None:
        """Do something in the database, again while it is away; nothing once asked to stop."""
        while not self._stop.is_set():
            try:
                return act()
            except UnavailableError:
                self._stop.wait(_AWAY_SECONDS)
        return None


def _died(exit_code: int | None, memory: int) -> str:
    """Say why a process ended without a word."""
    if exit_code in {-signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT}:
        return f"The machine ended the analysis. {out_of_memory(memory)}"
    return "The analysis ended without a result; the incident was recorded."
