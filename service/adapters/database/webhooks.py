"""Webhooks and deliveries as rows.

A delivery is written in the transaction that finishes its analysis. A worker claims one by moving
``next_at`` beyond the time that an attempt takes: when it dies, another tries again then. So each
event arrives at least once, or is given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from service.adapters.database.engine import Database
from service.adapters.database.tables import DELIVERY, WEBHOOK
from service.errors import ConflictError, NotFoundError
from service.identifiers import now_ms, uuid7
from service.records import Delivery, DeliveryStatus, Webhook

MAXIMUM_WEBHOOKS = 10
"""Of one tenant."""

MAXIMUM_ATTEMPTS = 8
_CLAIM_MS = 60_000
_FIRST_DELAY_MS = 10_000
_LONGEST_DELAY_MS = 6 * 3600 * 1000
_KEPT_MS = 30 * 24 * 3600 * 1000

_NO_WEBHOOK = "There is no such webhook."


class WebhookStore:
    """A tenant's webhooks, and what was delivered to them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, tenant_id: str, url: str) -> Webhook:
        """Keep a webhook.

        Raises
        ------
        ConflictError
            If the tenant has too many.
        """
        made = Webhook(id=str(uuid7()), tenant_id=tenant_id, url=url, created_at=now_ms())
        mine = select(func.count()).where(WEBHOOK.c.tenant_id == tenant_id)
        with self._database.acting() as connection:
            if int(connection.scalar(mine) or 0) >= MAXIMUM_WEBHOOKS:
                raise ConflictError(f"A tenant has at most {MAXIMUM_WEBHOOKS} webhooks.")
            connection.execute(
                insert(WEBHOOK).values(
                    id=made.id, tenant_id=tenant_id, url=url, created_at=made.created_at
                )
            )
        return made

    def list(self, tenant_id: str, *, limit: int, after: str = "") -> Sequence[Webhook]:
        """List webhooks in the order they were made."""
        query = (
            select(WEBHOOK)
            .where(WEBHOOK.c.tenant_id == tenant_id, WEBHOOK.c.id > after)
            .order_by(WEBHOOK.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [_webhook(row) for row in connection.execute(query)]

    def remove(self, tenant_id: str, webhook_id: str) -> None:
        """Delete a webhook with its deliveries.

        Raises
        ------
        NotFoundError
            If the tenant has none of this identifier.
        """
        mine = (WEBHOOK.c.tenant_id == tenant_id, WEBHOOK.c.id == webhook_id)
        with self._database.acting() as connection:
            if connection.execute(delete(WEBHOOK).where(*mine)).rowcount == 0:
                raise NotFoundError(_NO_WEBHOOK)

    def deliveries(
        self, tenant_id: str, webhook_id: str, *, limit: int, after: str = ""
    ) -> Sequence[Delivery]:
        """List what was or is to be delivered to a webhook, in the order of events.

        Raises
        ------
        NotFoundError
            If the tenant has no such webhook.
        """
        mine = (WEBHOOK.c.tenant_id == tenant_id, WEBHOOK.c.id == webhook_id)
        query = (
            select(DELIVERY)
            .where(DELIVERY.c.webhook_id == webhook_id, DELIVERY.c.id > after)
            .order_by(DELIVERY.c.id)
            .limit(limit)
        )
        with self._database.reading() as connection:
            if connection.scalar(select(WEBHOOK.c.id).where(*mine)) is None:
                raise NotFoundError(_NO_WEBHOOK)
            return [_delivery(row) for row in connection.execute(query)]


class DeliveryQueue:
    """What workers have to deliver."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self) -> tuple[Delivery, Webhook] | None:
        """Take the delivery that is due for longest; none if there is none.

        Returns
        -------
        tuple or None
            With the attempt that begins counted.
        """
        with self._database.reading() as connection:  # looking often must not hold writers up
            due = _due(self._database.now_ms(connection))
            if connection.scalar(select(DELIVERY.c.id).where(*due).limit(1)) is None:
                return None
        with self._database.writing() as connection:
            now = self._database.now_ms(connection)
            due = _due(now)
            chosen = (
                select(DELIVERY.c.id)
                .where(*due)
                .order_by(DELIVERY.c.next_at)
                .limit(1)
                .with_for_update(skip_locked=True)
                .scalar_subquery()
            )
            claimed = connection.execute(
                update(DELIVERY)
                .where(DELIVERY.c.id == chosen, *due)
                .values(next_at=now + _CLAIM_MS, attempts=DELIVERY.c.attempts + 1)
                .returning(DELIVERY)
            ).one_or_none()
            if claimed is None:
                return None
            its = select(WEBHOOK).where(WEBHOOK.c.id == claimed.webhook_id)
            return _delivery(claimed), _webhook(connection.execute(its).one())

    def finish(self, delivery: Delivery, outcome: str, *, arrived: bool) -> DeliveryStatus:
        """Write what came of an attempt: delivered, tried again later, or given up."""
        status = DeliveryStatus.DELIVERED if arrived else DeliveryStatus.WAITING
        if not arrived and delivery.attempts >= MAXIMUM_ATTEMPTS:
            status = DeliveryStatus.GIVEN_UP
        same = (DELIVERY.c.id == delivery.id, DELIVERY.c.attempts == delivery.attempts)
        with self._database.writing() as connection:
            next_at = self._database.now_ms(connection) + delay_ms(delivery.attempts)
            connection.execute(
                update(DELIVERY)
                .where(*same, DELIVERY.c.status == DeliveryStatus.WAITING)
                .values(status=status, outcome=outcome, next_at=next_at)
            )
        return status

    def forget_old(self) -> None:
        """Delete deliveries that are over for long."""
        with self._database.writing() as connection:
            old = DELIVERY.c.created_at < self._database.now_ms(connection) - _KEPT_MS
            over = DELIVERY.c.status != DeliveryStatus.WAITING
            connection.execute(delete(DELIVERY).where(old, over))


def _due(now: int) -> tuple[ColumnElement[bool], ...]:
    return DELIVERY.c.status == DeliveryStatus.WAITING, DELIVERY.c.next_at <= now


def delay_ms(attempts: int) -> int:
    """How long to wait after so many attempts: four times longer each time, up to six hours."""
    return int(min(_FIRST_DELAY_MS * 4 ** (attempts - 1), _LONGEST_DELAY_MS))


def announce(connection: Connection, tenant_id: str, job_id: str, now: int) -> None:
    """Have each webhook of a tenant told that an analysis is finished, within its transaction."""
    webhooks = select(WEBHOOK.c.id).where(WEBHOOK.c.tenant_id == tenant_id)
    rows = [
        {
            "id": str(uuid7()),
            "webhook_id": webhook_id,
            "analysis_id": job_id,
            "status": DeliveryStatus.WAITING,
            "attempts": 0,
            "next_at": now,
            "created_at": now,
        }
        for webhook_id in connection.scalars(webhooks).all()
    ]
    if rows:
        connection.execute(insert(DELIVERY), rows)


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(id=row.id, tenant_id=row.tenant_id, url=row.url, created_at=row.created_at)


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        webhook_id=row.webhook_id,
        analysis_id=row.analysis_id,
        status=DeliveryStatus(row.status),
        attempts=row.attempts,
        next_at=row.next_at,
        created_at=row.created_at,
        outcome=row.outcome,
    )
