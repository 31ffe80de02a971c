"""A web process that waits for slow clients without holding a thread for each.

Threads are few. A request gets one when it has arrived to its last byte; until then one loop reads
all connections as their bytes come, into memory. Who sends a byte a second waits for himself alone,
and whose request is not complete after a minute is cut off. (gunicorn's own worker gives a thread
to every connection at once: as many silent ones as there are threads would keep all others out.)
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

REQUEST_SECONDS = 60.0
"""Within which a request must have arrived."""

_IDLE_SECONDS = 15.0
"""Within which its first byte must have."""

_WRITE_SECONDS = 60.0
"""How long a client may take to read a part of its answer."""

_MAXIMUM_HEAD = 64 * 1024
_MAXIMUM_WAITING = 256 * 1024 * 1024
"""Bytes of incomplete requests, altogether."""

_CHUNK = 256 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?")
_END_OF_LINE = b"\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Arrival:
    """A request as it arrives.

    Parameters
    ----------
    maximum_body
        Bodies beyond this are not waited for: they will be refused unread.
    """

    def __init__(self, maximum_body: int) -> None:
        self.data = bytearray()
        self.expects_continue = False
        self._maximum_body = maximum_body
        self._body_at: int | None = None
        self._length: int | None = 0
        self._chunk_at = 0
        self._chunks_ended = False

    def add(self, data: bytes) -> None:
        """Take what came."""
        searched = max(0, len(self.data) - len(_END_OF_HEAD) + 1)
        self.data += data
        if self._body_at is None:
            end = self.data.find(_END_OF_HEAD, searched)
            if end >= 0:
                self._read_head(end)
        if self._length is None and not self._chunks_ended:
            self._chunks_ended = self._walk_chunks()

    @property
    def is_complete(self) -> bool:
        """Whether nothing more is to be waited for."""
        if self._body_at is None:
            return False
        if self._length is None:
            return self._chunks_ended or len(self.data) - self._body_at > self._maximum_body
        return self._length > self._maximum_body or len(self.data) - self._body_at >= self._length

    @property
    def is_endless(self) -> bool:
        """Whether the head is longer than any that is read here."""
        return self._body_at is None and len(self.data) > _MAXIMUM_HEAD

    def _read_head(self, end: int) -> None:
        """Find out how long the body will be; the parser that comes after judges the rest."""
        head = bytes(self.data[: end + 2])
        self._body_at = self._chunk_at = end + len(_END_OF_HEAD)
        self.expects_continue = bool(_EXPECTS.search(head))
        found = _LENGTH.search(head)
        if _CHUNKED.search(head):
            self._length = None
        elif found:
            self._length = int(found[1])

    def _walk_chunks(self) -> bool:
        """Go on from chunk to chunk, and say whether the last one is there (RFC 9112, section 7.1).

        What is no chunk counts as the last one: the parser that comes after refuses it.
        """
        while (end := self.data.find(_END_OF_LINE, self._chunk_at)) >= 0:
            size = _CHUNK_SIZE.fullmatch(self.data, self._chunk_at, end)
            if size is None:
                return True
            if int(size[1], 16) == 0:
                return self.data.find(_END_OF_HEAD, end) >= 0
            after = end + int(size[1], 16) + 2 * len(_END_OF_LINE)
            if len(self.data) < after:
                return False
            self._chunk_at = after
        return False


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # untyped there
    """gunicorn's threaded worker, which hands a request to a thread when it is all there."""

    maximum_body = 0
    """Set before the worker starts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting_bytes = 0

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, and wait for its first request."""
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        connection = TConn(self.cfg, client, address, listener.getsockname())
        self._begin(connection)

    def on_client_socket_readable(self, conn: Any, client: socket.socket) -> None:
        """Wait for the next request of a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._begin(conn)

    def finish_request(self, conn: Any, fs: Future[Any]) -> None:
        """Go on with what a client sent after the request that was answered."""
        kept = not fs.cancelled() and fs.exception() is None and fs.result()
        rest = conn.parser.unreader.take_buffered() + conn.received.rest() if kept else b""
        if not rest:
            super().finish_request(conn, fs)
            return
        self._begin(conn, rest)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer, but do not wait for ever for a client that does not read."""
        conn.sock.settimeout(_WRITE_SECONDS)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Cut off what is not complete in time."""
        now = time.monotonic()
        for conn in [conn for conn in self.pending_conns if conn.timeout < now]:
            self._drop(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When stopping, wait no longer for those that have not begun a request."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            if not conn.arrival.data:
                conn.timeout = min(conn.timeout, deadline)

    def _begin(self, conn: Any, data: bytes = b"") -> None:
        """Take a new request; most are here in one piece and need not be waited for."""
        conn.sock.settimeout(0)
        conn.arrival = Arrival(self.maximum_body)
        if not data:
            try:
                data = conn.sock.recv(_CHUNK)
            except BlockingIOError:
                self._wait_for(conn)
                return
            except OSError:
                data = b""
            if not data:
                self._close(conn)
                return
        conn.arrival.add(data)
        if conn.arrival.is_complete:
            self._hand_over(conn)
            return
        self._wait_for(conn)
        conn.timeout = time.monotonic() + REQUEST_SECONDS
        self._waiting_bytes += len(data)
        self._judge(conn)

    def _wait_for(self, conn: Any) -> None:
        conn.timeout = time.monotonic() + _IDLE_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_readable, conn))

    def _on_readable(self, conn: Any, _: socket.socket) -> None:
        self._receive(conn)

    def _receive(self, conn: Any) -> None:
        try:
            data = conn.sock.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._arrived(conn, data)
        else:
            self._drop(conn)

    def _arrived(self, conn: Any, data: bytes) -> None:
        if not conn.arrival.data:
            conn.timeout = time.monotonic() + REQUEST_SECONDS
        conn.arrival.add(data)
        self._waiting_bytes += len(data)
        self._judge(conn)

    def _judge(self, conn: Any) -> None:
        """Answer what is complete, and drop what is too much."""
        arrival: Arrival = conn.arrival
        if arrival.is_complete:
            self._forget(conn)
            self._hand_over(conn)
        elif arrival.is_endless or self._waiting_bytes > _MAXIMUM_WAITING:
            self._drop(conn)
        elif arrival.expects_continue:
            arrival.expects_continue = False
            self._encourage(conn)

    def _encourage(self, conn: Any) -> None:
        try:
            conn.sock.send(_CONTINUE)
        except OSError:
            self._drop(conn)

    def _hand_over(self, conn: Any) -> None:
        conn.init()
        conn.received = _Received(conn.sock, bytes(conn.arrival.data))
        conn.arrival = None
        conn.parser.unreader.sock = conn.received
        conn.data_ready = True
        self.enqueue_req(conn)

    def _forget(self, conn: Any) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        self._waiting_bytes -= len(conn.arrival.data)

    def _drop(self, conn: Any) -> None:
        self._forget(conn)
        self._close(conn)

    def _close(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()


class _Received:
    """A socket whose first bytes are here already."""

    def __init__(self, connection: socket.socket, data: bytes) -> None:
        self._connection = connection
        self._data = data
        self._at = 0

    def recv(self, size: int) -> bytes:
        """Return what is here; after it, what comes."""
        if self._at >= len(self._data):
            return self._connection.recv(size)
        part = self._data[self._at : self._at + size]
        self._at += len(part)
        return part

    def rest(self) -> bytes:
        """Take what was not read."""
        rest, self._at = self._data[self._at :], len(self._data)
        return rest

    def gettimeout(self) -> float | None:
        """Return the connection's own."""
        return self._connection.gettimeout()

    def settimeout(self, seconds: float | None) -> None:
        """Set the connection's own."""
        self._connection.settimeout(seconds)
