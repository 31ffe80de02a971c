"""Durable workflows: one for each analysis, a checkpoint after each step.

DBOS keeps, in tables of its own beside ours, which analysis waits, which worker has it, and which
of its steps are done. It survives the death of any process. It does not notice a death by itself:
workers watch each other (:mod:`service.processes.heartbeat`) and resume here what a dead one had.
Nothing but identifiers and names of steps is stored there.

What is DBOS's: the queue, the checkpoints, running a workflow again after it was resumed. What is
ours: whose turn it is (``Submissions``), the lease on an analysis (``Attempts``), cancellation,
deadline and memory (``Attendance``), and the steps' results.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import Any

import orjson
from dbos import DBOS, DBOSConfig, EnqueueOptions, Serializer, error

from service.adapters.database.engine import Database, away_is_said

APPLICATION_VERSION = "1"
"""Never changed: DBOS runs a workflow only on workers of the version that it was queued under, so
that a new number would strand, in silence, all that waits during an upgrade."""

_QUEUE = "analyses"
_WORKFLOW = "analysis"
_LOOK_SECONDS = 0.25
_CONNECTIONS = 8

Checkpoint = Callable[[str, Callable[[], str]], str]
"""Does a step, by name, and notes that it was done. The work itself looks whether what it gave is
kept, and then does nothing: the queue's note may be one of another release."""

Run = Callable[[str, Checkpoint], None]
"""Runs the analysis of this identifier, step by step."""


class Workflows:
    """One worker's part in the queue.

    Parameters
    ----------
    database
        Where the queue's tables are.
    worker
        An identifier that no other worker has or had.
    slots
        Analyses that each worker runs side by side.
    slots_altogether
        Analyses that all workers run side by side; ``None`` is no limit.
    """

    def __init__(
        self, database: Database, *, worker: str, slots: int, slots_altogether: int | None
    ) -> None:
        self._database = database
        self._worker = worker
        self._slots = slots
        self._slots_altogether = slots_altogether

    def launch(self, run: Run) -> None:
        """Make the tables where they are missing, and begin to take analyses from the queue."""

        @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)
        def analysis(job_id: str) -> None:
            run(job_id, _checkpoint)

        _quieten()
        DBOS(config=self._settings())
        DBOS.launch()
        together = self._slots_altogether
        DBOS.register_queue(
            _QUEUE,
            worker_concurrency=self._slots if together is None else min(self._slots, together),
            global_concurrency=together,
            polling_interval_sec=_LOOK_SECONDS,
            on_conflict="always_update",
        )

    def take(self, job_id: str) -> None:
        """Put an analysis into the queue; one that is in it already stays as it is.

        This and the following raise :class:`service.errors.UnavailableError` while the database is
        away.
        """
        options = EnqueueOptions(
            workflow_name=_WORKFLOW,
            queue_name=_QUEUE,
            workflow_id=job_id,
            app_version=APPLICATION_VERSION,
        )
        with away_is_said():
            DBOS.enqueue_workflow_with_options(options, job_id)

    def held(self) -> Mapping[str, str]:
        """Say which worker has each analysis that was taken."""
        with away_is_said():
            pending = DBOS.list_workflows(
                status="PENDING", name=_WORKFLOW, load_input=False, load_output=False
            )
        return {found.workflow_id: found.executor_id or "" for found in pending}

    def put_back(self, analyses: Collection[str]) -> None:
        """Let others take analyses that their workers have not finished."""
        with away_is_said():
            DBOS.resume_workflows(list(analyses), queue_name=_QUEUE)

    def forget_finished(self) -> int:
        """Delete the traces of analyses that are over. Returns how many."""
        with away_is_said():
            over = DBOS.list_workflows(
                status=["SUCCESS", "ERROR", "CANCELLED"],
                name=_WORKFLOW,
                limit=1000,
                load_input=False,
                load_output=False,
            )
            if over:
                DBOS.delete_workflows([found.workflow_id for found in over])
        return len(over)

    def stop(self) -> None:
        """Take no more analyses; those that run are not waited for."""
        DBOS.destroy()

    def _settings(self) -> DBOSConfig:
        return DBOSConfig(
            name="alliance",
            system_database_url=None,
            system_database_engine=self._database.queue_engine(_CONNECTIONS),
            executor_id=self._worker,
            application_version=APPLICATION_VERSION,
            serializer=_Json(),
            use_listen_notify=False,
            enable_otlp=False,
            max_executor_threads=self._slots + _CONNECTIONS,
            log_level="WARNING",
        )


class _Json(Serializer):
    """Values as JSON: nothing is executed when they are read, as pickled ones could be."""

    def serialize(self, data: Any) -> str:
        return orjson.dumps(data).decode()

    def deserialize(self, serialized_data: str) -> Any:
        return orjson.loads(serialized_data)

    def name(self) -> str:
        return "json"


def _checkpoint(step: str, work: Callable[[], str]) -> str:
    """Do a step; where the queue has a note of it, or of another in its place, ask the work too."""
    done = []

    def noted() -> str:
        done.append(work())
        return done[0]

    with suppress(error.DBOSUnexpectedStepError):  # another release had other steps
        DBOS.run_step({"name": step}, noted)
    return done[0] if done else work()


def _quieten() -> None:
    """Let DBOS log as everything else does, a line for an event and no text of a traceback."""
    logger = logging.getLogger("dbos")
    logger.addHandler(logging.NullHandler())  # or it would add a handler of its own
    logger.propagate = True
    logger.setLevel(logging.WARNING)
    logger.addFilter(_first_line)


def _first_line(record: logging.LogRecord) -> bool:
    record.msg = str(record.msg).partition("\n")[0]
    return True
