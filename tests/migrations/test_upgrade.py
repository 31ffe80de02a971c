"""What the first release stored is all there, and usable, after the upgrade."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock
from schemas.validation_errors import RefusedInputError
from service.adapters.database.engine import Database
from service.adapters.database.erasure import ErasureStore
from service.adapters.database.export import ExportStore
from service.adapters.database.instruments import InstrumentStore
from service.adapters.database.jobs import JobTable
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.adapters.database.responses import ResponseStore
from service.adapters.database.retention import RetentionStore
from service.adapters.database.samples import SampleStore
from service.adapters.database.tables import METADATA
from service.adapters.database.worker_registry import Submissions, WorkerTable
from service.records import Batch, Scope, Status
from tests.migrations.first_release import (
    ANSWERS,
    DONE,
    RUNNING,
    SAMPLE,
    SCORES,
    TENANT,
    build,
)
from tests.service.conftest import STORES, NewAddress


@pytest.fixture(params=STORES)
def upgraded(
    request: pytest.FixtureRequest, new_address: NewAddress, wai_sr: Definition
) -> Iterator[Database]:
    database = Database(new_address(request.param))
    build(database, wai_sr)
    before, after = migrate(database)
    assert before == "0001" != after
    yield database
    database.close()


def test_the_upgraded_schema_is_the_one_of_a_new_database(upgraded: Database) -> None:
    with upgraded.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_keys_and_instruments_still_serve(upgraded: Database, wai_sr: Definition) -> None:
    (key,) = KeyStore(upgraded).list("clinic")
    assert (key.prefix, key.scopes) == ("abcdef123456", {Scope.SAMPLES, Scope.SCORE})
    assert KeyStore(upgraded).find("abcdef123456") is not None
    (own,) = InstrumentStore(upgraded).list(TENANT)
    assert own.rule == wai_sr.rule


def test_answers_scores_and_columns_are_as_they_were(upgraded: Database) -> None:
    sample = SampleStore(upgraded).find(TENANT, SAMPLE)
    assert (sample.name, sample.n_responses) == ("pilot", 4)
    responses = ResponseStore(upgraded)
    expected = np.where(ANSWERS < 0, np.nan, ANSWERS.astype(np.float64))
    np.testing.assert_array_equal(
        responses.answers(TENANT, SAMPLE, 12), np.vstack([expected, expected])
    )
    assert responses.columns(TENANT, SAMPLE) == {
        "person": ["p0", "p1", "p2", "p3"],
        "session_number": [2.0] * 4,
        "mood": [None, "good", None, None],
        "plus-m": [51.5, 51.5, None, None],
    }
    with ExportStore(upgraded).sample(TENANT, SAMPLE) as opened:
        stored = list(opened.responses())
    assert [one.scores for one in stored] == [
        [*SCORES[0, :3].tolist(), None],
        SCORES[1].tolist(),
    ] * 2
    assert [one.id[:4] for one in stored] == ["0000", "0101", "0202", "0303"]
    assert [one.batch_id for one in stored] == ["batch-0", "batch-0", "batch-1", "batch-1"]
    assert [one.external_id for one in stored] == ["r0", "r1", None, None]


def test_a_finished_analysis_keeps_its_result_and_a_running_one_is_queued(
    upgraded: Database,
) -> None:
    jobs = JobTable(upgraded)
    finished, queued = jobs.find(TENANT, DONE), jobs.find(TENANT, RUNNING)
    assert finished.result == {"n_persons": 2}
    assert finished.options == {"compare_with": []}
    assert (finished.standing.status, queued.standing.status) == (Status.SUCCEEDED, Status.QUEUED)
    WorkerTable(upgraded).enter("worker")
    assert Submissions(upgraded).next_ones(1, None) == [RUNNING]


def test_names_of_old_responses_are_still_taken(upgraded: Database) -> None:
    batch = Batch(id="c", tenant_id=TENANT, sample_id=SAMPLE, accepted=1, created_at=3)
    block = ResponseBlock(ids=["r1"], identified=True, answers=np.full((1, 12), 3.0))
    with pytest.raises(RefusedInputError):
        ResponseStore(upgraded).add(batch, ResponseStore.pack(block, np.zeros((1, 4))), None)


def test_new_responses_join_the_old_ones(upgraded: Database) -> None:
    batch = Batch(id="c", tenant_id=TENANT, sample_id=SAMPLE, accepted=1, created_at=3)
    block = ResponseBlock(
        ids=["r9"], identified=True, answers=np.full((1, 12), 3.0), columns={"person": ["p9"]}
    )
    ResponseStore(upgraded).add(batch, ResponseStore.pack(block, np.zeros((1, 4))), None)
    assert SampleStore(upgraded).find(TENANT, SAMPLE).n_responses == 5
    persons = ResponseStore(upgraded).columns(TENANT, SAMPLE)["person"]
    assert persons == ["p0", "p1", "p2", "p3", "p9"]


def test_old_rows_can_be_erased_and_no_policy_touches_them(upgraded: Database) -> None:
    assert RetentionStore(upgraded, 0).apply() == []
    assert SampleStore(upgraded).find(TENANT, SAMPLE).n_responses == 4
    erased = ErasureStore(upgraded).person(TENANT, "p1")
    assert (erased.responses, erased.analyses) == (1, 2)
