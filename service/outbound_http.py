"""Requests that the service itself makes: to listed hosts, at addresses that were checked.

Whoever registers an address must not make the service talk to its own network (SSRF). So the host
must be on a list; its name is resolved once, every address it has must be public, and the
connection goes to an address that was checked, never to the name again (DNS rebinding). Redirects
are not followed, proxies of the environment are not used, and time and size are bounded. Hosts that
are listed as private may have private addresses and may be reached without TLS.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0
"""For the whole exchange, once the name is resolved."""

MAXIMUM_BODY = 65_536
_MAXIMUM_ADDRESS = 500
_PORTS: Mapping[str, int] = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host."""


class OutboundError(Exception):
    """A request that is not made, or that got no usable answer.

    Parameters
    ----------
    reason
        A few words that say why, without any part of an answer.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    Attributes
    ----------
    status
        HTTP status.
    body
        At most ``MAXIMUM_BODY`` bytes.
    """

    status: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedHosts:
    """Where requests may go.

    Attributes
    ----------
    listed
        Hosts as ``host`` or ``host:port``; without a port, that of the scheme is meant.
    private
        Those of them that may have private addresses, and do without TLS.
    """

    listed: frozenset[str]
    private: frozenset[str]

    def check(self, url: str) -> SplitResult:
        """Check an address without asking the network.

        Raises
        ------
        OutboundError
            Naming the rule that it breaks.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            raise OutboundError("the address cannot be read") from None
        if len(url) > _MAXIMUM_ADDRESS or not url.isascii() or not url.isprintable() or " " in url:
            raise OutboundError(
                f"the address must have at most {_MAXIMUM_ADDRESS} ASCII characters"
            )
        if (
            parts.scheme not in _PORTS
            or not parts.hostname
            or "@" in parts.netloc
            or parts.fragment
        ):
            raise OutboundError("the address must be https://host/path, without user or fragment")
        names = {f"{parts.hostname}:{port}"}
        if port == _PORTS[parts.scheme]:
            names.add(parts.hostname)
        if not names & self.listed:
            raise OutboundError("the host is not on the list of allowed hosts")
        if parts.scheme == "http" and not names & self.private:
            raise OutboundError("the address must begin with https://")
        return parts

    def may_be_private(self, parts: SplitResult) -> bool:
        """Whether a host may have private addresses."""
        port = parts.port or _PORTS[parts.scheme]
        return bool({f"{parts.hostname}:{port}", parts.hostname} & self.private)


def send(
    url: str,
    hosts: AllowedHosts,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    resolve: Resolve | None = None,
) -> Answer:
    """Make one request.

    Parameters
    ----------
    url
        Where to.
    hosts
        Where requests may go.
    method, body, headers
        What is sent.
    seconds
        How long it may take.
    resolve
        Finds the addresses of a host; the system's resolver unless given.

    Raises
    ------
    OutboundError
        If it is not allowed, or there is no whole answer in time. A redirect is one.
    """
    parts = hosts.check(url)
    host, port = str(parts.hostname), parts.port or _PORTS[parts.scheme]
    addresses = (resolve or _resolve)(host, port)
    if not hosts.may_be_private(parts) and not all(map(is_public, addresses)):
        raise OutboundError("the host has a private address")
    connection = _connection(parts.scheme, host, port, addresses, seconds)
    watchdog = threading.Timer(seconds, connection.give_up)
    watchdog.daemon = True
    watchdog.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        text = answer.read(MAXIMUM_BODY + 1)
    except (OSError, http.client.HTTPException, ValueError):
        raise OutboundError(
            "the host did not answer in time" if connection.gave_up else "the connection failed"
        ) from None
    finally:
        watchdog.cancel()
        connection.close()
    if connection.gave_up:
        raise OutboundError("the host did not answer in time")
    if 300 <= answer.status < 400:
        raise OutboundError("the host redirects, and redirects are not followed")
    if len(text) > MAXIMUM_BODY:
        raise OutboundError(f"the answer has more than {MAXIMUM_BODY} bytes")
    return Answer(status=answer.status, body=text)


def is_public(address: str) -> bool:
    """Whether an address belongs to the public internet, whatever it is wrapped in."""
    found: _Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        found = inner or found
    return found.is_global and not found.is_multicast


def _resolve(host: str, port: int) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise OutboundError("the host has no address") from None
    return [str(one[4][0]) for one in found]


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was checked; TLS and ``Host`` still name the host."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        addresses: Sequence[str],
        seconds: float,
        tls: ssl.SSLContext | None,
    ) -> None:
        super().__init__(host, port, timeout=seconds)
        self.default_port = _PORTS["https" if tls else "http"]  # leaves the port out of `Host`
        self._addresses = addresses
        self._seconds = seconds
        self._tls = tls
        self._open: socket.socket | None = None  # the library forgets it before the body is read
        self.gave_up = False

    def connect(self) -> None:
        """Connect to the first of the addresses that answers."""
        self.sock = self._open = self._first()
        if self._tls is not None:
            secured = self._tls.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = self._open = secured
            secured.do_handshake()
        if self.gave_up:
            raise TimeoutError

    def _first(self) -> socket.socket:
        for address in self._addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection((address, self.port), self._seconds)
        return socket.create_connection((self._addresses[-1], self.port), self._seconds)

    def give_up(self) -> None:
        """End whatever is under way; a host that sends a byte a second would go on for ever."""
        self.gave_up = True
        if self._open is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._open, socket.SHUT_RDWR)


def _connection(
    scheme: str, host: str, port: int, addresses: Sequence[str], seconds: float
) -> _Connection:
    tls = ssl.create_default_context() if scheme == "https" else None
    return _Connection(host, port, addresses=addresses, seconds=seconds, tls=tls)


def are_hosts(names: Collection[str]) -> bool:
    """Whether all names are hosts, perhaps with a port."""
    return not any(set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789.:-[]") for name in names)
