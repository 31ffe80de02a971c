"""What is known of a sample's batches beside their responses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, select

from service.adapters.database.tables import BATCH, SAMPLE
from service.records import Batch


def batches_of(tenant_id: str, sample_id: str) -> Select[Any]:
    """Select a sample's batches in the order they came."""
    return (
        select(BATCH.c.id, BATCH.c.accepted, BATCH.c.created_at)
        .join(SAMPLE, SAMPLE.c.key == BATCH.c.sample_key)
        .where(SAMPLE.c.tenant_id == tenant_id, SAMPLE.c.id == sample_id)
        .order_by(BATCH.c.key)
    )


def batch_of(row: Row[Any], tenant_id: str, sample_id: str) -> Batch:
    """Make a batch of such a row."""
    return Batch(
        id=row.id,
        tenant_id=tenant_id,
        sample_id=sample_id,
        accepted=row.accepted,
        created_at=row.created_at,
    )
