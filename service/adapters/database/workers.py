"""What workers need of the database besides their analyses: who lives, and what was submitted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select, update

from service.adapters.database.engine import Database
from service.adapters.database.tables import JOB, SUBMISSION, WORKER
from service.identifiers import now_ms
from service.records import Submission

_AT_ONCE = 100


class WorkerTable:
    """Living workers; a living one counts its row up again and again.

    No clock is compared: whether a count moves is for each onlooker to see by itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def enter(self, worker: str) -> None:
        """Appear."""
        row = {"id": worker, "beats": 0, "started_at": now_ms()}
        with self._database.writing() as connection:
            connection.execute(insert(WORKER).values(row))

    def beat(self, worker: str) -> bool:
        """Count up; whether there still was a row: otherwise this worker was taken for dead."""
        change = update(WORKER).where(WORKER.c.id == worker).values(beats=WORKER.c.beats + 1)
        with self._database.writing() as connection:
            return bool(connection.execute(change).rowcount == 1)

    def beats(self) -> Mapping[str, int]:
        """Return all counts by worker, the oldest worker first."""
        query = select(WORKER.c.id, WORKER.c.beats).order_by(WORKER.c.id)
        with self._database.reading() as connection:
            return {row.id: row.beats for row in connection.execute(query)}

    def remove(self, worker: str, beats: int) -> bool:
        """Declare a worker dead whose count stands where it stood; whether it did."""
        still = (WORKER.c.id == worker, WORKER.c.beats == beats)
        with self._database.writing() as connection:
            return bool(connection.execute(delete(WORKER).where(*still)).rowcount == 1)

    def leave(self, worker: str) -> None:
        """Disappear."""
        with self._database.writing() as connection:
            connection.execute(delete(WORKER).where(WORKER.c.id == worker))


class Submissions:
    """Analyses that are committed but not yet in the queue."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self) -> list[Submission]:
        """List some, the oldest first."""
        query = (
            select(JOB.c.id, JOB.c.priority)
            .join(SUBMISSION, SUBMISSION.c.job_id == JOB.c.id)
            .order_by(JOB.c.id)
            .limit(_AT_ONCE)
        )
        with self._database.reading() as connection:
            return [
                Submission(job_id=row.id, priority=row.priority)
                for row in connection.execute(query)
            ]

    def passed_on(self, job_ids: Iterable[str]) -> None:
        """Forget submissions that the queue has."""
        with self._database.writing() as connection:
            connection.execute(delete(SUBMISSION).where(SUBMISSION.c.job_id.in_(list(job_ids))))
