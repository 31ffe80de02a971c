"""The service's parts, put together once per process: by the web, the worker and the commands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from service.adapters.database.audit import AuditStore
from service.adapters.database.clients import ClientStore, TokenStore
from service.adapters.database.corrections import CorrectionStore
from service.adapters.database.engine import Database
from service.adapters.database.erasure import ErasureStore
from service.adapters.database.export import ExportStore
from service.adapters.database.idempotency import IdempotencyStore
from service.adapters.database.instruments import InstrumentStore
from service.adapters.database.jobs import JobTable
from service.adapters.database.keys import KeyStore
from service.adapters.database.persons import PersonStore
from service.adapters.database.responses import ResponseStore
from service.adapters.database.retention import RetentionStore
from service.adapters.database.samples import SampleStore
from service.adapters.database.sessions import SessionStore
from service.adapters.database.webhooks import WebhookStore
from service.adapters.database.worker_registry import WorkerTable
from service.adapters.renderer import Renderer
from service.audit import AuditKey, AuditTrail
from service.auth.authenticator import Authenticator
from service.auth.client_keys import ClientKeys
from service.auth.last_use import LastUse
from service.catalog.catalog import Catalog, shipped_definitions
from service.config import Config
from service.interfaces import JobQueue
from service.rates import SharedRates
from service.use_cases.find_instrument import Instruments


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What routes and commands work with.

    Attributes
    ----------
    config
        Settings.
    database
        Connections and transactions.
    keys, authenticator, last_use
        API keys, how they are checked, and who notes that they were used.
    clients, client_keys, tokens
        OAuth clients, their public keys, and the access tokens they got.
    audit, audit_store
        The audit trail: where requests are noted, and where it is read.
    pseudonym_key
        Gives a tenant's key, with which pseudonyms are made of what identifies persons in files.
    rates
        How often callers ask, counted by all web processes together.
    sessions
        People who signed in with a key.
    instruments
        The catalogue's and the tenants' own.
    samples, responses, corrections, persons, idempotency
        What is stored.
    contents, erasure, retention
        Giving out and deleting what is stored, and for how long it is kept.
    webhooks, webhook_mac
        Who is called when analyses finish, and what their secrets are derived with.
    queue, workers
        Analyses, and who runs them.
    renderer
        Makes reports and figures in processes of their own.
    """

    config: Config
    database: Database
    keys: KeyStore
    authenticator: Authenticator
    last_use: LastUse
    clients: ClientStore
    tokens: TokenStore
    client_keys: ClientKeys
    audit: AuditTrail
    audit_store: AuditStore
    pseudonym_key: Callable[[str], str]
    rates: SharedRates
    sessions: SessionStore
    instruments: Instruments
    samples: SampleStore
    responses: ResponseStore
    corrections: CorrectionStore
    persons: PersonStore
    idempotency: IdempotencyStore
    contents: ExportStore
    erasure: ErasureStore
    retention: RetentionStore
    webhooks: WebhookStore
    webhook_mac: Callable[[bytes], str]
    queue: JobQueue
    workers: WorkerTable
    renderer: Renderer

    def close(self) -> None:
        """Write what is still to be written; nothing is noted afterwards."""
        self.last_use.close()
        self.audit.close()


def compose(config: Config) -> Services:
    """Put the parts together; nothing is opened yet."""
    database = Database(config.sqlalchemy_url)
    keys, tokens = KeyStore(database), TokenStore(database)
    audit_key = AuditKey(config.audit_key, config.data.resolve())
    audit_store = AuditStore(database, audit_key)
    return Services(
        config=config,
        database=database,
        keys=keys,
        authenticator=Authenticator([keys, tokens], config.key_cache_seconds),
        last_use=LastUse(keys.note_use),
        clients=ClientStore(database),
        tokens=tokens,
        client_keys=ClientKeys(config.jwks_allowed),
        audit=AuditTrail(audit_store.append, audit_key),
        audit_store=audit_store,
        pseudonym_key=lambda tenant_id: audit_key.mac(b"pseudonyms\0" + tenant_id.encode()),
        rates=SharedRates(),
        sessions=SessionStore(database),
        instruments=Instruments(
            catalog=Catalog(definitions=shipped_definitions(), confirmed=config.confirmed_keys),
            own=InstrumentStore(database),
        ),
        samples=SampleStore(database),
        responses=ResponseStore(database),
        corrections=CorrectionStore(database),
        persons=PersonStore(database),
        idempotency=IdempotencyStore(database),
        contents=ExportStore(database),
        erasure=ErasureStore(database),
        retention=RetentionStore(database, config.retention_days),
        webhooks=WebhookStore(database),
        webhook_mac=audit_key.mac,
        queue=JobTable(database),
        workers=WorkerTable(database),
        renderer=Renderer(seconds=config.report_seconds),
    )
