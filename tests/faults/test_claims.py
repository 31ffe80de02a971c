"""What several do at once is done once: workers that want one analysis, clients that repeat."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.adapters.database.engine import Database
from service.config import Config
from tests.faults.conftest import Report, times
from tests.faults.deployment import Deployment
from tests.faults.test_batches import batch
from tests.faults.test_workers import until_all_finished
from tests.service.server import Client
from tests.service.test_analyses import ask, sample_of
from tests.service.test_jobs import Queue, result
from tests.service.test_samples import make_sample

pytestmark = pytest.mark.faults

WORKERS = 3
"""As many as may begin an analysis."""


@pytest.fixture
def database(deployment: Deployment) -> Iterator[Database]:
    made = Database(Config.from_environment(deployment.environment).sqlalchemy_url)
    yield made
    made.close()


def test_of_many_workers_with_one_analysis_one_may_write(
    database: Database, report: Report
) -> None:
    queue, rounds = Queue(database), times(20, 1000)
    workers = [queue.worker(str(number)) for number in range(WORKERS)]
    for _ in range(rounds):
        job, barrier = queue.submit(), threading.Barrier(WORKERS)

        def race(number: int, job: str = job, barrier: threading.Barrier = barrier) -> bool:
            barrier.wait()
            lease = workers[number].begin(job)
            return lease is not None and workers[number].succeed(lease, result(n_persons=number))

        with ThreadPoolExecutor(WORKERS) as pool:
            wrote = list(pool.map(race, range(WORKERS)))
        assert wrote.count(True) == 1
        assert queue.found(job).result == {"n_persons": wrote.index(True)}
    report("three workers begin and finish one analysis at once", often=f"{rounds} rounds", lost=0)


def test_each_analysis_is_begun_by_one_of_several_workers(
    deployment: Deployment, data: Path, report: Report
) -> None:
    deployment.start_web()
    workers = [deployment.start_worker() for _ in range(3)]
    deployment.until_logged("worker ready", len(workers))
    client = deployment.client()
    sample, count = sample_of(client, data / "wai_250.csv"), times(20, 300)
    analyses = [ask(client, sample, wait=0, kind="items").json()["id"] for _ in range(count)]
    finished = until_all_finished(client, analyses, seconds=times(90, 600))
    assert {(one["status"], one["attempts"]) for one in finished} == {("succeeded", 1)}
    begun = Counter(line["job"] for line in deployment.events("analysis begun"))
    assert begun == Counter(analyses)
    report("three workers take analyses from one queue", often=f"{count} analyses", lost=0)


def test_a_storm_of_repetitions_is_one_analysis_and_one_batch(
    deployment: Deployment, data: Path, report: Report
) -> None:
    deployment.start_web()
    client, count = deployment.client(), times(40, 200)
    analysed, kept = sample_of(client, data / "wai_250.csv"), make_sample(client)
    body = {"kind": "items", "samples": [analysed]}
    assert storm(client, "/v1/analyses", body, count) == 1
    assert storm(client, f"/v1/samples/{kept}/batches", batch("storm"), count) == 1
    listed = client.get("/v1/analyses?limit=200").json()["analyses"]
    assert [one["samples"] for one in listed] == [[analysed]]
    assert len(client.get(f"/v1/samples/{kept}/batches").json()["batches"]) == 1
    report("one analysis and one batch sent again and again", often=f"{count} times each", lost=0)


def storm(client: Client, path: str, body: object, count: int) -> int:
    """Send a request many times at once; how many different things that made."""
    headers = {"Idempotency-Key": path, "Prefer": "wait=0"}
    with ThreadPoolExecutor(32) as pool:
        answers = list(
            pool.map(lambda _: client.post(path, json=body, headers=headers), range(count))
        )
    assert {answer.status_code for answer in answers} <= {201, 202, 409}
    return len({answer.json()["id"] for answer in answers if answer.status_code != 409})
