"""Requests that are sent again: after ``Retry-After``, and only where twice is as good as once."""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_STATELESS = ("/v1/score", "/fhir/QuestionnaireResponse/$extract", "/v1/files/inspect")
"""Routes whose POST stores nothing."""
_LATER = frozenset({429, 503})
"""The service did nothing yet, and says when to come back."""
_GATEWAY = frozenset({502, 504})
"""A proxy does not know whether the service did it."""


@dataclass(frozen=True, kw_only=True)
class Retries:
    """When and how often a request is sent again.

    Attributes
    ----------
    attempts
        How often a request is sent at most.
    first_pause
        Seconds before the second attempt; doubled for each further one.
    longest_pause
        Seconds that are waited at most before an attempt, whatever ``Retry-After`` says: beyond
        it the refusal is given to the caller.
    sleep
        Waits for so many seconds.
    """

    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = 60.0
    sleep: Callable[[float], None] = field(default=time.sleep)


class RetryingTransport(httpx.BaseTransport):
    """Sends requests through another transport, again where this can do no harm.

    Each POST gets an ``Idempotency-Key`` unless it has one, so that the service does it once
    however often it arrives.
    """

    def __init__(self, inner: httpx.BaseTransport, retries: Retries) -> None:
        self._inner = inner
        self._retries = retries

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and again where the answer or its absence allows it."""
        if request.method == "POST" and request.url.path.startswith("/v1/"):
            request.headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        for attempt in range(1, self._retries.attempts):
            pause = self._retries.first_pause * 2 ** (attempt - 1) * random.uniform(0.5, 1)  # noqa: S311  # no secret
            try:
                response = self._inner.handle_request(request)
            except httpx.TransportError as error:
                if not (isinstance(error, httpx.ConnectError) or _once_however_often(request)):
                    raise
            else:
                if not _worth_another(request, response):
                    return response
                pause = _told(response) or pause
                if pause > self._retries.longest_pause:
                    return response
                response.close()
            self._retries.sleep(min(pause, self._retries.longest_pause))
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _once_however_often(request: httpx.Request) -> bool:
    if request.method in IDEMPOTENT or request.url.path in _STATELESS:
        return True
    return "Idempotency-Key" in request.headers


def _worth_another(request: httpx.Request, response: httpx.Response) -> bool:
    if response.status_code in _LATER:
        return True
    return response.status_code in _GATEWAY and _once_however_often(request)


def _told(response: httpx.Response) -> float | None:
    """Return the seconds that ``Retry-After`` gives."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None
