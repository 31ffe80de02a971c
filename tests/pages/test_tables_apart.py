"""Spreadsheets and SPSS files are read in a process of their own, within limits."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest

from schemas.faults import UnreadableInputError
from service.adapters.files import apart, tables
from service.adapters.files.apart import read_table_apart
from tests.pages.visiting import as_excel


def test_cells_come_back_as_they_are() -> None:
    given = [[1, "i2", None], [3, "é <b>", None], [2.5, True, dt.date(2026, 1, 2)]]
    header, rows = read_table_apart(".xlsx", as_excel(given))
    assert header == ["1", "i2", ""]
    assert rows == [[3, "é <b>", None], [2.5, True, "2026-01-02T00:00:00"]]


def test_a_workbook_that_unpacks_to_more_than_the_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables, "MAXIMUM_UNPACKED", 1024 * 1024)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("xl/worksheets/sheet1.xml", bytes(2 * 1024 * 1024))
    assert len(file.getvalue()) < 10_000
    with pytest.raises(UnreadableInputError, match="too large"):
        tables.read_excel(file.getvalue())


def test_a_reader_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "SECONDS", 0.01)
    with pytest.raises(UnreadableInputError, match="save the data as CSV"):
        read_table_apart(".xlsx", as_excel([["i1"], [1]]))


@pytest.mark.parametrize("ending", [".xlsx", ".sav"])
@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 100, b"PK\x03\x04", b"$FL2@(#)" + b"\xff" * 999]
)
def test_junk_is_refused_in_a_sentence(ending: str, content: bytes) -> None:
    with pytest.raises(UnreadableInputError) as refused:
        read_table_apart(ending, content)
    assert refused.value.detail.endswith(".")
