"""What workers need of the database besides their analyses: who lives, and what was submitted."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update

from service.adapters.database.engine import Database
from service.adapters.database.jobs import UNFINISHED
from service.adapters.database.tables import JOB, SUBMISSION, WORKER
from service.identifiers import now_ms


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
    """Analyses that are committed but not yet in the queue.

    They wait here and not in the queue, so that slots are shared among tenants: whenever one is
    free, it goes to the tenant that has the fewest, and of those to the one that waited longest for
    its turn. Within a tenant the more urgent analysis is first, then the older one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_ones(self, slots: int, slots_altogether: int | None) -> list[str]:
        """Choose the analyses for the slots that are free.

        Parameters
        ----------
        slots
            Of each worker.
        slots_altogether
            Of all workers; ``None`` is no limit.
        """
        with self._database.reading() as connection:
            if connection.scalar(select(SUBMISSION.c.job_id).limit(1)) is None:
                return []
            workers = connection.scalar(select(func.count()).select_from(WORKER)) or 0
            most = workers * slots
            most = most if slots_altogether is None else min(most, slots_altogether)
            taken = Counter(connection.scalars(_TAKEN))
            room = most - taken.total()
            if room <= 0:
                return []
            waiting = connection.execute(_waiting(room)).all()
            last = connection.execute(_last_begun({row.tenant_id for row in waiting}))
            begun = {row.tenant_id: int(row.begun) for row in last}
        return _by_turns(waiting, taken, begun, room)

    def passed_on(self, job_ids: Iterable[str]) -> None:
        """Forget submissions that the queue has."""
        with self._database.writing() as connection:
            connection.execute(delete(SUBMISSION).where(SUBMISSION.c.job_id.in_(list(job_ids))))


_TAKEN = select(JOB.c.tenant_id).where(
    JOB.c.status.in_(UNFINISHED), JOB.c.id.not_in(select(SUBMISSION.c.job_id))
)
"""The tenants of the analyses that are in the queue or run, one row an analysis."""


def _waiting(most: int) -> Select[Any]:
    """Select each tenant's first analyses, in their order."""
    order = (JOB.c.priority, JOB.c.created_at, JOB.c.id)
    place = func.row_number().over(partition_by=JOB.c.tenant_id, order_by=order)
    numbered = (
        select(JOB.c.id, JOB.c.tenant_id, place.label("place"))
        .join(SUBMISSION, SUBMISSION.c.job_id == JOB.c.id)
        .where(JOB.c.status.in_(UNFINISHED))
        .subquery()
    )
    chosen = numbered.c.place <= most
    return select(numbered.c.id, numbered.c.tenant_id).where(chosen).order_by(numbered.c.place)


def _last_begun(tenants: Collection[str]) -> Select[Any]:
    """Select when an analysis of each tenant was last begun."""
    last = func.coalesce(func.max(JOB.c.started_at), 0).label("begun")
    mine = JOB.c.tenant_id.in_(list(tenants))
    return select(JOB.c.tenant_id, last).where(mine).group_by(JOB.c.tenant_id)


def _by_turns(
    waiting: Sequence[Any], taken: Counter[str], begun: Mapping[str, int], room: int
) -> list[str]:
    """Give the free slots out one by one; see :class:`Submissions`."""
    queues: dict[str, deque[str]] = {}
    for row in waiting:
        queues.setdefault(row.tenant_id, deque()).append(row.id)
    chosen: list[str] = []
    while queues and len(chosen) < room:
        tenant = min(queues, key=lambda one: (taken[one], begun.get(one, 0), one))
        chosen.append(queues[tenant].popleft())
        taken[tenant] += 1
        if not queues[tenant]:
            del queues[tenant]
    return chosen
