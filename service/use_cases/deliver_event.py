"""Tell a webhook that an analysis is finished: a signed message with the identifier alone.

Headers and signature follow the Standard Webhooks convention: HMAC-SHA256 over
``{webhook-id}.{webhook-timestamp}.{body}``. The secret is derived from the deployment's key and the
webhook's identifier; none is stored.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import Protocol

import orjson

from service.outbound_http import Answer, OutboundError
from service.records import Delivery, DeliveryStatus, Webhook
from service.serializers import moment

EVENT = "analysis.finished"
SECRET_PREFIX = "whsec_"  # noqa: S105 how a secret begins

Mac = Callable[[bytes], str]
"""HMAC-SHA256 by the deployment's key, in hexadecimal."""

Post = Callable[[str, bytes, dict[str, str]], Answer]
"""Sends a body with headers to an address."""


class Deliveries(Protocol):
    """What is to be delivered."""

    def claim(self) -> tuple[Delivery, Webhook] | None:
        """Take one that is due."""
        ...

    def finish(self, delivery: Delivery, outcome: str, *, arrived: bool) -> DeliveryStatus:
        """Write what came of it."""
        ...


def secret_of(webhook_id: str, mac: Mac) -> str:
    """Return a webhook's secret, as its receiver gets it."""
    return SECRET_PREFIX + base64.b64encode(_key(webhook_id, mac)).decode()


def deliver_next(
    queue: Deliveries, mac: Mac, post: Post, *, seconds: Callable[[], float]
) -> Delivery | None:
    """Deliver what is due for longest; return it, or nothing if nothing is due.

    Parameters
    ----------
    queue
        What is to be delivered.
    mac
        Derives secrets.
    post
        Sends.
    seconds
        Since 1970.
    """
    claimed = queue.claim()
    if claimed is None:
        return None
    delivery, webhook = claimed
    body = orjson.dumps(
        {
            "type": EVENT,
            "timestamp": moment(delivery.created_at),
            "data": {"id": delivery.analysis_id},
        }
    )
    try:
        answer = post(webhook.url, body, _headers(delivery, webhook, body, mac, int(seconds())))
    except OutboundError as error:
        queue.finish(delivery, error.reason, arrived=False)
    else:
        arrived = 200 <= answer.status < 300
        queue.finish(delivery, f"HTTP {answer.status}", arrived=arrived)
    return delivery


def _headers(
    delivery: Delivery, webhook: Webhook, body: bytes, mac: Mac, seconds: int
) -> dict[str, str]:
    signed = b"%b.%d.%b" % (delivery.id.encode(), seconds, body)
    signature = hmac.digest(_key(webhook.id, mac), signed, "sha256")
    return {
        "Content-Type": "application/json",
        "User-Agent": "alliance",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def _key(webhook_id: str, mac: Mac) -> bytes:
    return bytes.fromhex(mac(b"webhook\0" + webhook_id.encode()))
