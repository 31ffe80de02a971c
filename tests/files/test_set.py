"""Every file of the set is read as the canonical one, or asked about and then read as it.

The files are synthetic: each form in which survey tools, spreadsheets and statistics programs write
the answers of ``canonical/data.csv`` (tests/data/files, one ``expected.md`` a form).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.types import FloatArray
from schemas.definition import Definition
from service.cli import main
from service.file_reader.file_reading import FileReading
from service.file_reader.paths import read_path
from service.pages.mapping_step import merged

FILES = Path(__file__).resolve().parent.parent / "data" / "files"

READ = [
    "canonical/data.csv",
    "decimals/data_comma.csv", "decimals/data_dot.csv", "decimals/data_spaces.csv",
    "excel/date.xlsx", "excel/empty_tail.xlsx", "excel/labels.xlsx", "excel/percent.xlsx",
    "excel/plain.xlsx", "excel/title_row.xlsx",
    "formats/labels.dta", "formats/plain.ods", "formats/plain.por", "formats/plain.xls",
    "formats/plain.xpt", "formats/tabs.xls", "formats/user_missing.dta",
    "google_forms/data.csv", "google_forms/data_bracket.csv", "google_forms/data_notime.csv",
    "labels_words/data.csv", "labels_words/data_ends_only.csv",
    "labels_words/data_number_first.csv",
    "limesurvey_codes/data.csv", "limesurvey_codes/data_nodate.csv",
    "qualtrics_numeric/data.csv", "r_rownames_na/data.csv", "redcap_labels/data.csv",
    "semicolon_decimal_comma/data.csv",
    "spss/date.sav", "spss/labels_missing.sav", "spss/string_answers.sav", "spss/zsav.zsav",
    "suffixes/data_allsuffix.csv",
    "trailing/data_empty_rows.csv", "trailing/data_ragged.csv",
    "two_scales/data.csv", "utf8_bom/data.csv",
]  # fmt: skip
"""Read at once."""

LONG = [
    "id_names/data_Code.csv", "id_names/data_ID.csv", "id_names/data_Participant.csv",
    "id_names/data_Patient.csv", "id_names/data_pid.csv", "id_names/data_record_id.csv",
    "id_names/data_subject_id.csv",
    "wide_longitudinal/data_dot.csv", "wide_longitudinal/data_prefix.csv",
    "wide_longitudinal/data_suffix.csv",
]  # fmt: skip
"""Two occasions of each person."""

ASKED = {
    "excel/totals.xlsx": "summary-row",
    "formats/alphabetical.dta": "label-direction",
    "missing_codes/data_99.csv": "missing-code",
    "missing_codes/data_minus9.csv": "missing-code",
    "missing_codes/data_two.csv": "missing-code",
    "missing_codes/data_zero.csv": "missing-code",
    "spss/autorecode.sav": "label-direction",
    "suffixes/data.csv": "recoded-items",
    "trailing/data_mean_row.csv": "summary-row",
    "zero_based/data.csv": "zero-based",
}
"""Asked about once; the first choice is the right one."""

CONTRADICTORY = ["formats/one_item_reversed.sav", "formats/reversed_labels.sav"]
"""Asked about: the numbers are the canonical answers, but their labels say the reverse."""

REFUSED = {
    "excel/errors.xlsx": "row 6",
    "excel/formulas_uncached.xlsx": "row 2",
    "formats/error.ods": "row 7",
    "formats/error.xls": "row 7",
    "formats/formulas_uncached.xls": "row 2",
}
"""To be corrected in the file."""


@pytest.fixture(scope="module")
def canonical() -> FloatArray:
    lines = (FILES / "canonical" / "data.csv").read_text().splitlines()[1:]
    cells = [line.split(",")[2:14] for line in lines]
    return np.array([[float(cell) if cell else np.nan for cell in line] for line in cells])


def read(name: str, definition: Definition, mapping: dict[str, Any] | None = None) -> FileReading:
    return read_path(FILES / name, definition, mapping)


def test_every_file_is_spoken_of() -> None:
    files = {str(path.relative_to(FILES)) for path in FILES.rglob("*.*")}
    spoken_of = {*READ, *LONG, *ASKED, *REFUSED, *CONTRADICTORY}
    assert {name for name in files if not name.endswith(".md")} == spoken_of


@pytest.mark.parametrize("name", READ)
def test_a_form_that_is_known_gives_the_canonical_answers(
    name: str, wai_sr: Definition, canonical: FloatArray
) -> None:
    reading = read(name, wai_sr)
    assert reading.questions == []
    np.testing.assert_array_equal(reading.responses().answers, canonical)


@pytest.mark.parametrize("name", LONG)
def test_two_occasions_are_rows_of_the_same_persons(
    name: str, wai_sr: Definition, canonical: FloatArray
) -> None:
    block = read(name, wai_sr).responses()
    sessions = np.array(block.columns["session_number"])
    np.testing.assert_array_equal(block.answers[sessions == 1], canonical)
    persons = block.columns["person"]
    assert persons[:160] == persons[160:]
    assert len(set(persons)) == 160
    assert not block.outcomes, "the person is no outcome"


@pytest.mark.parametrize("name", [*READ, *LONG, *ASKED])
def test_the_mapping_of_a_reading_reads_the_file_in_the_same_way(
    name: str, wai_sr: Definition
) -> None:
    first = answered(name, wai_sr)
    second = read(name, wai_sr, first.document["mapping"])
    assert second.questions == []
    np.testing.assert_array_equal(second.responses().answers, first.responses().answers)
    assert second.responses().columns == first.responses().columns
    assert second.responses().outcomes == first.responses().outcomes
    assert second.document["mapping"] == first.document["mapping"]


def answered(name: str, definition: Definition) -> FileReading:
    """Read a file, and answer each question with its first choice."""
    reading = read(name, definition)
    mapping: dict[str, Any] = {}
    for question in reading.questions:
        mapping = merged(mapping, question["choices"][0]["mapping"])
    return read(name, definition, mapping) if mapping else reading


@pytest.mark.parametrize(("name", "code"), ASKED.items())
def test_what_cannot_be_known_is_asked_and_the_first_choice_gives_the_canonical_answers(
    name: str, code: str, wai_sr: Definition, canonical: FloatArray
) -> None:
    reading = read(name, wai_sr)
    assert [question["code"] for question in reading.questions] == [code]
    assert reading.block is None
    np.testing.assert_array_equal(answered(name, wai_sr).responses().answers, canonical)


@pytest.mark.parametrize("name", CONTRADICTORY)
def test_numbers_that_contradict_their_labels_are_read_as_whoever_knows_says(
    name: str, wai_sr: Definition, canonical: FloatArray
) -> None:
    reading = read(name, wai_sr)
    [question] = reading.questions
    assert question["code"] == "label-direction"
    labels, numbers = question["choices"]
    by_number = read(name, wai_sr, numbers["mapping"]).responses().answers
    np.testing.assert_array_equal(by_number, canonical)
    by_label = read(name, wai_sr, labels["mapping"]).responses().answers
    items = [3] if "one_item" in name else range(12)
    expected = canonical.copy()
    expected[:, items] = 6 - expected[:, items]
    np.testing.assert_array_equal(by_label, expected)


@pytest.mark.parametrize("name", [*ASKED, *REFUSED])
@pytest.mark.parametrize("command", [["score"], ["analyze", "reliability"]])
def test_while_a_question_is_open_nothing_is_computed(
    name: str, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, str(FILES / name), "--instrument", "wai-sr-client"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert REFUSED.get(name, "") in said.err


def test_the_range_that_answers_seem_to_use_is_named(
    capsys: pytest.CaptureFixture[str], data: Path
) -> None:
    file = str(FILES / "zero_based" / "data.csv")
    assert main(["score", file, "--instrument", "wai-sr-client"]) == 2
    assert "0 to 4" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["wide_longitudinal/data_dot.csv", "id_names/data_ID.csv"])
def test_results_of_a_file_say_how_it_was_read(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", str(FILES / name), "--instrument", "wai-sr-client"]) == 0
    reading = json.loads(capsys.readouterr().out)["reading"]
    assert reading["n_rows"] in {160, 320}
    assert {"items", "occasions", "left_out", "missing", "notes"} <= reading.keys()


def test_inspect_prints_the_names_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(FILES / "qualtrics_numeric" / "data.csv")
    assert main(["inspect", file, "--instrument", "wai-sr-client"]) == 0
    answer = json.loads(capsys.readouterr().out)
    facts = {"format", "encoding", "delimiter", "decimal", "header_row", "skipped_rows", "sheet"}
    assert facts | {"preset"} == answer["file"].keys()
    assert answer["file"]["preset"] == "Qualtrics"
    assert answer["file"]["skipped_rows"] == [2, 3]
    left_out = {one["column"] for one in answer["left_out"]}
    assert {"IPAddress", "RecipientEmail", "StartDate", "Q7"} <= left_out
    items = [one["name"] for one in answer["columns"] if one["role"] == "item"]
    assert items == [f"Q5_{item}" for item in range(1, 13)]
    assert answer["mapping"]["items"] == {str(item): f"Q5_{item}" for item in range(1, 13)}


def test_alphas_are_those_of_the_canonical_file(capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for name in ("canonical/data.csv", "spss/labels_missing.sav", "labels_words/data.csv"):
        arguments = ["analyze", "reliability", str(FILES / name), "--instrument", "wai-sr-client"]
        assert main(arguments) == 0
        found.append(json.loads(capsys.readouterr().out)["result"])
    assert found[0] == found[1] == found[2]
