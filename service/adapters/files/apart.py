"""Read spreadsheets and SPSS files in a process of their own.

So web processes load none of the libraries that read them, and a file that is made to exhaust or
to crash its reader takes only that process with it. The file travels through pipes and touches no
disk.
"""

from __future__ import annotations

import resource
import subprocess
import sys

import orjson

from schemas.faults import UnreadableInputError
from service.adapters.files.tables import TABLE_READERS, Table

SECONDS = 60
"""Longest time to read a file."""

MEMORY = 4 * 1024**3
"""Address space of the process that reads, in bytes."""


def read_table_apart(ending: str, data: bytes) -> Table:
    """Read a file as :data:`service.adapters.files.tables.TABLE_READERS` do, in another process.

    Raises
    ------
    UnreadableInputError
        If it cannot be read, or not within the limits of time and memory.
    """
    command = [sys.executable, "-m", __name__, ending]
    try:
        finished = subprocess.run(  # noqa: S603 our own module, the ending is one of the table's
            command, input=data, capture_output=True, check=True, timeout=SECONDS
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        detail = f"The file could not be read as {ending}; save the data as CSV and try again."
        raise UnreadableInputError(detail) from None
    answer = orjson.loads(finished.stdout)
    if "unreadable" in answer:
        raise UnreadableInputError(answer["unreadable"])
    return answer["header"], answer["rows"]


def _main(ending: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        header, rows = TABLE_READERS[ending](sys.stdin.buffer.read())
        answer: dict[str, object] = {"header": header, "rows": rows}
    except UnreadableInputError as error:
        answer = {"unreadable": error.detail}
    sys.stdout.buffer.write(orjson.dumps(answer, default=str, option=orjson.OPT_SERIALIZE_NUMPY))


if __name__ == "__main__":
    _main(sys.argv[1])
