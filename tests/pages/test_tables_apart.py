"""Files are read in a process of their own, within limits."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from schemas.definition import Definition
from schemas.validation_errors import UnreadableInputError
from service.errors import UnavailableError
from service.file_reader import limits, subprocess_reader, workbooks
from service.file_reader.file_reading import FileReading
from service.file_reader.subprocess_reader import read_apart
from service.file_reader.workbooks import read_workbook
from tests.pages.visiting import as_excel, table


def read(name: str, content: bytes, definition: Definition) -> FileReading:
    return read_apart(name, io.BytesIO(content), definition.document)


def test_answers_come_back_as_they_are(wai_sr: Definition, data: Path) -> None:
    file = data / "files" / "canonical" / "data.csv"
    reading = read("a.csv", file.read_bytes(), wai_sr)
    lines = [line.split(",")[2:14] for line in file.read_text().splitlines()[1:]]
    expected = np.array([[float(cell) if cell else np.nan for cell in line] for line in lines])
    np.testing.assert_array_equal(reading.responses().answers, expected)


def test_a_workbook_that_unpacks_to_more_than_the_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workbooks, "MAXIMUM_UNPACKED", 1024 * 1024)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("xl/worksheets/sheet1.xml", bytes(2 * 1024 * 1024))
    assert len(file.getvalue()) < 10_000
    with pytest.raises(UnreadableInputError, match="too large"):
        read_workbook(".xlsx", file.getvalue())


def test_a_reader_that_takes_too_long_is_stopped(
    monkeypatch: pytest.MonkeyPatch, wai_sr: Definition
) -> None:
    monkeypatch.setattr(subprocess_reader, "SECONDS", 0.01)
    with pytest.raises(UnreadableInputError, match="save the data as CSV"):
        read("a.xlsx", as_excel(table()), wai_sr)


def test_an_answer_beyond_the_limit_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch, wai_sr: Definition
) -> None:
    monkeypatch.setattr(subprocess_reader, "MAXIMUM_ANSWER", 100)
    with pytest.raises(UnreadableInputError, match="too large"):
        read("a.xlsx", as_excel(table()), wai_sr)


def test_more_files_than_places_wait_and_are_then_turned_away(
    monkeypatch: pytest.MonkeyPatch, wai_sr: Definition
) -> None:
    monkeypatch.setattr(subprocess_reader, "PATIENCE", 0.05)
    for _ in range(subprocess_reader.PLACES):
        subprocess_reader._PLACES.acquire()
    try:
        with pytest.raises(UnavailableError):
            read("a.xlsx", as_excel(table()), wai_sr)
    finally:
        for _ in range(subprocess_reader.PLACES):
            subprocess_reader._PLACES.release()


def test_the_reading_process_sees_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLIANCE_AUDIT_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@host/db")
    with subprocess_reader._process() as process:
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"secret" not in environment
    assert os.environ["ALLIANCE_AUDIT_KEY"] == "secret"


@pytest.mark.parametrize("ending", ["xlsx", "sav", "dta", "xls", "ods", "csv", "json", "ndjson"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"PK\x03\x04", b"$FL2@(#)" + b"\xff" * 999]
)
def test_junk_is_refused_in_a_sentence(ending: str, content: bytes, wai_sr: Definition) -> None:
    with pytest.raises(UnreadableInputError) as refused:
        read(f"a.{ending}", content, wai_sr)
    assert refused.value.detail.endswith(".")


def workbook(sheet: str, shared: str = "") -> bytes:
    """Pack a workbook of one sheet, as small as it can be."""
    file = io.BytesIO()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        )
        folder.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{kind}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>",
        )
        folder.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{kind}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        folder.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{shared}</sst>')
        folder.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
        )
    return file.getvalue()


def one_long_text() -> bytes:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 101))
    return workbook(cells, f"<si><t>{'x' * 2_800_000}</t></si>")


def far_to_the_right() -> bytes:
    rows = (f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 5_000))
    return workbook("".join(rows))


def far_below() -> bytes:
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    return workbook(first + '<row r="1048576"><c r="ALL1048576"><v>1</v></c></row>')


@pytest.mark.parametrize("made", [one_long_text, far_to_the_right, far_below])
def test_a_workbook_beyond_the_limits_is_refused_by_a_small_process(
    made: object, wai_sr: Definition
) -> None:
    content = made()  # type: ignore[operator]
    assert len(content) < 60_000
    with pytest.raises(UnreadableInputError, match=r"more than|too large"):
        read("a.xlsx", content, wai_sr)
    assert limits.MAXIMUM_CELLS < 10**8
