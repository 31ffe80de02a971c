"""Answers are kept as long as the policy says, and kept answers to requests for a day."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from schemas.definition import Definition
from schemas.validation_errors import RefusedInputError
from service.adapters.database import retention
from service.adapters.database.engine import Database
from service.adapters.database.idempotency import (
    KEPT_MS,
    VOID_AFTER_MS,
    IdempotencyStore,
    complete,
    compressed,
)
from service.adapters.database.retention import DAY_MS, RetentionStore
from service.adapters.database.tables import BATCH, IDEMPOTENCY
from service.errors import ConflictError, NotFoundError
from service.identifiers import now_ms
from service.records import Claim
from tests.privacy.stored import Stored, n_rows
from tests.service.server import Server, run_alliance


@pytest.fixture
def mine(database: Database, wai_sr: Definition) -> Stored:
    return Stored.of(database, wai_sr, "mine")


@pytest.fixture
def theirs(database: Database, wai_sr: Definition) -> Stored:
    return Stored.of(database, wai_sr, "theirs")


def days_ago(days: float) -> int:
    return now_ms() - int(days * DAY_MS)


def test_without_a_policy_everything_stays(mine: Stored) -> None:
    sample = mine.sample()
    mine.add(sample, at=days_ago(4000))
    assert RetentionStore(mine.database, 0).apply() == []
    assert n_rows(mine.database) == 20


def test_old_batches_go_with_the_analyses_of_their_samples(mine: Stored) -> None:
    old, new = mine.sample(), mine.sample()
    mine.add(old, at=days_ago(31), prefix="old")
    mine.add(old, at=days_ago(29), prefix="new")
    mine.add(new, at=days_ago(1))
    mine.analysis(old)
    kept = mine.analysis(new)
    forgotten = mine.analysis(new, at=days_ago(31))
    ((policy, erased),) = RetentionStore(mine.database, 30).apply()
    assert (policy.tenant, erased.responses, erased.analyses) == ("mine", 20, 2)
    assert (mine.n_responses(old), mine.n_responses(new)) == (20, 20)
    assert mine.analyses() == {kept} != {forgotten}
    with mine.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(BATCH)) == 2
    assert RetentionStore(mine.database, 30).apply() == []


def test_a_tenant_may_have_a_policy_of_its_own(mine: Stored, theirs: Stored) -> None:
    for tenant in (mine, theirs):
        tenant.add(tenant.sample(), at=days_ago(100))
    retention = RetentionStore(mine.database, 30)
    retention.decide("theirs", 0)
    assert [(one.tenant, one.days, one.own) for one in retention.policies()] == [
        ("mine", 30, False),
        ("theirs", 0, True),
    ]
    assert [policy.tenant for policy, _ in retention.apply()] == ["mine"]
    retention.decide("theirs", None)
    assert [policy.tenant for policy, _ in retention.apply()] == ["theirs"]


def test_results_go_before_the_answers_where_they_expire_before(
    mine: Stored, theirs: Stored
) -> None:
    """Unfinished analyses have no end that could be long ago."""
    sample = mine.sample()
    mine.add(sample, at=days_ago(20))
    mine.analysis(sample, at=days_ago(11))
    theirs.analysis(theirs.sample(), at=days_ago(11))
    kept = mine.analysis(sample, at=days_ago(9))
    done = RetentionStore(mine.database, 30, result_days=10).apply()
    assert [(policy.tenant, erased.responses, erased.analyses) for policy, erased in done] == [
        ("mine", 0, 1),
        ("theirs", 0, 1),
    ]
    assert (mine.analyses(), theirs.analyses()) == ({kept}, set())
    assert n_rows(mine.database) == 20


def test_much_is_deleted_in_steps_and_each_is_noted(
    mine: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("BATCHES_AT_ONCE", 3), ("RESPONSES_AT_ONCE", 45), ("ANALYSES_AT_ONCE", 2)):
        monkeypatch.setattr(retention, name, value)
    *samples, another = [mine.sample() for _ in range(4)]
    for number in range(8):
        mine.add(samples[number % 3], at=days_ago(31), prefix=f"{number}-")
    mine.add(samples[0], prefix="new")
    for _ in range(5):
        mine.analysis(another, at=days_ago(31))
    noted = []
    store = RetentionStore(mine.database, 30, lambda *what: noted.append(what[1:]))
    ((_, erased),) = store.apply()
    assert (erased.responses, erased.analyses) == (160, 5)
    assert noted == [(mine.tenant, None)] * (4 + 3)
    assert [mine.n_responses(sample) for sample in samples] == [20, 0, 0]
    assert n_rows(mine.database) == 20


def test_a_batch_larger_than_a_step_goes_too(mine: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "RESPONSES_AT_ONCE", 5)
    sample = mine.sample()
    for number in range(3):
        mine.add(sample, at=days_ago(31), prefix=f"{number}-")
    ((_, erased),) = RetentionStore(mine.database, 30).apply()
    assert erased.responses == 60


@pytest.mark.parametrize("ahead", [40, -40])
def test_a_machine_whose_clock_is_ahead_deletes_nothing_that_is_not_old(
    mine: Stored, ahead: int
) -> None:
    """The earlier of the caller's clock and the database's counts."""
    mine.add(mine.sample(), at=days_ago(20))
    assert RetentionStore(mine.database, 30).apply(days_ago(-ahead)) == []


def test_a_policy_needs_its_tenant(database: Database) -> None:
    with pytest.raises(NotFoundError):
        RetentionStore(database, 0).decide("nobody", 5)


def test_policies_are_set_and_applied_from_the_command_line(server: Server) -> None:
    server.new_key("hospital")
    run_alliance("retention", "set", "--tenant=hospital", "--days=365", env=server.environment)
    shown = run_alliance("retention", "show", env=server.environment).splitlines()
    assert "hospital\t365 days\town" in shown
    assert run_alliance("retention", "apply", env=server.environment) == ""


# --- answers kept for repeated requests


def claim_of(stored: Stored, *, body: bytes = b"1", owner: str = "a") -> Claim:
    return Claim(
        tenant_id=stored.tenant, key="k", owner=owner, request_mac=body * 32, sample_id="s"
    )


def done(stored: Stored, claim: Claim, answer: bytes) -> None:
    with stored.database.writing() as connection:
        complete(connection, compressed((claim, answer)))


def age(stored: Stored, milliseconds: int) -> None:
    with stored.database.writing() as connection:
        connection.execute(update(IDEMPOTENCY).values(started_at=now_ms() - milliseconds))


def test_a_second_request_waits_for_the_first_and_then_gets_its_answer(mine: Stored) -> None:
    keys = IdempotencyStore(mine.database)
    first = claim_of(mine)
    assert keys.claim(first) is None
    with pytest.raises(ConflictError, match="under way"):
        keys.claim(claim_of(mine, owner="b"))
    done(mine, first, b"answer")
    assert keys.claim(claim_of(mine, owner="b")) == b"answer"


def test_another_body_under_the_key_is_refused_while_it_is_kept(mine: Stored) -> None:
    keys = IdempotencyStore(mine.database)
    keys.claim(claim_of(mine))
    with pytest.raises(RefusedInputError):
        keys.claim(claim_of(mine, body=b"2", owner="b"))
    done(mine, claim_of(mine), b"answer")
    with pytest.raises(RefusedInputError):
        keys.claim(claim_of(mine, body=b"2", owner="b"))


def test_the_same_key_of_two_tenants_is_two_keys(mine: Stored, theirs: Stored) -> None:
    keys = IdempotencyStore(mine.database)
    assert keys.claim(claim_of(mine)) is None
    assert keys.claim(claim_of(theirs, body=b"2")) is None


def test_an_answer_is_kept_for_a_day_and_then_forgotten(mine: Stored) -> None:
    keys = IdempotencyStore(mine.database)
    keys.claim(claim_of(mine))
    done(mine, claim_of(mine), b"answer")
    age(mine, KEPT_MS - 60_000)
    assert keys.claim(claim_of(mine, owner="b")) == b"answer"
    age(mine, KEPT_MS + 1)
    assert keys.claim(claim_of(mine, body=b"2", owner="b")) is None


def test_a_request_that_died_frees_its_key_and_cannot_finish_late(mine: Stored) -> None:
    keys = IdempotencyStore(mine.database)
    keys.claim(claim_of(mine))
    age(mine, VOID_AFTER_MS + 1)
    assert keys.claim(claim_of(mine, owner="b")) is None
    with pytest.raises(ConflictError):
        done(mine, claim_of(mine), b"late")


def test_applying_policies_forgets_old_answers_of_every_tenant(
    mine: Stored, theirs: Stored
) -> None:
    keys = IdempotencyStore(mine.database)
    for tenant in (mine, theirs):
        keys.claim(claim_of(tenant))
        done(tenant, claim_of(tenant), b"answer")
    age(mine, KEPT_MS + 1)
    RetentionStore(mine.database, 0).apply()
    with mine.database.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(IDEMPOTENCY)) == 0
