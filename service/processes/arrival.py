"""A request as it arrives, byte by byte, until it is complete.

Only as much of it is understood as says where it ends; the parser that comes after judges the rest.
"""

from __future__ import annotations

import re
import socket

_MAXIMUM_HEAD = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
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


class Received:
    """A socket whose first bytes are here already; they are kept until they are read.

    Parameters
    ----------
    connection
        The socket.
    data
        What came.
    """

    def __init__(self, connection: socket.socket, data: bytearray) -> None:
        self._connection = connection
        self._data = memoryview(data)

    def recv(self, size: int) -> bytes:
        """Return what is here; after it, what comes."""
        if not self._data:
            return self._connection.recv(size)
        part = bytes(self._data[:size])
        self._data = self._data[size:] if len(part) < len(self._data) else _NOTHING
        return part

    def rest(self) -> bytes:
        """Take what was not read."""
        rest, self._data = bytes(self._data), _NOTHING
        return rest

    def gettimeout(self) -> float | None:
        """Return the connection's own."""
        return self._connection.gettimeout()

    def settimeout(self, seconds: float | None) -> None:
        """Set the connection's own."""
        self._connection.settimeout(seconds)
