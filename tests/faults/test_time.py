"""The clock of a machine jumps by hours while everything runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.conftest import Report, times
from tests.faults.deployment import Deployment
from tests.faults.test_batches import CLIENTS, lost, stream
from tests.faults.test_workers import until_all_finished
from tests.service.test_analyses import ask, sample_of

pytestmark = pytest.mark.faults

HOURS = (3, -5, 30, 0)
LEAPING = Path(__file__).with_name("leaping")


@dataclass(frozen=True, slots=True)
class Clock:
    """Says by a file how far the clock of the deployment's processes is ahead."""

    file: Path

    def set_ahead(self, hours: int) -> None:
        new = self.file.with_suffix(".new")
        new.write_text(str(3600 * hours))
        new.rename(self.file)


@pytest.fixture
def clock(deployment: Deployment, tmp_path: Path) -> Clock:
    made = Clock(tmp_path / "clock")
    made.set_ahead(0)
    deployment.environment |= {
        "PYTHONPATH": str(LEAPING),
        "LEAPING_CLOCK": str(made.file),
        "ALLIANCE_RETENTION_DAYS": "1",
        "ALLIANCE_RESULT_DAYS": "1",
    }
    return made


def test_a_clock_that_jumps_by_hours_kills_no_worker_and_deletes_nothing(
    deployment: Deployment, clock: Clock, data: Path, report: Report
) -> None:
    deployment.start_web()
    for _ in range(2):
        deployment.start_worker()
    deployment.until_logged("worker ready", 2)
    client = deployment.client()
    sample = sample_of(client, data / "wai_250.csv")
    jumps = times(len(HOURS), 5 * len(HOURS))
    analyses = [
        ask(client, sample, wait=0, kind="validity").json()["id"] for _ in range(times(2, 8))
    ]
    seen: set[datetime] = set()
    with stream(client) as sent:
        sent.until_acknowledged(CLIENTS)
        for number in range(jumps):
            clock.set_ahead(HOURS[number % len(HOURS)])
            sent.until_acknowledged(sent.acknowledged + 2 * CLIENTS)
            seen.add(hour_of(client.get("/healthz").headers["Date"]))
            time.sleep(times(1, 3))
    finished = until_all_finished(client, analyses, seconds=times(90, 600))
    assert len(seen) >= len(HOURS)
    assert [(one["status"], one["attempts"]) for one in finished] == [
        ("succeeded", 1) for _ in finished
    ]
    assert list(deployment.events("taken for dead", "workers died", "incident", "expired")) == []
    missing = lost(sent)
    often = f"{jumps} jumps amid {len(analyses)} analyses and {sent.acknowledged} batches"
    report("clock jumps by hours, forwards and back", often=often, lost=missing)
    assert missing == 0


def hour_of(date: str) -> datetime:
    read = datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    return read.replace(minute=0, second=0)
