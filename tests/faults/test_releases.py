"""Analyses between two releases: what another release asked for or left behind strands nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update

from service.adapters.database.engine import Database
from service.adapters.database.tables import JOB, JOB_STEP
from service.config import Config
from tests.faults.deployment import Deployment
from tests.faults.test_batches import until_finished
from tests.service.test_analyses import ask, sample_of


def database_of(deployment: Deployment) -> Database:
    return Database(Config.from_environment(deployment.environment).sqlalchemy_url)


def change(deployment: Deployment, *statements: Any) -> None:
    database = database_of(deployment)
    with database.writing() as connection:
        for statement in statements:
            connection.execute(statement)
    database.close()


def test_a_kind_of_a_newer_release_fails_alone(deployment: Deployment, data: Path) -> None:
    """The worker that does not know it goes on with all others."""
    deployment.start_web()
    client = deployment.client()
    sample = sample_of(client, data / "wai_250.csv")
    unknown, known = (ask(client, sample, wait=0, kind="items").json()["id"] for _ in range(2))
    change(deployment, update(JOB).where(JOB.c.id == unknown).values(kind="of-the-future"))
    worker = deployment.start_worker()
    failed = until_finished(client, unknown)
    assert (failed["status"], failed["attempts"]) == ("failed", 1)
    assert "newer" in failed["error"]["detail"]
    assert until_finished(client, known)["status"] == "succeeded"
    assert worker.poll() is None


@pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)], indirect=True
)
def test_what_another_release_had_begun_is_finished_from_the_start(
    deployment: Deployment, data: Path
) -> None:
    """It had other steps, under other names in the queue, and they gave something else."""
    deployment.start_web()
    worker = deployment.start_worker()
    client = deployment.client()
    sample = sample_of(client, data / "wai_250.csv")
    analysis = ask(client, sample, wait=0, kind="validity").json()["id"]
    deployment.until_logged("step done")
    deployment.kill_worker(worker)
    prefix = "dbos." if "DATABASE_URL" in deployment.environment else ""
    outputs = f"UPDATE {prefix}operation_outputs SET function_name = 'was ' || function_name"  # noqa: S608
    change(
        deployment,
        update(JOB_STEP).values(release="0", result="{}"),
        text(outputs),
    )
    worker = deployment.start_worker()
    finished = until_finished(client, analysis, seconds=120)
    assert (finished["status"], finished["attempts"]) == ("succeeded", 2), finished["error"]
    assert worker.poll() is None
    begun = [line["step"] for line in deployment.events("step begun")]
    first = begun[0]
    assert begun.count(first) == 2
    database = database_of(deployment)
    with database.reading() as connection:
        assert connection.execute(select(JOB_STEP)).all() == []
    database.close()
