"""Routes that are on their way out: what they say, and where the policy stands.

``Deprecation`` (RFC 9745) says since when, ``Sunset`` (RFC 8594) from when on the route may be
gone, and ``Link`` leads to what takes its place. ``docs/versions.md`` has the policy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app
from flask_smorest import Blueprint as SmorestBlueprint
from werkzeug.http import http_date

from service.request_logging import this_request

SHORTEST = timedelta(days=365)
"""Between the announcement and the end of a route."""

_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deprecation:
    since: datetime
    sunset: datetime
    successor: str


def deprecated(*, since: date, sunset: date, successor: str) -> Callable[[_View], _View]:
    """Mark a route as deprecated, in its answers and in the specification.

    Parameters
    ----------
    since
        The first day on which it was.
    sunset
        The first day on which it may be gone.
    successor
        Address of the route that takes its place.

    Raises
    ------
    ValueError
        If callers would have less than ``SHORTEST`` to change.
    """
    if sunset - since < SHORTEST:
        raise ValueError(f"a deprecated route stays for at least {SHORTEST.days} days")
    told = _Deprecation(since=_midnight(since), sunset=_midnight(sunset), successor=successor)

    def decorate(view: _View) -> _View:
        documented = SmorestBlueprint.doc(deprecated=True)(view)
        documented.deprecation = told
        return cast("_View", documented)

    return decorate


def tell_deprecation(app: Flask) -> None:
    """Add the headers to all answers of deprecated routes, refusals included."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    view = current_app.view_functions.get(this_request().endpoint or "")
    told: _Deprecation | None = getattr(view, "deprecation", None)
    if told is not None:
        response.headers["Deprecation"] = f"@{int(told.since.timestamp())}"
        response.headers["Sunset"] = http_date(told.sunset)
        response.headers.add("Link", f'<{told.successor}>; rel="successor-version"')
    return response


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
