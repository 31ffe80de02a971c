"""A web process that waits for slow clients without holding a thread for each.

One thread leads: it reads all connections as their bytes come, into memory, and when a request has
arrived to its last byte it answers it at once, for to wake another thread would take as long. A
request that takes longer than some milliseconds keeps nobody waiting: its thread leads no more, and
another goes on with all other connections (see ``leadership``). Who sends a byte a second waits for
himself alone, and whose request is not complete after a minute is cut off.

gunicorn's own worker gives a thread to every connection at once (as many silent ones as there are
threads would keep all others out), and passes each request from thread to thread and back.
"""

from __future__ import annotations

import logging
import selectors
import socket
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn.http.body import Body, LengthReader
from gunicorn.http.errors import NoMoreData, ParseException
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn, ThreadWorker

from service.identifiers import uuid7
from service.processes.arrival import Arrival, Received
from service.processes.leadership import Leadership
from service.processes.shares import MOMENT_SECONDS, Share
from service.telemetry import log

REQUEST_SECONDS = 60.0
"""Within which a request must have arrived."""

_IDLE_SECONDS = 15.0
"""Within which its first byte must have."""

_WRITE_SECONDS = 60.0
"""How long a client may take to read a part of its answer."""

_PARTING_SECONDS = 5.0
"""How long a client may take to close a connection on which it was answered for the last time."""

_ROUND_SECONDS = 1.0
"""How often late clients are looked for, and the process that started this one hears of it."""

_STOPPING_SECONDS = 0.1
"""The same, when asked to stop."""

_MAXIMUM_WAITING = 256 * 1024 * 1024
"""Bytes of incomplete requests, altogether."""

_CHUNK = 256 * 1024
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class _Connection(TConn):  # type: ignore[misc]  # untyped there
    """A connection, and the request that arrives on it."""

    arrival: Arrival
    received: Received
    is_watched = False
    """Whether the poller knows of it."""
    is_parting = False
    """Whether it was answered for the last time, and what still comes is thrown away."""


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # untyped there
    """gunicorn's threaded worker, which answers a request when it is all there.

    Only the thread that leads touches the poller, the connections that wait and the counts.
    """

    maximum_body = 0
    share: Share
    """Both set before the worker starts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        settings = {name: setting.get() for name, setting in self.cfg.settings.items()}
        self.cfg.__dict__.update(settings)  # they are asked for twenty times a request
        self.keepalived_conns: set[_Connection] = set()
        self._threads = int(self.cfg.threads)
        self._keepalive = float(self.cfg.keepalive)
        self._leadership = Leadership()
        self._leading: Future[None] = Future()
        self._complete: deque[_Connection] = deque()
        self._answered: _Connection | None = None
        self._held_up = 0
        self._waiting_bytes = 0
        self._next_round = 0.0
        self._listens_at = 0.0
        self._stop_at: float | None = None

    # --- the first thread: watches who leads

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Have a thread that leads when all others are held up."""
        return ThreadPoolExecutor(max_workers=self._threads + 1)

    def run(self) -> None:
        """Appoint who leads, and another when one is held up; until all is over."""
        wakened = self.method_queue
        self.poller.register(wakened.fileno(), selectors.EVENT_READ, wakened.run_callbacks)
        self._appoint()
        told_at = 0.0
        while not self._leading.done():
            now = time.monotonic()
            if now >= told_at + _ROUND_SECONDS:
                told_at = now
                self.notify()
                self._end_with_parent()
            self._leadership.wait(_ROUND_SECONDS)
            if self._leadership.depose_if_held_up():
                self._replace()
        self._tidy_up()
        self._leading.result()

    def _appoint(self) -> None:
        self._leading = self.tpool.submit(self._lead, self._leadership.term)
        self._leading.add_done_callback(lambda _: self._leadership.wake())

    def _replace(self) -> None:
        """Let another thread go on with all connections but the one that is being answered."""
        self._held_up += 1
        if self._answered is not None:
            self._unwatch(self._answered)
        self._appoint()

    def _end_with_parent(self) -> None:
        if self.alive and not self.is_parent_alive():
            self.handle_exit(None, None)

    def handle_quit(self, sig: int, frame: Any) -> None:
        """End at once; see :meth:`gunicorn.workers.base.Worker.handle_quit`."""
        self._stop_at = 0.0
        self.alive = False
        self.method_queue.defer(_nothing)
        super().handle_quit(sig, frame)

    def _tidy_up(self) -> None:
        for connection in self.keepalived_conns:
            connection.close()
        self.tpool.shutdown(wait=False)
        self.poller.close()
        self.method_queue.close()
        for listener in self.sockets:
            listener.close()

    # --- the thread that leads

    def _lead(self, term: int) -> None:
        """Answer what is complete and look after the connections, in turn."""
        while self._goes_on():
            if not self._answer_complete(term):
                return
            for connection in self._complete:  # more than there are threads for
                self._unwatch(connection)
            self.set_accept_enabled(self._listens())
            self.wait_for_and_dispatch_events(self._patience())
            self._cut_off_late()

    def _listens(self) -> bool:
        """Whether new connections are taken now."""
        free = self.alive and self.nr_conns < self.worker_connections
        return free and time.monotonic() >= self._listens_at

    def _patience(self) -> float:
        """Say for how many seconds to wait for something to happen."""
        if not self.alive:
            return _STOPPING_SECONDS
        is_leaving_one = time.monotonic() < self._listens_at
        return MOMENT_SECONDS if is_leaving_one else _ROUND_SECONDS

    def _goes_on(self) -> bool:
        """Whether there is something to do; asked to stop, what is under way is still answered."""
        if self.alive:
            return True
        if self._stop_at is None:
            self._stop_at = time.monotonic() + self.cfg.graceful_timeout
            self.share.give_up()
            self._cap_keepalive(time.monotonic() + STOP_KEEPALIVE_LINGER)
        return self.nr_conns > 0 and time.monotonic() < self._stop_at

    def _cap_keepalive(self, deadline: float) -> None:
        """Wait no longer for those that have not begun a request."""
        for connection in self.keepalived_conns:
            if not connection.arrival.data:
                connection.timeout = min(connection.timeout, deadline)

    def _answer_complete(self, term: int) -> bool:
        """Answer request after request; whether this thread still leads."""
        while self._complete and self._held_up < self._threads:
            connection = self._answered = self._complete.popleft()
            self._leadership.answering()
            kept = self._answer(connection)
            if not self._leadership.still_leads(term):
                self.method_queue.defer(partial(self._finish_late, connection, kept=kept))
                return False
            self._finish(connection, kept=kept)
        return True

    def _answer(self, connection: _Connection) -> bool:
        """Answer a request; whether the connection is kept."""
        plain, connection.sock = connection.sock, connection.received
        try:
            kept = bool(self.handle(connection))
        except Exception:  # noqa: BLE001 the outermost door of a request
            log("incident", level=logging.ERROR, error=True, incident=str(uuid7()))
            kept = False
        connection.sock = plain
        return kept

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer, but do not wait for ever for a client that does not read."""
        conn.sock.settimeout(_WRITE_SECONDS)
        req._expected_100_continue = False  # noqa: SLF001 it was said while the body was awaited
        if conn.received.is_cut_short:
            req.force_close()
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: _Connection, keepalive: bool) -> bool:  # noqa: FBT001 gunicorn's
        """Whether the connection is kept; a body that was read to its end is not drained twice."""
        body = conn.parser.mesg.body
        reader = body.reader
        was_read = isinstance(reader, LengthReader) and reader.length == 0 and not body.failed
        kept = keepalive and (was_read or _is_drained(body))
        if kept:
            conn.parser.mesg = None  # or else the next request would look at this one again
        return kept

    def _finish_late(self, connection: _Connection, *, kept: bool) -> None:
        self._held_up -= 1
        self._finish(connection, kept=kept)

    def _finish(self, connection: _Connection, *, kept: bool) -> None:
        """Go on with what a client sent after the request that was answered, or wait for it."""
        if not kept:
            self._part(connection)
            return
        _never_wait(connection.sock)
        rest = connection.parser.unreader.take_buffered() + connection.received.rest()
        self._begin(connection)
        if rest:
            self._take(connection, rest)
        else:
            self._wait_for(connection)

    def _part(self, connection: _Connection) -> None:
        """Say that nothing more is coming, and give the client a moment to read that and close.

        Were its connection closed while it still sends, it would see that and not the answer (RFC
        9112, section 9.6).
        """
        try:
            _never_wait(connection.sock)
            connection.sock.shutdown(socket.SHUT_WR)
        except OSError:  # it is closed already
            self._close(connection)
            return
        self._begin(connection)
        connection.is_parting = True
        if self.alive:
            connection.timeout = time.monotonic() + _PARTING_SECONDS
        self._wait_for(connection)

    # --- connections

    def accept(self, listener: socket.socket) -> None:
        """Take a connection; its first request is often there already."""
        if self.share.leaves_next():
            self._listens_at = time.monotonic() + MOMENT_SECONDS
            return
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self._count(+1)
        connection = _Connection(self.cfg, client, address, listener.getsockname())
        self._begin(connection)
        self._receive(connection)

    def _begin(self, connection: _Connection) -> None:
        """Expect a new request."""
        connection.arrival = Arrival(self.maximum_body)
        patience = self._keepalive if self.alive else STOP_KEEPALIVE_LINGER
        connection.timeout = time.monotonic() + patience

    def _receive(self, connection: _Connection) -> None:
        try:
            data = connection.sock.recv(_CHUNK)
        except BlockingIOError:
            self._wait_for(connection)
            return
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
        elif not connection.is_parting:
            self._take(connection, data)

    def _take(self, connection: _Connection, data: bytes) -> None:
        """Take what came; answer what is complete, and drop what is too much."""
        arrival = connection.arrival
        if not arrival.data:
            connection.timeout = time.monotonic() + REQUEST_SECONDS
        arrival.add(data)
        self._waiting_bytes += len(data)
        if arrival.is_complete:
            self._forget(connection)
            self._hand_over(connection)
        elif arrival.is_endless or self._waiting_bytes > _MAXIMUM_WAITING:
            self._drop(connection)
        else:
            self._wait_for(connection)
            if arrival.expects_continue:
                arrival.expects_continue = False
                self._encourage(connection)

    def _encourage(self, connection: _Connection) -> None:
        try:
            connection.sock.send(_CONTINUE)
        except OSError:
            self._drop(connection)

    def _hand_over(self, connection: _Connection) -> None:
        connection.init()
        _never_wait(connection.sock)
        arrival = connection.arrival
        most = self.maximum_body if arrival.is_too_large else None
        connection.received = Received(connection.sock, arrival.data, most)
        del connection.arrival
        connection.parser.unreader.sock = connection.received
        connection.data_ready = True
        self._complete.append(connection)

    def _wait_for(self, connection: _Connection) -> None:
        self.keepalived_conns.add(connection)
        if not connection.is_watched:
            connection.is_watched = True
            call = partial(self._on_readable, connection)
            self.poller.register(connection.sock, selectors.EVENT_READ, call)

    def _on_readable(self, connection: _Connection, _: socket.socket) -> None:
        self._receive(connection)

    def _unwatch(self, connection: _Connection) -> None:
        if connection.is_watched:
            connection.is_watched = False
            self.poller.unregister(connection.sock)

    def _cut_off_late(self) -> None:
        """Cut off what is not there in time."""
        now = time.monotonic()
        if self.alive and now < self._next_round:
            return
        self._next_round = now + _ROUND_SECONDS
        for connection in [one for one in self.keepalived_conns if one.timeout < now]:
            self._drop(connection)

    def _forget(self, connection: _Connection) -> None:
        self.keepalived_conns.discard(connection)
        self._waiting_bytes -= len(connection.arrival.data)

    def _drop(self, connection: _Connection) -> None:
        self._forget(connection)
        self._close(connection)

    def _close(self, connection: _Connection) -> None:
        self._unwatch(connection)
        self._count(-1)
        connection.close()

    def _count(self, change: int) -> None:
        self.nr_conns += change
        if self.alive:
            self.share.hold(self.nr_conns)


def _is_drained(body: Body) -> bool:
    """Throw away what was not read of a body, which is here to its end unless it is malformed."""
    try:
        while body.read(_CHUNK):
            pass
    except (ParseException, NoMoreData):
        return False
    return not body.failed


def _never_wait(connection: socket.socket) -> None:
    if connection.gettimeout() != 0:
        connection.settimeout(0)


def _nothing() -> None:
    """Do nothing: to be deferred wakes the one who leads."""
