"""Read responses from a file: CSV, Excel, SPSS, JSON or NDJSON; the ending decides."""

from __future__ import annotations

from pathlib import Path, PurePath

from psychometrics.instrument import Instrument
from schemas.faults import UnreadableInputError
from schemas.responses.block import ResponseBlock
from schemas.responses.csv import parse_csv
from schemas.responses.document import load_batch, parse_json, parse_ndjson
from schemas.responses.table import load_table
from service.adapters.files.apart import read_table_apart
from service.adapters.files.tables import TABLE_READERS, Table

ENDINGS = (".csv", ".xlsx", ".sav", ".json", ".ndjson", ".jsonl")


def read_responses(path: Path, instrument: Instrument) -> ResponseBlock:
    """Read a file of responses to an instrument.

    Raises
    ------
    UnreadableInputError
        If there is no such file, its ending is not known, or it cannot be read.
    RefusedInputError
        If it can be read but is refused.
    """
    ending = _ending(path)
    if not path.is_file():
        raise UnreadableInputError("There is no such file.")
    data = path.read_bytes()
    if ending in TABLE_READERS:
        return load_table(*TABLE_READERS[ending](data), instrument)
    return _read_text(ending, data, instrument)


def read_uploaded_table(name: str, data: bytes) -> Table:
    """Read a table that came over the network; loads no heavy library into this process.

    Parameters
    ----------
    name
        The file's name; only its ending is looked at.
    data
        Its content.

    Raises
    ------
    UnreadableInputError
        If it is none of CSV, Excel and SPSS, or cannot be read.
    """
    ending = PurePath(name).suffix.lower()
    if ending == ".csv":
        return parse_csv(data)
    if ending in TABLE_READERS:
        return read_table_apart(ending, data)
    endings = ", ".join([".csv", *TABLE_READERS])
    raise UnreadableInputError(f"The file's ending must be one of {endings}.")


def _ending(path: Path) -> str:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise UnreadableInputError(f"The file's ending must be one of {', '.join(ENDINGS)}.")
    return ending


def _read_text(ending: str, data: bytes, instrument: Instrument) -> ResponseBlock:
    if ending == ".csv":
        header, rows = parse_csv(data)
        return load_table(header, rows, instrument)
    if ending == ".json":
        return load_batch(parse_json(data).get("responses"), instrument)
    return load_batch(parse_ndjson(data), instrument)
