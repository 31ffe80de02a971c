"""``kill -9`` of workers in the middle of analyses, again and again."""

from __future__ import annotations

import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import LONG, Report, times
from tests.faults.deployment import Deployment
from tests.service.server import Client
from tests.service.test_analyses import ask, sample_of

pytestmark = pytest.mark.faults

WORKERS = 3 if LONG else 2


def until_all_finished(client: Client, analyses: list[str], seconds: float) -> list[dict[str, Any]]:
    deadline = time.monotonic() + seconds
    while True:
        found = [client.get(f"/v1/analyses/{analysis}").json() for analysis in analyses]
        waiting = Counter(one["status"] for one in found)
        if not waiting["queued"] + waiting["running"]:
            return found
        assert time.monotonic() < deadline, waiting
        time.sleep(0.5)


def test_every_analysis_finishes_once_though_its_workers_are_killed(
    deployment: Deployment, data: Path, report: Report
) -> None:
    deployment.start_web()
    client = deployment.client()
    sample = sample_of(client, data / "wai_250.csv")
    workers = [deployment.start_worker() for _ in range(WORKERS)]
    analyses = [
        ask(client, sample, wait=0, kind="validity").json()["id"] for _ in range(times(3, 30))
    ]
    rng, kills = random.Random(1), times(2, 25)  # noqa: S311 which worker dies is no secret
    deployment.until_logged("step done")
    for _ in range(kills):
        deployment.kill_worker(workers.pop(rng.randrange(len(workers))))
        workers.append(deployment.start_worker())
        time.sleep(rng.uniform(2, 5) if LONG else 3)

    finished = until_all_finished(client, analyses, seconds=times(90, 900))

    given_up = [one for one in finished if one["status"] != "succeeded"]
    for one in given_up:  # the third death ends an analysis, and it says so
        assert (one["status"], one["attempts"]) == ("failed", 3)
        assert "each time its worker died" in one["error"]["detail"]
    succeeded = [one for one in finished if one["status"] == "succeeded"]
    assert len({repr(one["result"]) for one in succeeded}) == 1
    assert max(one["attempts"] for one in succeeded) <= 3
    ends = Counter(
        line["job"]
        for line in deployment.events("analysis ended")
        if line["outcome"] == "succeeded"
    )
    assert max(ends.values()) == 1
    assert steps_redone(deployment) == []
    again = sum(one["attempts"] > 1 for one in succeeded)
    often = (
        f"{kills} kills amid {len(analyses)} analyses of 14 steps; {again} resumed and finished, "
        f"{len(given_up)} ended as failed at the third death"
    )
    report("`kill -9` of a worker", often=often, lost=0)


def steps_redone(deployment: Deployment) -> list[tuple[str, str]]:
    """Steps that were begun after they were done."""
    done: set[tuple[str, str]] = set()
    redone = []
    for line in deployment.events("step begun", "step done"):
        step = (line["job"], line["step"])
        if line["event"] == "step done":
            done.add(step)
        elif step in done:
            redone.append(step)
    return redone
