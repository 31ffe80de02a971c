"""Following an analysis as server-sent events: where it stands, at each change, until it ends.

An event's identifier is made of what it says, so that a client that comes back with the last one it
saw (``Last-Event-ID``) is told nothing twice, whichever process answers. Who comes back after the
end is answered with 204, which tells a browser to come back no more.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import orjson
from flask import Response, request

from service.errors import NotFoundError, UnavailableError
from service.records import Standing
from service.serializers import standing_json
from service.web.long_poll import place_to_wait, standings
from service.web.routes import services, tenant_id

_QUIET_LOOKS = 50
_RECONNECT = b"retry: 2000\n\n"
_STILL_THERE = b": still there\n\n"
_DELETED = b"event: deleted\ndata: {}\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """Where an analysis stands, as it is written to a client."""

    id: str
    text: bytes
    is_last: bool


def follow(analysis_id: str) -> Response:
    """Answer the current request with the events of one of the tenant's analyses.

    Raises
    ------
    NotFoundError
        If there is no such analysis.
    """
    queue, seconds = services().queue, float(services().config.maximum_stream)
    seen = request.headers.get("Last-Event-ID", "")
    now = _event(queue.standing(tenant_id(), analysis_id))
    if now.is_last and now.id == seen:
        return Response(status=204)
    looks = standings(queue, tenant_id(), analysis_id, seconds)
    return Response(
        _written(looks, seen), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


def _written(looks: Iterator[Standing], seen: str) -> Iterator[bytes]:
    """Write changes, and now and then a comment that keeps the way open.

    While too many wait, a client is told how it stands and comes back. When the analysis is deleted
    meanwhile the client is told so; when the database is away the stream ends, for it to come back.
    """
    yield _RECONNECT
    with place_to_wait() as place:
        try:
            yield from _changes(looks, seen, only_now=not place)
        except NotFoundError:
            yield _DELETED
        except UnavailableError:
            return


def _changes(looks: Iterator[Standing], seen: str, *, only_now: bool) -> Iterator[bytes]:
    idle = 0
    for standing in looks:
        event = _event(standing)
        if event.id != seen:
            yield event.text
            seen, idle = event.id, 0
        elif (idle := idle + 1) % _QUIET_LOOKS == 0:
            yield _STILL_THERE
        if only_now:
            return


def _event(standing: Standing) -> _Event:
    data = orjson.dumps(standing_json(standing))
    name = "finished" if standing.status.finished else "progress"
    identifier = f"{zlib.crc32(data):08x}"
    head = f"event: {name}\nid: {identifier}\n".encode()
    return _Event(
        id=identifier, text=head + b"data: %b\n\n" % data, is_last=standing.status.finished
    )
