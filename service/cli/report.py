"""``alliance report``: the validity report of a file, without a server."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from schemas.definition import Definition
from schemas.validation_errors import Fault, RefusedInputError
from service.cli.inputs import declare_file, read_file, read_options
from service.cli.progress import ProgressLine
from service.errors import ConflictError
from service.reports.disclosure import DisclosureError
from service.reports.disclosure_filter import looked_through, released_script
from service.reports.json import report_json
from service.reports.record import Audience, ReportedSample, ReportRecord
from service.use_cases.analyse_file import analyse_block
from service.use_cases.analysis_registry import KINDS
from service.use_cases.write_report import made_for


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    declare_file(parser)
    parser.add_argument("--group", metavar="COLUMN", help="the column of groups to compare")
    parser.add_argument(
        "--options", default="{}", metavar="JSON", help="options of `validity`, as in the API"
    )
    parser.add_argument(
        "--public",
        action="store_true",
        help="to be handed on: no count of 1 to 10 of people is shown or follows from what is",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=f"where to write; its ending says what: {', '.join(FORMATS)}",
    )


def run(arguments: argparse.Namespace) -> None:
    """Analyse the file and write the report."""
    write = _format(arguments.out)
    options = read_options(arguments.options)
    if arguments.group is not None:
        options = {**options, "group": arguments.group}
    kind = KINDS["validity"]
    kind.load_options(options)
    definition, reading = read_file(arguments, is_judged=True)
    block = reading.responses()
    with ProgressLine() as progress:
        answer = analyse_block(kind, definition, block, options, progress)
    record = _record(definition, arguments.file, options, answer["result"])
    audience = Audience.PUBLIC if arguments.public else Audience.OWNER
    if audience is Audience.OWNER:  # how a file was read counts its rows
        record = replace(record, reading=reading.result)
    _write(arguments.out, write(made_for(record, audience)))


def _record(
    definition: Definition, file: Path | str, options: Mapping[str, Any], result: Mapping[str, Any]
) -> ReportRecord:
    return ReportRecord(
        id=None,
        created_at=None,
        definition=definition.document,
        sha256=definition.sha256,
        samples=(ReportedSample(name=Path(file).name),),
        options=options,
        result=result,
    )


def _html(record: ReportRecord) -> bytes:
    return _drawn(record, "html")


def _docx(record: ReportRecord) -> bytes:
    return _drawn(record, "docx")


def _drawn(record: ReportRecord, form: str) -> bytes:
    """Write a format that has figures; Matplotlib is loaded here and by no other command."""
    from service.reports.render import Format, render_report

    try:
        return render_report(record, Format(form))
    except DisclosureError as error:
        raise ConflictError(str(error)) from None


def _json(record: ReportRecord) -> bytes:
    return orjson.dumps(
        report_json(looked_through(record)), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    )


def _r(record: ReportRecord) -> bytes:
    try:
        return released_script(record).encode()
    except DisclosureError as error:
        raise ConflictError(str(error)) from None


FORMATS: Mapping[str, Callable[[ReportRecord], bytes]] = {
    ".html": _html,
    ".docx": _docx,
    ".json": _json,
    ".R": _r,
}
"""By the ending of the file that is written."""


def _format(out: Path) -> Callable[[ReportRecord], bytes]:
    """Choose the format, and see that the file can be written, before anything is computed."""
    if out.suffix not in FORMATS:
        detail = f"Must end in one of {', '.join(FORMATS)}."
        raise RefusedInputError([Fault(pointer="/out", code="ending", detail=detail)])
    if not out.parent.is_dir() or out.is_dir():
        detail = "Its folder must exist, and it must not be a folder itself."
        raise RefusedInputError([Fault(pointer="/out", code="place", detail=detail)])
    return FORMATS[out.suffix]


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        detail = f"Cannot be written: {error.strerror or 'no reason is known'}."
        raise RefusedInputError([Fault(pointer="/out", code="place", detail=detail)]) from None
