"""Every entrance refuses what identifies a person, points to the cell and repeats nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import orjson
import pandas as pd
import pyreadstat
import pytest

from schemas.definition import Definition
from schemas.validation_errors import Fault, RefusedInputError
from service.file_reader.paths import read_path

ITEMS = [f"i{item}" for item in range(1, 13)]
ANSWERS = [5, 4, 5, 4, 5, 5, 4, 4, 5, 3, 4, 3]
TABLES = ("csv", "xlsx", "sav")
RECORDS = ("json", "ndjson")

WRONG = {
    "id": "jane@example.org",
    "person": "Jane Doe",
    "clinician": "123-45-6789",
    "site": "31.01.1980",
    "respondent": "MRN 4711",
}


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    """Write responses in the format of the path's ending."""
    names = [*rows[0], *ITEMS]
    table = [[*row.values(), *ANSWERS] for row in rows]
    match path.suffix:
        case ".csv":
            lines = [names, *table]
            path.write_text("\n".join(",".join(map(str, line)) for line in lines) + "\n")
        case ".xlsx":
            book = openpyxl.Workbook()
            for line in (names, *table):
                book.worksheets[0].append(line)
            book.save(path)
        case ".sav":
            pyreadstat.write_sav(pd.DataFrame(table, columns=names), str(path))
        case ".json":
            path.write_bytes(
                orjson.dumps({"responses": [{**row, "answers": ANSWERS} for row in rows]})
            )
        case _:
            path.write_bytes(b"\n".join(orjson.dumps({**row, "answers": ANSWERS}) for row in rows))
    return path


def left_out(path: Path, definition: Definition) -> dict[str, str]:
    reading = read_path(path, definition)
    assert "seen" not in reading.responses().outcomes
    return {one["column"]: one["reason"] for one in reading.document["left_out"]}


def faults(path: Path, definition: Definition) -> tuple[Fault, ...]:
    with pytest.raises(RefusedInputError) as refused:
        read_path(path, definition).responses()
    return refused.value.faults


RIGHT = {
    "id": "r1",
    "person": "p017",
    "clinician": "c3",
    "site": "north",
    "respondent": "client",
}


@pytest.mark.parametrize("ending", RECORDS)
def test_every_member_of_a_response_is_looked_at(
    tmp_path: Path, wai_sr: Definition, ending: str
) -> None:
    path = write(tmp_path / f"answers.{ending}", [RIGHT, {**WRONG}])
    found = faults(path, wai_sr)
    assert {fault.pointer for fault in found} == {f"/responses/1/{name}" for name in WRONG}
    codes = {fault.pointer.rsplit("/", 1)[1]: fault.code for fault in found}
    assert codes == {**dict.fromkeys(WRONG, "identifying"), "site": "date"}
    said = " ".join(fault.detail for fault in found)
    assert not any(value in said for value in WRONG.values())


@pytest.mark.parametrize("ending", TABLES)
def test_tables_ask_about_persons_and_leave_out_what_else_identifies(
    tmp_path: Path, wai_sr: Definition, ending: str
) -> None:
    path = write(tmp_path / f"answers.{ending}", [RIGHT, {**WRONG}])
    found = faults(path, wai_sr)
    assert [fault.code for fault in found] == ["identifying", "identifying"]
    said = " ".join(fault.detail for fault in found)
    assert not any(value in said for value in WRONG.values())
    reading = read_path(path, wai_sr, {"replace": ["person", "clinician"]})
    assert set(reading.responses().columns) == {"person", "clinician"}
    left_out = {one["column"] for one in reading.document["left_out"]}
    assert left_out == {"id", "site", "respondent"}
    assert not any(value in str(reading) for value in WRONG.values())


@pytest.mark.parametrize("ending", [*TABLES, *RECORDS])
def test_pseudonyms_pass_in_every_format(tmp_path: Path, wai_sr: Definition, ending: str) -> None:
    rows: list[dict[str, object]] = [
        {
            "id": f"visit {n}",
            "person": f"p{n:03}",
            "clinician": f"{1040 + n}",
            "site": "North Clinic",
        }
        for n in range(3)
    ]
    block = read_path(write(tmp_path / f"a.{ending}", rows), wai_sr).responses()
    assert block.columns["person"] == ["p000", "p001", "p002"]
    assert block.columns["clinician"] == ["1040", "1041", "1042"]


@pytest.mark.parametrize("ending", ["xlsx", "sav"])
def test_a_column_of_true_dates_is_left_out_for_its_values(
    tmp_path: Path, wai_sr: Definition, ending: str
) -> None:
    rows: list[dict[str, object]] = [{"seen": dt.date(2024, 1, day)} for day in (3, 9)]
    assert left_out(write(tmp_path / f"a.{ending}", rows), wai_sr) == {"seen": "dates are not kept"}


def test_dates_as_numbers_are_not_kept(tmp_path: Path, wai_sr: Definition) -> None:
    rows: list[dict[str, object]] = [{"seen": 20240131}, {"seen": 20231224}]
    assert left_out(write(tmp_path / "a.csv", rows), wai_sr) == {"seen": "dates are not kept"}
    nested: list[dict[str, object]] = [{"outcomes": {"seen": 20240131}}]
    (fault,) = faults(write(tmp_path / "a.json", nested), wai_sr)
    assert (fault.pointer, fault.code) == ("/responses/0/outcomes/seen", "date")


@pytest.mark.parametrize(
    ("name", "code"),
    [("visit_date", "date"), ("dob", "date"), ("last_name", "identifying"), ("mrn", "identifying")],
)
def test_a_column_is_refused_for_its_name(
    tmp_path: Path, wai_sr: Definition, name: str, code: str
) -> None:
    rows: list[dict[str, object]] = [{"mood": 3, name: 7}, {"mood": 4, name: 8}]
    assert set(left_out(write(tmp_path / "a.csv", rows), wai_sr)) == {name}
    nested: list[dict[str, object]] = [{"outcomes": {name: 7}}]
    (fault,) = faults(write(tmp_path / "a.ndjson", nested), wai_sr)
    assert (fault.pointer, fault.code) == (f"/responses/0/outcomes/{name}", code)


@pytest.mark.parametrize(
    "name", ["jane@example.org", "123-45-6789", "p1980-01-31", "Dr. Doe", "MRN 4711", "١٢٣-٤٥-٦٧٨٩"]
)
def test_a_column_that_is_called_by_a_person_is_refused_and_not_repeated(
    tmp_path: Path, wai_sr: Definition, name: str
) -> None:
    rows: list[dict[str, object]] = [{"mood": 3, name: 7}, {"mood": 4, name: 8}]
    reading = read_path(write(tmp_path / "a.csv", rows), wai_sr)
    assert name not in str((reading.block, reading.result["notes"]))
    nested: list[dict[str, object]] = [{"outcomes": {name: "x"}}]
    found = faults(write(tmp_path / "a.ndjson", nested), wai_sr)
    assert {fault.pointer for fault in found} == {"/responses/0/outcomes"}
    assert not any(name in one.detail for one in found)
