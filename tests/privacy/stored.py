"""Two tenants with a sample of responses and a finished analysis each, in a database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select

from psychometrics.scoring.prorate import score
from schemas.definition import Definition
from schemas.responses.response_batch import ResponseBlock
from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.responses import ResponseStore
from service.adapters.database.samples import SampleStore
from service.adapters.database.tables import (
    BLOCK,
    IDEMPOTENCY,
    JOB,
    JOB_SAMPLE,
    RESPONSE_NAME,
    SAMPLE,
)
from service.identifiers import now_ms, uuid7
from service.records import Batch, Scope

PERSONS = [f"p{number:03}" for number in range(20)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a tenant has."""

    database: Database
    definition: Definition
    tenant: str

    @classmethod
    def of(cls, database: Database, definition: Definition, name: str) -> Stored:
        key = KeyStore(database).add(name, [Scope.SAMPLES], name[:12], b"x")
        return cls(database=database, definition=definition, tenant=key.tenant_id)

    def sample(self) -> str:
        made = SampleStore(self.database).add(
            self.tenant, name="s", setting="other", definition=self.definition
        )
        return made.id

    def add(self, sample: str, *, at: int | None = None, prefix: str = "r", **columns: Any) -> None:
        """Store one response of each person, with an answer kept for its request."""
        self.add_batch(sample, at=at, prefix=prefix, **columns)
        kept = {
            "tenant_id": self.tenant,
            "key": f"{sample}{prefix}",
            "request_sha256": b"0" * 32,
            "owner": "o",
            "started_at": now_ms(),
            "sample_id": sample,
            "answer": b"scores of p007",
        }
        with self.database.writing() as connection:
            connection.execute(insert(IDEMPOTENCY).values(kept))

    def add_batch(
        self, sample: str, *, at: int | None = None, prefix: str = "r", **columns: Any
    ) -> None:
        """Store one response of each person."""
        n = len(PERSONS)
        answers = np.random.default_rng(n).integers(1, 6, size=(n, 12)).astype(np.float64)
        answers[0, 3] = np.nan
        block = ResponseBlock(
            ids=[f"{prefix}{number}" for number in range(n)],
            identified=True,
            answers=answers,
            columns={"person": list(PERSONS), **columns},
            outcomes={"plus-m": [float(number) + 0.5 for number in range(n)]},
        )
        batch = Batch(
            id=str(uuid7()),
            tenant_id=self.tenant,
            sample_id=sample,
            accepted=n,
            created_at=now_ms() if at is None else at,
        )
        scores = score(self.definition.instrument, answers).scores
        store = ResponseStore(self.database)
        store.add(batch, store.pack(block, scores), None)

    def analysis(self, *samples: str, at: int | None = None) -> str:
        """Store a finished analysis of some samples."""
        row = {column.name: 0 for column in JOB.c if not column.nullable}
        row |= {
            "id": str(uuid7()),
            "tenant_id": self.tenant,
            "kind": "items",
            "options": "{}",
            "status": "succeeded",
            "stage": "done",
            "instrument_id": "wai-sr-client",
            "instrument_version": "1.0.0",
            "instrument_sha256": "0",
            "created_at": at or now_ms(),
            "finished_at": at or now_ms(),
            "result": '{"n_persons": 20}',
        }
        with self.database.writing() as connection:
            connection.execute(insert(JOB).values(row))
            for position, sample in enumerate(samples):
                key = select(SAMPLE.c.key).where(SAMPLE.c.id == sample).scalar_subquery()
                uses = {"job_id": row["id"], "position": position, "sample_key": key}
                connection.execute(insert(JOB_SAMPLE).values(uses))
        return str(row["id"])

    def analyses(self) -> set[str]:
        with self.database.reading() as connection:
            return set(connection.scalars(select(JOB.c.id).where(JOB.c.tenant_id == self.tenant)))

    def n_responses(self, sample: str) -> int:
        return SampleStore(self.database).find(self.tenant, sample).n_responses

    def persons(self, sample: str) -> list[object]:
        return list(ResponseStore(self.database).columns(self.tenant, sample).get("person", []))


def n_rows(database: Database) -> int:
    """Count the responses that the rows hold; as many names are known as came with one."""
    with database.reading() as connection:
        held = int(connection.scalar(select(func.sum(BLOCK.c.n_responses))) or 0)
        names = int(connection.scalar(select(func.count()).select_from(RESPONSE_NAME)) or 0)
    assert names == held
    return held
