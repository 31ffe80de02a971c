"""Lists in pages: the next one stands in the body and in ``Link`` (RFC 8288)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from service.request_logging import this_request
from service.serializers import Identified, page

_Record = TypeVar("_Record", bound=Identified)

LINK: dict[str, Any] = {
    "Link": {
        "schema": {"type": "string"},
        "description": 'With `rel="next"`, where there may be a next page.',
    }
}
"""Documents the header."""


def listed(
    name: str,
    found: Sequence[_Record],
    query: Mapping[str, Any],
    render: Callable[[_Record], dict[str, Any]],
) -> tuple[dict[str, Any], dict[str, str]]:
    """Render a part of a list, and lead to the next.

    Parameters
    ----------
    name
        What is listed.
    found
        The part.
    query
        ``limit`` and ``after`` of the request.
    render
        Renders one.
    """
    body = page(name, found, query["limit"], render)
    return body, link_to_next(body["next"], query["limit"])


def link_to_next(after: object, limit: int) -> dict[str, str]:
    """Return the header, or none on the last page."""
    if after is None:
        return {}
    address = f"{this_request().path}?{urlencode({'after': after, 'limit': limit})}"
    return {"Link": f'<{address}>; rel="next"'}
