"""A request as it arrives, byte by byte, until it is complete.

Only as much of it is understood as says where it ends; the parser that comes after judges the rest.
"""

from __future__ import annotations

import re
import socket
from typing import Any

from service.errors import TooLargeError

_MAXIMUM_HEAD = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*0*(\d{1,18})(\d*)[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_FIRST_LINE = re.compile(rb"[^\r\n]* HTTP/1\.1\r\n")
_CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})[ \t]*(?:;[^\r\n]*)?")
_END_OF_LINE = b"\r\n"
_NOTHING = memoryview(b"")


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
        if self.is_too_large:
            return True
        if self._length is None:
            return self._chunks_ended
        return len(self.data) - self._body_at >= self._length

    @property
    def is_too_large(self) -> bool:
        """Whether the body is beyond the limit: what still comes of it is not waited for."""
        if self._body_at is None:
            return False
        length = len(self.data) - self._body_at if self._length is None else self._length
        return length > self._maximum_body

    @property
    def is_endless(self) -> bool:
        """Whether the head is longer than any that is read here."""
        return self._body_at is None and len(self.data) > _MAXIMUM_HEAD

    def _read_head(self, end: int) -> None:
        """Find out how long the body will be; the parser that comes after judges the rest."""
        head = bytes(self.data[: end + 2])
        self._body_at = self._chunk_at = end + len(_END_OF_HEAD)
        self.expects_continue = bool(_EXPECTS.search(head) and _FIRST_LINE.match(head))
        found = _LENGTH.search(head)
        if _CHUNKED.search(head):
            self._length = None
        elif found:
            self._length = self._maximum_body + 1 if found[2] else int(found[1])

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


class Received:
    """A socket from which nothing but what came is read, and that waits only when it must.

    Who answers a request says again and again how long the socket may wait, each time with a system
    call. Nothing is waited for: what is read is here, and what is sent mostly goes out at once. So
    the socket stays one that never waits, and is told otherwise when that is not enough.

    Parameters
    ----------
    connection
        The socket, which does not wait.
    data
        The request; kept until it is read.
    most
        Bytes that a body may have, if this one has more and did not come to its end.

    Raises
    ------
    TooLargeError
        When such a body is read beyond what came. In others nothing is there to be read, unless
        they say wrongly where they end: then the end is found. Nobody holds a thread by either.
    """

    def __init__(self, connection: socket.socket, data: bytearray, most: int | None) -> None:
        self._connection = connection
        self._data = memoryview(data)
        self._most = most
        self._seconds: float | None = None

    @property
    def is_cut_short(self) -> bool:
        """Whether the request goes on after what came."""
        return self._most is not None

    def recv(self, size: int) -> bytes:
        """Return what is here, and nothing after it."""
        if self._most is not None and not self._data:
            raise TooLargeError(self._most)
        part = bytes(self._data[:size])
        self._data = self._data[size:] if len(part) < len(self._data) else _NOTHING
        return part

    def rest(self) -> bytes:
        """Take what was not read."""
        rest, self._data = bytes(self._data), _NOTHING
        return rest

    def sendall(self, data: bytes) -> None:
        """Send at once, and what does not go out at once as the client takes it."""
        try:
            sent = self._connection.send(data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self._waiting().sendall(memoryview(data)[sent:])

    def gettimeout(self) -> float | None:
        """Return how long it may wait, in seconds."""
        return self._seconds

    def settimeout(self, seconds: float | None) -> None:
        """Say how long it may wait, in seconds; ``None`` is for ever."""
        self._seconds = seconds

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 the name and shape of a socket's own
        """Say that it may wait for ever, or not at all."""
        self._seconds = None if flag else 0.0

    def __getattr__(self, name: str) -> Any:
        """Return whatever else a socket can do."""
        return getattr(self._connection, name)

    def _waiting(self) -> socket.socket:
        self._connection.settimeout(self._seconds)
        return self._connection
