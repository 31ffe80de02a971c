"""How often a caller may ask, and an address may fail to prove who it is."""

from __future__ import annotations

import ipaddress
import math

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from service.container import Services
from service.errors import TooManyRequestsError, UnauthenticatedError
from service.rates import Verdict
from service.records import Caller
from service.request_logging import this_g
from service.web.security_headers import Header

_NETWORK_BITS = 64
"""Of an IPv6 address; the rest is at the choice of whoever has the network."""


def show_rates(app: Flask, trusted_proxies: int) -> None:
    """Tell each caller how its rate stands, and find addresses behind proxies.

    The fields are those of draft-ietf-httpapi-ratelimit-headers-06.
    """
    if trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask documents it
            app.wsgi_app, x_for=trusted_proxies, x_proto=trusted_proxies, x_host=0
        )

    @app.after_request
    def show(response: Response) -> Response:
        verdict: Verdict | None = this_g().get("rate")
        if verdict is not None:
            response.headers.extend(_rate_headers(verdict))
        return response


def _rate_headers(verdict: Verdict) -> tuple[Header, ...]:
    """Write how a rate stands."""
    return (
        ("RateLimit-Limit", str(verdict.limit)),
        ("RateLimit-Remaining", str(verdict.remaining)),
        ("RateLimit-Reset", str(math.ceil(verdict.full_in))),
    )


def authenticate(services: Services, presented: str | None) -> Caller:
    """Check what was presented; who fails too often is not heard for a while.

    A secret that was found valid before is heard from any address, so that nobody is locked out by
    a neighbour's mistakes. A request without credentials is no attempt.

    Raises
    ------
    UnauthenticatedError
        If it is not valid.
    TooManyRequestsError
        If too many attempts from this address failed.
    """
    known = services.authenticator.remembered(presented)
    if known is not None:
        return known
    if presented is not None and not services.authenticator.knows(presented):
        refuse_after_failures(services)
    try:
        return services.authenticator.check(presented)
    except UnauthenticatedError:
        if presented is not None:
            count_failure(services)
        raise


def refuse_after_failures(services: Services) -> None:
    """Do not listen to an address from which too many attempts failed.

    Raises
    ------
    TooManyRequestsError
        If that is so.
    """
    per_minute = services.config.failed_attempts
    verdict = services.rates.peek(_failures(), per_minute) if per_minute else None
    if verdict is not None and not verdict.allowed:
        detail = "Too many attempts from this address failed; try again later."
        raise TooManyRequestsError(detail, retry_after=verdict.retry_after)


def count_failure(services: Services) -> None:
    """Count an attempt that failed."""
    if services.config.failed_attempts:
        services.rates.take(_failures(), services.config.failed_attempts)


def limit_rate(services: Services, caller: Caller) -> None:
    """Count a request of a caller.

    Raises
    ------
    TooManyRequestsError
        If it has used up its rate.
    """
    per_minute = services.config.requests_per_minute
    if not per_minute:
        return
    verdict = g.rate = services.rates.take(f"caller {caller.id}", per_minute)
    if not verdict.allowed:
        detail = f"At most {verdict.limit} requests a minute are answered for one key or client."
        raise TooManyRequestsError(detail, retry_after=verdict.retry_after)


def _failures() -> str:
    """Name the bucket of failures from where this request comes; of IPv6 from its network."""
    given = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return f"failures {given}"
    if isinstance(address, ipaddress.IPv4Address):
        return f"failures {given}"
    return f"failures {ipaddress.ip_network((address, _NETWORK_BITS), strict=False)}"
