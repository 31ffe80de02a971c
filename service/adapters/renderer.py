"""Reports and figures, made in a process of its own: web processes never load Matplotlib.

A server with the libraries loaded is started at the first report; each report is a fork of it
(milliseconds), one at a time for each web process. What was made is kept for a while: a finished
analysis does not change.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext

from service.errors import ConflictError, UnavailableError
from service.reports.disclosure import DisclosureError
from service.reports.figures.names import FigureName
from service.reports.record import ReportRecord

_PRELOADED = "service.reports.render"
_WAITING = 3
"""Requests of a web process that may wait while it renders; the others get 503 at once."""


_OTHERS = "Other reports are being rendered; try again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be made of an analysis.

    Attributes
    ----------
    form
        ``html`` or ``docx``; with a figure ``svg`` or ``png``.
    figure
        Which figure alone; ``None`` for the whole report.
    """

    form: str
    figure: FigureName | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The file; ``None`` where the analysis has nothing to draw there."""

    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """It would tell of few persons."""

    reason: str


class Renderer:
    """Makes reports in processes of their own and keeps the latest.

    Parameters
    ----------
    seconds
        Longest time for one, waiting included.
    kept_bytes
        How much is kept.
    """

    def __init__(self, *, seconds: float = 60.0, kept_bytes: int = 32 << 20) -> None:
        self._seconds = seconds
        self._busy = threading.Lock()
        self._places = threading.BoundedSemaphore(1 + _WAITING)
        self._kept = _Kept(kept_bytes)

    def render(self, record: ReportRecord, wanted: Wanted) -> bytes | None:
        """Make a report or a figure, or return what was made before.

        Raises
        ------
        ConflictError
            If the document would tell of 10 persons or fewer.
        UnavailableError
            If it took too long, or its process ended.
        """
        key = (record.id, record.audience, wanted)
        kept = None if record.id is None else self._kept.find(key)
        if kept is None:
            kept = self._in_turn(record, wanted)
            if record.id is not None:
                self._kept.keep(key, kept)
        return kept.content

    def _in_turn(self, record: ReportRecord, wanted: Wanted) -> Made:
        if not self._places.acquire(blocking=False):
            raise UnavailableError(_OTHERS)
        try:
            if not self._busy.acquire(timeout=self._seconds):
                raise UnavailableError(_OTHERS)
            try:
                return self._make(record, wanted)
            finally:
                self._busy.release()
        finally:
            self._places.release()

    def _make(self, record: ReportRecord, wanted: Wanted) -> Made:
        ours, theirs = _context().Pipe(duplex=False)
        process = _context().Process(target=_run, args=(record, wanted, theirs), daemon=True)
        process.start()
        theirs.close()
        try:
            answer = ours.recv() if ours.poll(self._seconds) else None
        except EOFError:
            answer = None
        finally:
            process.kill()
            process.join()
            ours.close()
        match answer:
            case Made():
                return answer
            case Withheld():
                raise ConflictError(answer.reason)
        raise UnavailableError("The report could not be written in time; try again.")


class _Kept:
    """What was made lately, up to a number of bytes; the longest unused goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._made: OrderedDict[object, Made] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: object) -> Made | None:
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
            return found

    def keep(self, key: object, made: Made) -> None:
        with self._lock:
            if key in self._made:
                return
            self._made[key] = made
            self._size += len(made.content or b"")
            while self._size > self._most:
                _, oldest = self._made.popitem(last=False)
                self._size -= len(oldest.content or b"")


@cache
def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload([_PRELOADED])
    return context


def _run(record: ReportRecord, wanted: Wanted, connection: Connection) -> None:
    """Make it, in the process of its own."""
    from service.reports.render import Format, render_figure, render_report

    try:
        if wanted.figure is None:
            made = render_report(record, Format(wanted.form))
        else:
            made = render_figure(record, wanted.figure, wanted.form)  # type: ignore[assignment]
        connection.send(Made(content=made))
    except DisclosureError as error:
        connection.send(Withheld(reason=str(error)))
    connection.close()
