"""One empty sample in a database of its own: what is measured without a web server around."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from benchmarks.http.bodies import INSTRUMENT
from schemas.definition import Definition
from service.adapters.database.engine import Database
from service.adapters.database.keys import KeyStore
from service.adapters.database.migrate import migrate
from service.adapters.database.responses import ResponseStore
from service.adapters.database.samples import SampleStore
from service.catalog.catalog import find_definition
from service.identifiers import now_ms, uuid7
from service.records import Batch, Sample, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where batches go.

    Attributes
    ----------
    definition
        The instrument of the answers.
    sample
        What the batches belong to.
    responses
        The store.
    """

    definition: Definition
    sample: Sample
    responses: ResponseStore

    def batch(self, accepted: int) -> Batch:
        """Return the record of a further batch of so many responses."""
        return Batch(
            id=str(uuid7()),
            tenant_id=self.sample.tenant_id,
            sample_id=self.sample.id,
            accepted=accepted,
            created_at=now_ms(),
        )


@contextmanager
def empty_shelf(address: str) -> Iterator[Shelf]:
    """Make a database with one tenant and one sample; close it in the end."""
    definition = find_definition(INSTRUMENT)
    with closing(Database(address)) as database:
        migrate(database)
        tenant = KeyStore(database).add("t", [Scope.SAMPLES], "p" * 12, b"d").tenant_id
        sample = SampleStore(database).add(tenant, name="s", setting="other", definition=definition)
        yield Shelf(definition=definition, sample=sample, responses=ResponseStore(database))
