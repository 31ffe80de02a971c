"""Read a file in a process of its own, within limits.

Web processes load none of the libraries that read files, and a file that is made to exhaust or to
crash its reader takes only that process with it. The file travels through pipes and touches no
disk; the process sees no credentials; what it answers is read up to a limit.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

import orjson

from schemas.definition import kept_definition
from schemas.file_mapping import load_mapping
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError
from service.errors import UnavailableError
from service.file_reader.file_reading import FileReading, finished, packed, unpacked
from service.file_reader.persons import Pseudonym, numbered_pseudonym

SECONDS = 40
"""Longest time to read a file, by the clock."""

PROCESSOR_SECONDS = 12
"""Longest time of computing."""

MEMORY = 1024**3
"""Address space of the process that reads, in bytes."""

MAXIMUM_ANSWER = 64 * 1024**2
"""Bytes that a reading may come to."""

PLACES = 2
"""Files that are read at the same time for one web process."""

PATIENCE = 20
"""Seconds that a file waits for its place."""

_PLACES = threading.BoundedSemaphore(PLACES)
_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_CHUNK = 1024 * 1024
_SMALL = 5_000_000
"""Bytes of a file up to which further forms are tried."""
_TOO_LARGE = "The file is too large or too deeply packed to be read; save the data as CSV."


def read_apart(
    name: str,
    file: BinaryIO,
    definition: Mapping[str, Any],
    mapping: Mapping[str, Any] | None = None,
    *,
    with_answers: bool = True,
    maximum_rows: int | None = None,
    key: str | None = None,
    other_forms: Sequence[Mapping[str, Any]] = (),
) -> FileReading:
    """Read a file in another process.

    Parameters
    ----------
    name
        Its name; only the ending is looked at.
    file
        Its content, at its beginning.
    definition
        The form's definition.
    mapping
        What was said of its columns.
    with_answers
        Whether the answers are wanted, or only what was understood.
    maximum_rows
        More responses are refused.
    key
        Makes pseudonyms; of this tenant alone.
    other_forms
        Definitions that are tried where questions are open; the ids of those that would fit stand
        in the document as ``fitting_forms``.

    Raises
    ------
    UnreadableInputError, RefusedInputError
        As :func:`service.file_reader.reading.read_file`, and if a limit is met.
    UnavailableError
        If as many files as allowed are being read already.
    """
    asked = orjson.dumps(
        {
            "name": name[-200:],
            "definition": definition,
            "mapping": mapping or {},
            "with_answers": with_answers,
            "maximum_rows": maximum_rows,
            "key": key,
            "other_forms": other_forms,
        }
    )
    with _a_place(), _process() as process:
        writer = threading.Thread(target=_send, args=(process, asked, file), daemon=True)
        writer.start()
        answer = _receive(process)
        writer.join()
    return _understood(answer)


@contextmanager
def _a_place() -> Iterator[None]:
    if not _PLACES.acquire(timeout=PATIENCE):
        raise UnavailableError("Several files are being read at this moment; try again shortly.")
    try:
        yield
    finally:
        _PLACES.release()


@contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(  # noqa: S603 our own module
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    ender = threading.Timer(SECONDS, process.kill)
    ender.start()
    try:
        yield process
    finally:
        ender.cancel()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


def _send(process: subprocess.Popen[bytes], asked: bytes, file: BinaryIO) -> None:
    assert process.stdin is not None  # noqa: S101 it was asked for
    with suppress(OSError, ValueError):
        process.stdin.write(len(asked).to_bytes(8, "big") + asked)
        while chunk := file.read(_CHUNK):
            process.stdin.write(chunk)
        process.stdin.close()


def _receive(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None  # noqa: S101 it was asked for
    parts, length = [], 0
    while chunk := process.stdout.read(_CHUNK):
        parts.append(chunk)
        length += len(chunk)
        if length > MAXIMUM_ANSWER:
            raise UnreadableInputError(_TOO_LARGE)
    if process.wait() != 0 or not length:
        raise UnreadableInputError(_TOO_LARGE)
    return b"".join(parts)


def _understood(answer: bytes) -> FileReading:
    if answer[:1] == b"+":
        return unpacked(answer[1:])
    said = orjson.loads(answer[1:])
    if "unreadable" in said:
        raise UnreadableInputError(said["unreadable"])
    raise RefusedInputError(Fault(**one) for one in said["faults"])


def _read(asked: Mapping[str, Any], data: bytes) -> bytes:
    from service.file_reader.reading import read_file

    instrument = kept_definition(asked["definition"]).instrument
    mapping = load_mapping(asked["mapping"], instrument)
    reading = finished(
        read_file(asked["name"], data, instrument, mapping, _pseudonym(asked["key"]))
    )
    if reading.questions and len(data) <= _SMALL:
        reading.document["fitting_forms"] = _fitting_forms(asked, data)
    limit = asked["maximum_rows"]
    if limit is not None and reading.block is not None and len(reading.block) > limit:
        raise UnreadableInputError(f"At most {limit} responses are read at once; split the file.")
    return packed(reading, with_answers=asked["with_answers"])


def _fitting_forms(asked: Mapping[str, Any], data: bytes) -> list[str]:
    """Find further forms as whose answers the file is read without a question."""
    from service.file_reader.reading import read_file

    fitting = []
    for document in asked["other_forms"]:
        instrument = kept_definition(document).instrument
        try:
            reading = read_file(asked["name"], data, instrument)
        except (UnreadableInputError, RefusedInputError):
            continue
        if not reading.questions:
            fitting.append(instrument.id)
    return fitting


def _pseudonym(key: str | None) -> Pseudonym:
    import hashlib
    import hmac

    if key is None:
        return numbered_pseudonym

    def keyed(value: str, _: int) -> str:
        return "p-" + hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()[:20]

    return keyed


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS + 1))
    source = sys.stdin.buffer
    asked = orjson.loads(source.read(int.from_bytes(source.read(8), "big")))
    try:
        answer = b"+" + _read(asked, source.read())
    except UnreadableInputError as error:
        answer = b"-" + orjson.dumps({"unreadable": error.detail})
    except RefusedInputError as error:
        faults = [
            {"pointer": one.pointer, "code": one.code, "detail": one.detail} for one in error.faults
        ]
        answer = b"-" + orjson.dumps({"faults": faults})
    except MemoryError:
        answer = b"-" + orjson.dumps({"unreadable": _TOO_LARGE})
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    _main()
