"""Tables. Everything belongs to a tenant; times are milliseconds since 1970, UTC.

The responses of a batch are one row of ``block`` (see ``batch_codec``). A sample's batches in the
order of their keys are the order its responses came in. The names that responses came with stand in
``response_name`` too, where none can stand twice in a sample.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

TENANT = Table(
    "tenant",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("retention_days", Integer),
)

API_KEY = Table(
    "api_key",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
    Column("prefix", String(12), nullable=False, unique=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("expires_at", BigInteger),
    Column("former_digest", LargeBinary(32)),
    Column("former_expires_at", BigInteger),
    Column("last_used_at", BigInteger),
)

SESSION = Table(
    "session",
    METADATA,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("key_id", ForeignKey("api_key.id", ondelete="CASCADE"), nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index(None, "key_id"),
)

CLIENT = Table(
    "client",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("key_set", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("last_used_at", BigInteger),
)

ASSERTION = Table(
    "assertion",
    METADATA,
    Column("client_id", ForeignKey("client.id", ondelete="CASCADE"), primary_key=True),
    Column("jti_sha256", LargeBinary(32), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)

ACCESS_TOKEN = Table(
    "access_token",
    METADATA,
    Column("prefix", String(12), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("client_id", ForeignKey("client.id", ondelete="CASCADE"), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("tenant_id", String(36)),
    Column("caller_kind", String(10)),
    Column("caller_id", String(36)),
    Column("method", String(20), nullable=False),
    Column("route", String(200), nullable=False),
    Column("thing", String(64)),
    Column("instrument_id", String(64)),
    Column("instrument_version", String(32)),
    Column("body_mac", String(64)),
    Column("status", Integer, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("chain", String(64), nullable=False),
    Index(None, "tenant_id", "number"),
)

AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("number", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
)

INSTRUMENT = Table(
    "instrument",
    METADATA,
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("version", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("definition", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

SAMPLE = Table(
    "sample",
    METADATA,
    Column("key", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("setting", String(40), nullable=False),
    Column("instrument_id", String(64), nullable=False),
    Column("instrument_version", String(32), nullable=False),
    Column("instrument_sha256", String(64), nullable=False),
    Column("definition", Text, nullable=False),
    Column("n_responses", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "tenant_id", "id"),
)

BATCH = Table(
    "batch",
    METADATA,
    Column("key", Integer, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("sample_key", ForeignKey("sample.key", ondelete="CASCADE"), nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "sample_key", "key"),
)

BLOCK = Table(
    "block",
    METADATA,
    Column(
        "batch_key",
        ForeignKey("batch.key", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("n_responses", Integer, nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("ids", LargeBinary, nullable=False),
    Column("scores", LargeBinary, nullable=False),
    Column("names", Text),
    Column("columns", Text),
    Column("outcomes", Text),
)

RESPONSE_NAME = Table(
    "response_name",
    METADATA,
    Column("sample_key", ForeignKey("sample.key", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("corrected_at", BigInteger),
    sqlite_with_rowid=False,
)

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("request_sha256", LargeBinary(32), nullable=False),  # with a key: HMAC-SHA256
    Column("owner", String(36), nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("sample_id", String(36)),
    Column("answer", LargeBinary),
    Index(None, "sample_id"),
)

JOB = Table(
    "job",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("options", Text, nullable=False),
    Column("instrument_id", String(64), nullable=False),
    Column("instrument_version", String(32), nullable=False),
    Column("instrument_sha256", String(64), nullable=False),
    Column("priority", Integer, nullable=False, server_default=text("5")),
    Column("status", String(10), nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("stage", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", String(36)),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    Column("result", Text),
    Column("error", Text),
    Index(None, "tenant_id", "created_at", "id"),
    Index(None, "status", "id"),
)

JOB_SAMPLE = Table(
    "job_sample",
    METADATA,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("sample_key", ForeignKey("sample.key"), nullable=False),
    Index(None, "sample_key"),
)

JOB_STEP = Table(
    "job_step",
    METADATA,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("result", Text, nullable=False),
    Column("release", String(40), nullable=False, server_default=""),
)

SUBMISSION = Table(
    "submission",
    METADATA,
    Column("job_id", ForeignKey("job.id", ondelete="CASCADE"), primary_key=True),
)

WEBHOOK = Table(
    "webhook",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant_id", ForeignKey("tenant.id", ondelete="CASCADE"), nullable=False),
    Column("url", String(500), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index(None, "tenant_id", "id"),
)

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("webhook_id", ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    Column("analysis_id", String(36), nullable=False),
    Column("status", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("outcome", String(100)),
    Index(None, "webhook_id", "id"),
    Index(None, "status", "next_at"),
)

WORKER = Table(
    "worker",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("beats", BigInteger, nullable=False),
    Column("started_at", BigInteger, nullable=False),
)
