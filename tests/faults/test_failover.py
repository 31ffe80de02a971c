"""The database's server dies for good, and its standby takes over."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.faults.conftest import Report
from tests.faults.deployment import Deployment
from tests.faults.test_batches import CLIENTS, lost, stream, until_finished
from tests.postgresql import Postgresql, running_postgresql, running_standby
from tests.service.test_analyses import ask, sample_of

pytestmark = pytest.mark.faults


def address_of_both(database: str, standby: Postgresql) -> str:
    """Name both servers in one address; whichever writes is the right one."""
    more = f"&host={standby.folder}&target_session_attrs=read-write"
    return make_url(database).render_as_string(hide_password=False) + more


def test_what_was_acknowledged_is_on_the_standby_that_takes_over(
    tmp_path: Path, data: Path, report: Report
) -> None:
    with running_postgresql(settings=()) as primary:
        database = primary.new_database()
        with running_standby(primary) as standby:
            settings = {"DATABASE_URL": address_of_both(database, standby), "ALLIANCE_RATE": "0"}
            deployment = Deployment(tmp_path, settings)
            try:
                fail_over(deployment, primary, standby, data=data, report=report)
            finally:
                deployment.end()


def fail_over(
    deployment: Deployment, primary: Postgresql, standby: Postgresql, *, data: Path, report: Report
) -> None:
    deployment.migrate()
    deployment.start_web()
    deployment.start_worker()
    deployment.until_logged("worker ready")
    client = deployment.client()
    with stream(client) as sent:
        sent.until_acknowledged(CLIENTS)
        asked = ask(client, sample_of(client, data / "wai_250.csv"), wait=0, kind="validity")
        deployment.until_logged("step done")
        primary.stop("immediate")
        sent.until_refused(sent.refused + CLIENTS)
        standby.promote()
        sent.until_acknowledged(sent.acknowledged + 5)
    missing = lost(sent)
    often = f"{sent.acknowledged} batches acknowledged, {sent.refused} refused with 503"
    report("database's server dies, its standby takes over", often=often, lost=missing)
    assert missing == 0
    finished = until_finished(client, asked.json()["id"], seconds=120)
    assert (finished["status"], finished["attempts"]) == ("succeeded", 1)
