"""An analysis' row: one worker at a time, three beginnings, nothing finished twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas.definition import Definition
from service.adapters.database.engine import Database
from service.adapters.database.erasure import ErasureStore
from service.adapters.database.job_leases import Attempts
from service.adapters.database.jobs import JobTable
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.adapters.database.samples import SampleStore
from service.adapters.database.worker_registry import Submissions, WorkerTable
from service.catalog.catalog import shipped_definitions
from service.config import Config
from service.errors import NotFoundError
from service.identifiers import now_ms, uuid7
from service.processes.step_runner import Attendance, Outcome
from service.records import Job, Lease, Scope, Standing, Status
from tests.service.test_responses import Store, block


class Queue:
    """A database with one tenant, seen by submitters and by workers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.tenant = KeyStore(database).add("a", [Scope.ANALYSES], "q" * 12, b"q").tenant_id
        self.table = JobTable(database)
        self.submissions = Submissions(database)
        self.workers = WorkerTable(database)
        self.definition = shipped_definitions()["wai-sr-client"]

    def another_tenant(self, name: str) -> str:
        prefix = name.rjust(12, "x")
        return KeyStore(self.database).add(name, [Scope.ANALYSES], prefix, b"q").tenant_id

    def sample(self, tenant: str) -> str:
        samples = SampleStore(self.database)
        made = samples.add(tenant, name="s", setting="other", definition=self.definition)
        return made.id

    def submit(self, *samples: str, priority: int = 5, tenant: str = "") -> str:
        owner = tenant or self.tenant
        job = Job(
            id=str(uuid7()),
            tenant_id=owner,
            kind="items",
            samples=samples or (self.sample(owner),),
            options={},
            instrument={"id": "i", "version": "1", "sha256": "0"},
            created_at=now_ms(),
            priority=priority,
        )
        self.table.submit(job)
        return job.id

    def worker(self, name: str, release: str = "1") -> Attempts:
        return Attempts(self.database, name, release=release)

    def status(self, job_id: str) -> Status:
        return self.table.standing(self.tenant, job_id).status

    def found(self, job_id: str) -> Job:
        return self.table.find(self.tenant, job_id)


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


def begin(worker: Attempts, job_id: str) -> Lease:
    lease = worker.begin(job_id)
    assert lease is not None
    return lease


def result(**values: Any) -> bytes:
    return orjson.dumps(values)


def pass_on(queue: Queue, slots: int, altogether: int | None = None) -> list[str]:
    """Pass on what has a slot; return it."""
    chosen = queue.submissions.next_ones(slots, altogether)
    queue.submissions.passed_on(chosen)
    return chosen


def test_what_is_submitted_waits_for_a_slot_and_is_passed_on_once(queue: Queue) -> None:
    first, urgent, later = queue.submit(), queue.submit(priority=1), queue.submit()
    assert pass_on(queue, 5) == []  # nobody works
    queue.workers.enter("a")
    assert pass_on(queue, 1) == [urgent]
    assert pass_on(queue, 1) == []
    queue.workers.enter("b")
    assert pass_on(queue, 1, altogether=1) == []
    assert pass_on(queue, 1) == [first]
    assert queue.worker("a").succeed(begin(queue.worker("a"), urgent), result())
    assert pass_on(queue, 1) == [later]


def test_slots_go_to_the_tenants_in_turn_whatever_their_priorities(queue: Queue) -> None:
    """One tenant has many urgent ones; two others have few that are not."""
    queue.workers.enter("w")
    worker = queue.worker("w")
    second, third = queue.another_tenant("second"), queue.another_tenant("third")
    many = [queue.submit(priority=1) for _ in range(6)]
    owners = dict.fromkeys(many, queue.tenant)
    for tenant in (second, third):
        owners |= {queue.submit(tenant=tenant, priority=9): tenant for _ in range(2)}
    begun: list[str] = []
    while chosen := pass_on(queue, 1):
        [job] = chosen
        begun.append(job)
        time.sleep(0.002)  # the turns go by the time of beginning, in milliseconds
        worker.succeed(begin(worker, job), result())
    turns = [owners[job] for job in begun]
    for start in (0, 3):
        assert set(turns[start : start + 3]) == {queue.tenant, second, third}
    assert [job for job in begun if job in many] == many
    assert len(begun) == 10


def test_several_slots_are_shared_evenly(queue: Queue) -> None:
    queue.workers.enter("w")
    other = queue.another_tenant("other")
    mine = {queue.submit() for _ in range(8)}
    theirs = {queue.submit(tenant=other) for _ in range(8)}
    chosen = set(pass_on(queue, 4))
    assert (len(chosen & mine), len(chosen & theirs)) == (2, 2)


def test_a_cancelled_analysis_takes_no_slot(queue: Queue) -> None:
    queue.workers.enter("w")
    cancelled, other = queue.submit(), queue.submit()
    queue.table.cancel(queue.tenant, cancelled)
    assert pass_on(queue, 1) == [other]


def test_an_analysis_of_a_sample_that_is_gone_is_refused(queue: Queue) -> None:
    gone = queue.sample(queue.tenant)
    ErasureStore(queue.database).sample(queue.tenant, gone)
    with pytest.raises(NotFoundError):
        queue.submit(gone)
    with pytest.raises(NotFoundError):
        queue.submit(queue.sample(queue.another_tenant("other")))


def test_analyses_are_listed_in_the_order_of_the_database(queue: Queue) -> None:
    """Whatever the identifiers are, which clients may choose by their clocks."""
    made = []
    for name in "cab":
        job = Job(
            id=str(uuid7(at_ms=ord(name))),
            tenant_id=queue.tenant,
            kind="items",
            samples=(queue.sample(queue.tenant),),
            options={},
            instrument={"id": "i", "version": "1", "sha256": "0"},
            created_at=0,
        )
        queue.table.submit(job)
        made.append(job.id)
        time.sleep(0.002)
    listed = queue.table.list(queue.tenant, limit=2)
    rest = queue.table.list(queue.tenant, limit=2, after=listed[-1].id)
    assert [job.id for job in (*listed, *rest)] == made
    newest = queue.table.newest(queue.tenant, limit=2)
    oldest = queue.table.newest(queue.tenant, limit=2, before=newest[-1].id)
    assert [job.id for job in (*newest, *oldest)] == made[::-1]


def test_a_finished_analysis_keeps_its_first_result(queue: Queue) -> None:
    job = queue.submit()
    worker = queue.worker("a")
    lease = begin(worker, job)
    assert worker.succeed(lease, result(n_persons=1))
    assert not worker.succeed(lease, result(n_persons=2))
    assert worker.begin(job) is None
    assert queue.found(job).result == {"n_persons": 1}


def test_of_two_workers_with_one_analysis_the_later_one_may_write(queue: Queue) -> None:
    job = queue.submit()
    dead, alive = queue.worker("dead"), queue.worker("alive")
    lost, taken = begin(dead, job), begin(alive, job)
    assert taken.attempt == 2
    assert not dead.holds(lost)
    assert not dead.is_over(lost)
    assert not dead.keep(lost, Standing(status=Status.RUNNING))
    assert not dead.finish_step(lost, "step", result(n_persons=1))
    assert not dead.fail(lost, {})
    assert not dead.hand_over(lost)
    assert not dead.succeed(lost, result(n_persons=1))
    assert alive.succeed(taken, result(n_persons=2))
    assert queue.found(job).result == {"n_persons": 2}


def test_many_workers_that_begin_one_analysis_at_once_leave_one_that_holds_it(
    queue: Queue,
) -> None:
    job = queue.submit()
    workers = [queue.worker(name) for name in ("a", "b", "c")]
    leases: dict[int, Lease | None] = {}
    barrier = threading.Barrier(len(workers))

    def race(number: int) -> None:
        barrier.wait()
        leases[number] = workers[number].begin(job)

    threads = [threading.Thread(target=race, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    begun = [(workers[number], lease) for number, lease in leases.items() if lease is not None]
    assert sorted(lease.attempt for _, lease in begun) == [1, 2, 3]
    assert [worker.succeed(lease, result()) for worker, lease in begun].count(True) == 1


def test_progress_is_read_as_it_was_written(queue: Queue) -> None:
    job = queue.submit()
    worker = queue.worker("a")
    standing = Standing(status=Status.RUNNING, done=1, total=3, stage="fit")
    assert worker.keep(begin(worker, job), standing)
    assert queue.table.standing(queue.tenant, job) == standing


def test_an_analysis_whose_worker_dies_three_times_fails_with_a_sentence(queue: Queue) -> None:
    job = queue.submit()
    for name in ("a", "b", "c"):
        begin(queue.worker(name), job)
    assert queue.worker("d").begin(job) is None
    failed = queue.found(job)
    assert failed.standing.status is Status.FAILED
    assert failed.error is not None
    assert "3 times" in failed.error["detail"]


def test_what_is_handed_over_counts_as_not_begun(queue: Queue) -> None:
    job = queue.submit()
    worker = queue.worker("a")
    assert worker.hand_over(begin(worker, job))
    assert queue.status(job) is Status.QUEUED
    assert begin(queue.worker("b"), job).attempt == 1


def test_steps_that_are_done_stay_for_the_next_worker_and_go_with_the_end(queue: Queue) -> None:
    job = queue.submit()
    first = queue.worker("a")
    assert first.finish_step(begin(first, job), "sample", result(n_persons=3))
    second = queue.worker("b")
    lease = begin(second, job)
    assert second.steps(lease) == {"sample": {"n_persons": 3}}
    assert second.succeed(lease, result())
    assert second.steps(lease) == {}


def test_steps_of_another_release_do_not_count(queue: Queue) -> None:
    job = queue.submit()
    old, new = queue.worker("a", release="1"), queue.worker("b", release="2")
    assert old.finish_step(begin(old, job), "sample", result(n_persons=3))
    lease = begin(new, job)
    assert new.steps(lease) == {}
    assert new.finish_step(lease, "sample", result(persons=3))
    assert new.steps(lease) == {"sample": {"persons": 3}}


@pytest.mark.parametrize("how", ["cancel", "fail"])
def test_no_step_outlives_its_analysis(queue: Queue, how: str) -> None:
    job = queue.submit()
    worker = queue.worker("a")
    lease = begin(worker, job)
    worker.finish_step(lease, "sample", result(n_persons=3))
    if how == "cancel":
        queue.table.cancel(queue.tenant, job)
    else:
        worker.fail(lease, {})
    assert worker.steps(lease) == {}


def test_a_cancelled_analysis_is_taken_from_its_worker(queue: Queue) -> None:
    job = queue.submit()
    worker = queue.worker("a")
    lease = begin(worker, job)
    queue.table.cancel(queue.tenant, job)
    assert not worker.holds(lease)
    assert worker.is_over(lease)
    assert not worker.fail(lease, {})
    assert worker.begin(job) is None
    assert queue.status(job) is Status.CANCELLED


def test_another_tenants_analysis_can_be_neither_seen_nor_cancelled(queue: Queue) -> None:
    job = queue.submit()
    other = KeyStore(queue.database).add("b", [Scope.ANALYSES], "b" * 12, b"b").tenant_id
    for look in (queue.table.find, queue.table.standing, queue.table.cancel):
        with pytest.raises(NotFoundError):
            look(other, job)
    assert queue.status(job) is Status.QUEUED


def test_a_deleted_sample_takes_all_analyses_of_it_along(queue: Queue, wai_sr: Definition) -> None:
    samples = SampleStore(queue.database)
    gone, stays = (
        samples.add(queue.tenant, name=name, setting="other", definition=wai_sr).id
        for name in ("gone", "stays")
    )
    of_it, of_both, of_another = queue.submit(gone), queue.submit(stays, gone), queue.submit(stays)
    worker = queue.worker("a")
    lease = begin(worker, of_it)
    ErasureStore(queue.database).sample(queue.tenant, gone)
    assert not worker.holds(lease)
    assert worker.is_over(lease)
    assert not worker.succeed(lease, result())
    for job in (of_it, of_both):
        with pytest.raises(NotFoundError):
            queue.found(job)
    assert queue.status(of_another) is Status.QUEUED


def config_of(queue: Queue, **changes: Any) -> Config:
    url = queue.database.url
    config = Config.from_environment({"DATABASE_URL": url, "ALLIANCE_LOG_LEVEL": "error"})
    return replace(config, **changes)


def attend(queue: Queue, job: str, **changes: Any) -> Outcome:
    worker = queue.worker("a")
    config = config_of(queue, **changes)
    attendance = Attendance(
        config,
        worker,
        begin(worker, job),
        deadline=time.monotonic() + config.job_deadline,
        stop=threading.Event(),
    )
    return attendance.run("analysis")


def problem_of(queue: Queue, job: str) -> Mapping[str, Any]:
    error = queue.found(job).error
    assert error is not None
    return error


def test_an_analysis_beyond_its_deadline_fails_with_a_sentence(queue: Queue) -> None:
    job = queue.submit()
    assert attend(queue, job, job_deadline=0) is Outcome.FAILED
    assert "longer than 0 seconds" in problem_of(queue, job)["detail"]


def test_an_analysis_beyond_its_memory_fails_with_a_sentence(
    tmp_path: Path, wai_sr: Definition
) -> None:
    """Two hundred thousand responses are 19 MB as one matrix, and more than one is needed."""
    database = Database(f"sqlite:///{tmp_path / 'alliance.db'}")
    migrate(database)
    store = Store(database, wai_sr)
    store.add(block(200_000))
    queue = Queue(database)
    job = queue.submit(store.sample.id)
    assert attend(queue, job, job_memory=24 << 20) is Outcome.FAILED
    assert "more than its 24 MiB of memory" in problem_of(queue, job)["detail"]
    again = queue.submit(store.sample.id)
    assert attend(queue, again) is Outcome.SUCCEEDED


def test_an_analysis_that_cannot_be_done_fails_with_its_reason(queue: Queue) -> None:
    """Its sample has no responses."""
    job = queue.submit()
    assert attend(queue, job) is Outcome.FAILED
    assert problem_of(queue, job)["status"] == 422
