"""The queue's rules: one worker at a time, three beginnings, nothing finished twice."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest

from service.adapters.database.engine import Database
from service.adapters.database.jobs import JobClaims, JobTable
from service.adapters.database.keys import KeyStore
from service.config import Config
from service.errors import NotFoundError
from service.identifiers import now_ms, uuid7
from service.processes.worker import Attendance
from service.records import Job, Lease, Scope, Standing, Status


class Queue:
    """A database with one tenant, seen by submitters and by workers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tenant = KeyStore(database).add("a", [Scope.ANALYSES], "a" * 12, b"a").tenant_id
        self.table = JobTable(database)

    def submit(self) -> str:
        job = Job(
            id=str(uuid7()),
            tenant_id=self.tenant,
            kind="items",
            samples=("none",),
            options={},
            instrument={"id": "i", "version": "1", "sha256": "0"},
            created_at=now_ms(),
        )
        self.table.submit(job)
        return job.id

    def worker(self, name: str, time_to_live: float = 60) -> JobClaims:
        return JobClaims(self.database, worker=name, time_to_live=time_to_live)

    def status(self, job_id: str) -> Status:
        return self.table.standing(self.tenant, job_id).status


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


def claim(worker: JobClaims) -> Lease:
    lease = worker.claim()
    assert lease is not None
    return lease


def test_an_analysis_is_claimed_by_one_worker_in_the_order_of_asking(queue: Queue) -> None:
    first, second = queue.submit(), queue.submit()
    assert claim(queue.worker("a")).job.id == first
    assert claim(queue.worker("b")).job.id == second
    assert queue.worker("c").claim() is None


def test_a_finished_analysis_keeps_its_first_result(queue: Queue) -> None:
    job = queue.submit()
    worker = queue.worker("a")
    lease = claim(worker)
    assert worker.succeed(lease, {"n_persons": 1})
    assert not worker.succeed(lease, {"n_persons": 2})
    assert queue.table.find(queue.tenant, job).result == {"n_persons": 1}


def test_a_worker_taken_for_dead_can_change_nothing_when_it_comes_back(queue: Queue) -> None:
    job = queue.submit()
    dead, alive = queue.worker("dead", 0.001), queue.worker("alive", 0.001)
    lost = claim(dead)
    time.sleep(0.01)
    assert alive.requeue_dead() == 1
    taken = claim(alive)
    assert taken.attempt == 2
    assert not dead.holds(lost)
    assert not dead.keep(lost, Standing(status=Status.RUNNING))
    assert not dead.succeed(lost, {"n_persons": 1})
    assert alive.succeed(taken, {"n_persons": 2})
    assert queue.table.find(queue.tenant, job).result == {"n_persons": 2}


def test_a_living_worker_keeps_what_it_holds(queue: Queue) -> None:
    queue.submit()
    worker = queue.worker("a")
    lease = claim(worker)
    assert worker.keep(lease, Standing(status=Status.RUNNING, done=1, total=3, stage="fit"))
    assert worker.requeue_dead() == 0
    assert queue.table.standing(queue.tenant, lease.job.id) == Standing(
        status=Status.RUNNING, done=1, total=3, stage="fit"
    )


def test_an_analysis_whose_worker_dies_three_times_fails_with_a_sentence(queue: Queue) -> None:
    job = queue.submit()
    worker = queue.worker("a", 0.001)
    for _ in range(3):
        claim(worker)
        time.sleep(0.01)
        worker.requeue_dead()
    failed = queue.table.find(queue.tenant, job)
    assert failed.standing.status is Status.FAILED
    assert failed.error is not None
    assert "3 times" in failed.error["detail"]


def test_what_is_handed_over_counts_as_not_begun(queue: Queue) -> None:
    queue.submit()
    worker = queue.worker("a")
    assert worker.hand_over(claim(worker))
    assert claim(queue.worker("b")).attempt == 1


def test_a_cancelled_analysis_is_taken_from_its_worker(queue: Queue) -> None:
    job = queue.submit()
    worker = queue.worker("a")
    lease = claim(worker)
    queue.table.cancel(queue.tenant, job)
    assert not worker.holds(lease)
    assert not worker.fail(lease, {})
    assert queue.status(job) is Status.CANCELLED


def test_another_tenants_analysis_can_be_neither_seen_nor_cancelled(queue: Queue) -> None:
    job = queue.submit()
    other = KeyStore(queue.database).add("b", [Scope.ANALYSES], "b" * 12, b"b").tenant_id
    for look in (queue.table.find, queue.table.standing, queue.table.cancel):
        with pytest.raises(NotFoundError):
            look(other, job)
    assert queue.status(job) is Status.QUEUED


def test_an_analysis_beyond_its_deadline_fails_with_a_sentence(queue: Queue) -> None:
    job = queue.submit()
    config = replace(
        Config.from_environment({"DATABASE_URL": queue.database.url}),
        log_level="ERROR",
        job_deadline=0,
    )
    worker = queue.worker("a")
    outcome = Attendance(config, worker, claim(worker), threading.Event()).run()
    failed = queue.table.find(queue.tenant, job)
    assert outcome == "failed"
    assert failed.error is not None
    assert "longer than 0 seconds" in failed.error["detail"]
