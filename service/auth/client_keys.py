"""The public keys of a client: registered with it, or fetched from its address and kept a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.jwk import ECKey, RSAKey

from schemas.json_text import read_json
from schemas.validation_errors import UnreadableInputError
from service.auth.jwks import public_key, usable_keys
from service.outbound_http import AllowedHosts, OutboundError, send
from service.records import Client
from service.request_logging import log

KEPT_SECONDS = 900.0
"""How long a key set is used; so long works a key that was taken out of it."""

RETRY_SECONDS = 60.0
"""Between two requests for one address: a key that is not in the set, or a failure."""

Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    key_set: Mapping[str, Any]
    fetched_at: float


class ClientKeys:
    """Finds keys by client and ``kid``.

    Parameters
    ----------
    hosts
        From where keys may be fetched.
    fetch
        Fetches a key set; over HTTP unless given.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        hosts: AllowedHosts,
        *,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._hosts = hosts
        self._fetch = fetch or self._over_http
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._locks: dict[str, threading.Lock] = {}

    def find(self, client: Client, kid: str) -> RSAKey | ECKey | None:
        """Return a client's key; none where it has none of this name, or its host fails."""
        url = client.key_set.get("url")
        if url is None:
            return public_key(client.key_set, kid)
        with self._locks.setdefault(url, threading.Lock()):
            known = self._known.get(url)
            age = float("inf") if known is None else self._clock() - known.fetched_at
            missing = known is None or public_key(known.key_set, kid) is None
            if known is None or age > (RETRY_SECONDS if missing else KEPT_SECONDS):
                known = self._fetched(url)
        return public_key(known.key_set, kid)

    def _fetched(self, url: str) -> _Known:
        try:
            known = _Known(
                key_set=usable_keys(read_json(self._fetch(url))),
                fetched_at=self._clock(),
            )
        except (OutboundError, UnreadableInputError) as error:
            reason = getattr(error, "reason", "the answer is no key set")
            log("key set not fetched", reason=reason)
            known = _Known(key_set={"keys": []}, fetched_at=self._clock())
        self._known[url] = known
        return known

    def _over_http(self, url: str) -> bytes:
        answer = send(url, self._hosts, headers={"Accept": "application/json"})
        if answer.status != 200:
            raise OutboundError("the host did not answer with 200")
        return answer.body
