"""What was stored comes back as one matrix, whole and in order."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from psychometrics.scoring.prorate import score
from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock
from schemas.validation_errors import RefusedInputError
from service.adapters.database.engine import Database
from service.adapters.database.erasure import ErasureStore
from service.adapters.database.keys import KeyStore
from service.adapters.database.responses import ResponseStore
from service.adapters.database.samples import SampleStore
from service.errors import ConflictError, NotFoundError
from service.identifiers import now_ms, uuid7
from service.records import Batch, Sample, Scope


class Store:
    """A database with two tenants and a sample of the first."""

    def __init__(self, database: Database, definition: Definition) -> None:
        self.database = database
        keys = KeyStore(database)
        self.tenant = keys.add("a", [Scope.SAMPLES], "a" * 12, b"a").tenant_id
        self.other = keys.add("b", [Scope.SAMPLES], "b" * 12, b"b").tenant_id
        self.samples = SampleStore(database)
        self.responses = ResponseStore(database)
        self.definition = definition
        self.sample: Sample = self.samples.add(
            self.tenant, name="s", setting="other", definition=definition
        )

    def add(self, block: ResponseBlock, tenant: str | None = None) -> None:
        batch = Batch(
            id=str(uuid7()),
            tenant_id=tenant or self.tenant,
            sample_id=self.sample.id,
            accepted=len(block),
            created_at=now_ms(),
        )
        scores = score(self.definition.instrument, block.answers).scores
        self.responses.add(batch, self.responses.pack(block, scores), None)

    def answers(self, tenant: str | None = None) -> np.ndarray:
        return self.responses.answers(tenant or self.tenant, self.sample.id, 12)

    def columns(self) -> dict[str, Any]:
        return dict(self.responses.columns(self.tenant, self.sample.id))


@pytest.fixture
def store(database: Database, wai_sr: Definition) -> Store:
    return Store(database, wai_sr)


def block(n: int, start: int = 0, **columns: list[object]) -> ResponseBlock:
    rng = np.random.default_rng(start)
    answers = rng.integers(1, 6, size=(n, 12)).astype(np.float64)
    answers[rng.random((n, 12)) < 0.1] = np.nan
    return ResponseBlock(
        ids=[f"r{start + number}" for number in range(n)],
        identified=True,
        answers=answers,
        columns=columns,  # type: ignore[arg-type]  # values of any kind
    )


def test_answers_come_back_whole_and_in_order(store: Store) -> None:
    first, second = block(300), block(200, start=300)
    store.add(first)
    store.add(second)
    np.testing.assert_array_equal(store.answers(), np.vstack([first.answers, second.answers]))


def test_an_empty_sample_is_an_empty_matrix(store: Store) -> None:
    assert store.answers().shape == (0, 12)


def test_columns_come_back_beside_the_answers(store: Store) -> None:
    store.add(block(2, site=["north", None], session_number=[2, 3], floor=[1, None]))
    assert store.columns() == {
        "site": ["north", None],
        "session_number": [2.0, 3.0],
        "floor": [1, None],
    }


def test_outcomes_come_back_by_name(store: Store) -> None:
    given = block(2)
    store.add(
        ResponseBlock(
            ids=given.ids,
            identified=True,
            answers=given.answers,
            outcomes={"plus-m": [51.5, None]},
        )
    )
    assert store.columns() == {"plus-m": [51.5, None]}


def test_answers_and_columns_are_of_one_moment(store: Store) -> None:
    """While batches come in, whoever reads has as many answers as values beside them."""
    n_batches, batch_size = 30, 20

    def add_batch_by_batch() -> None:
        for start in range(0, n_batches * batch_size, batch_size):
            store.add(block(batch_size, start=start, site=["north"] * batch_size))

    writer = threading.Thread(target=add_batch_by_batch)
    writer.start()
    sizes = []
    while True:  # once more after the last batch, however the two threads were scheduled
        written = not writer.is_alive()
        answers, columns = store.responses.contents(store.tenant, store.sample.id, 12)
        sizes.append((len(answers), len(columns.get("site", []))))
        if written:
            break
    assert {n_answers - n_values for n_answers, n_values in sizes} == {0}
    assert sizes[-1] == (n_batches * batch_size, n_batches * batch_size)


def test_a_sample_of_too_many_columns_is_refused_before_it_fills_the_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(block(2, floor=[1, 2]))
    store.add(block(2, start=2, door=[1, 2]))
    monkeypatch.setattr("service.adapters.database.responses.MOST_VALUES", 4 * 9)
    assert {"floor", "door"} <= set(store.columns())
    monkeypatch.setattr("service.adapters.database.responses.MOST_VALUES", 4 * 9 - 1)
    with pytest.raises(ConflictError):
        store.columns()


def test_another_tenant_can_neither_write_nor_read(store: Store) -> None:
    store.add(block(3))
    with pytest.raises(NotFoundError):
        store.add(block(3, start=3), tenant=store.other)
    assert store.answers(tenant=store.other).shape == (0, 12)


def test_a_repeated_id_undoes_the_whole_batch(store: Store) -> None:
    store.add(block(3))
    with pytest.raises(RefusedInputError):
        store.add(block(3, start=2))
    assert store.answers().shape == (3, 12)
    assert store.samples.find(store.tenant, store.sample.id).n_responses == 3


def test_deleting_a_sample_leaves_no_row(store: Store) -> None:
    store.add(block(3, person=["planted-one", "planted-two", None]))
    ErasureStore(store.database).sample(store.tenant, store.sample.id)
    assert store.answers().shape == (0, 12)
    assert store.responses.batches(store.tenant, store.sample.id, limit=5) == []
