"""Forms that were once read wrongly, refused without need, or asked about in a misleading way."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from psychometrics.types import FloatArray
from schemas.definition import Definition
from schemas.file_mapping import load_mapping
from schemas.validation_errors import UnreadableInputError
from service.file_reader.file_reading import FileReading, finished
from service.file_reader.reading import read_file
from service.pages.mapping_step import merged
from tests.files.test_set import FILES

ITEMS = range(1, 13)
NAMES = ["id", *[f"wai_{item}" for item in ITEMS]]
LABELS = {"1": "Seldom", "2": "Sometimes", "3": "Fairly often", "4": "Very often", "5": "Always"}


def rows() -> list[list[str]]:
    """Person and answers of the canonical file."""
    lines = (FILES / "canonical" / "data.csv").read_text().splitlines()[1:]
    return [[line.split(",")[0], *line.split(",")[2:14]] for line in lines]


def written(header: Sequence[str], body: Sequence[Sequence[str]], delimiter: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([header, *body])
    return out.getvalue().encode()


def changed(place: int, item: int, cell: str) -> list[list[str]]:
    """Put something else into one cell."""
    body = rows()
    body[place][item] = cell
    return body


def each(change: Any) -> list[list[str]]:
    """Write every answer in another way."""
    return [
        [person, *[change(cell) if cell else "" for cell in cells]] for person, *cells in rows()
    ]


@pytest.fixture(scope="module")
def canonical() -> FloatArray:
    return np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows()])


def read(
    content: bytes, definition: Definition, mapping: Any = None, name: str = "a.csv"
) -> FileReading:
    said = load_mapping(mapping or {}, definition.instrument)
    return finished(read_file(name, content, definition.instrument, said))


def codes(reading: FileReading) -> list[str]:
    return [question["code"] for question in reading.questions]


def with_first_choices(content: bytes, definition: Definition) -> FileReading:
    mapping: dict[str, Any] = {}
    for question in read(content, definition).questions:
        mapping = merged(mapping, question["choices"][0]["mapping"])
    return read(content, definition, mapping)


SURVEYMONKEY = [
    ["Respondent ID", "Collector ID", "Start Date", "How often?", *[""] * 11, "Comments"],
    ["", "", "", *[f"{item}. A statement, number {item}" for item in ITEMS], "Open-Ended Response"],
]


def surveymonkey() -> bytes:
    body = [
        [str(11_000_000 + place), "4", "10/12/2023 10:00:00", *row[1:], ""]
        for place, row in enumerate(rows())
    ]
    return written(SURVEYMONKEY[0], [SURVEYMONKEY[1], *body])


def with_times() -> bytes:
    header = ["id", *[name for item in ITEMS for name in (f"wai_{item}", f"wai_{item}_time")]]
    body = [
        [row[0], *[cell for k, answer in enumerate(row[1:]) for cell in (answer, f"{n}.{k}7")]]
        for n, row in enumerate(rows())
    ]
    return written(header, body)


READ = {
    "a matrix of SurveyMonkey": surveymonkey(),
    "answer times beside the answers": with_times(),
    "texts forced by =": written(NAMES, each('="{}"'.format)),
    "texts forced by an apostrophe": written(NAMES, each("'{}".format)),
    "signs between words that differ": written(
        ["id", "wai_1", "wai-2", "wai 3", "WAI4", "Wai_05", "wai.6", *NAMES[7:]], rows()
    ),
    "the old sign at the end of a file": written(NAMES, rows()) + b"\x1a",
}


@pytest.mark.parametrize("form", READ)
def test_a_form_of_a_tool_is_read(form: str, wai_sr: Definition, canonical: FloatArray) -> None:
    reading = read(READ[form], wai_sr)
    assert reading.questions == []
    np.testing.assert_array_equal(reading.responses().answers, canonical)


SUBSCALES = ["id", *[f"{name}{n}" for name in ("goal", "task", "bond") for n in range(1, 5)]]
KEY = [4, 6, 8, 11, 1, 2, 10, 12, 3, 5, 7, 9]

ASKED = {
    "a date for an answer": (written(NAMES, changed(3, 1, "01-Mar")), "wrong-type"),
    "a remark beside an answer": (written(NAMES, changed(40, 2, "3 (not sure)")), "wrong-type"),
    "numbers that contradict the labels beside": (
        written(NAMES, each(lambda cell: f"{6 - int(cell)} = {LABELS[cell]}")), "label-direction",
    ),
    "means above": (written(NAMES, [["Mean", *["3"] * 12], *rows()]), "summary-row"),
    "a heading among the rows": (
        written(NAMES, [*rows()[:80], ["Group B", *[""] * 12], *rows()[80:]]), "summary-row",
    ),
    "a sentence below": (written(NAMES, rows()) + b"Exported on 1 May 2023\r\n", "summary-row"),
    "words of the tool for no answer": (
        written(NAMES, [[cell or "{question_not_shown}" for cell in row] for row in rows()]),
        "missing-label",
    ),
    "a six for no answer": (
        written(NAMES, [[cell or "6" for cell in row] for row in rows()]), "other-range",
    ),
    "items named by subscale": (
        written(SUBSCALES, [[row[0], *[row[item] for item in KEY]] for row in rows()]),
        "unnumbered-items",
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", ASKED)
def test_what_looks_right_and_is_not_is_asked(
    form: str, wai_sr: Definition, canonical: FloatArray
) -> None:
    content, code = ASKED[form]
    reading = read(content, wai_sr)
    assert codes(reading) == [code]
    if reading.questions[0]["choices"]:
        answers = with_first_choices(content, wai_sr).responses().answers
        np.testing.assert_array_equal(answers, canonical)


def test_as_many_occasions_as_items_are_asked_about_in_both_orders(
    wai_sr: Definition, canonical: FloatArray
) -> None:
    header = ["id", *[f"wai_{time}_{item}" for time in ITEMS for item in ITEMS]]
    body = [[row[0], *row[1:], *["3"] * 132] for row in rows()]
    content = written(header, body)
    [question] = read(content, wai_sr).questions
    assert question["code"] == "ambiguous-items"
    found = []
    for choice in question["choices"]:
        block = read(content, wai_sr, choice["mapping"]).responses()
        assert block.answers.shape[1] == 12
        first = np.array(block.columns["session_number"]) == 1
        found.append(np.array_equal(block.answers[first], canonical, equal_nan=True))
    assert sorted(found) == [False, True]


def test_rows_of_one_person_are_no_persons_although_another_column_names_each_row(
    wai_sr: Definition,
) -> None:
    body = [[str(n), rows()[n // 2][0], *row[1:]] for n, row in enumerate(rows())]
    content = written(["record_id", "participant_id", *NAMES[1:]], body)
    assert codes(read(content, wai_sr)) == ["repeated-person"]


def test_a_number_with_a_thousands_separator_is_no_outcome(wai_sr: Definition) -> None:
    body = [[*row, f"{n + 1},{n + 100}"] for n, row in enumerate(rows())]
    reading = read(written([*NAMES, "cost"], body), wai_sr)
    assert reading.responses().outcomes == {}
    [left_out] = reading.document["left_out"]
    assert "thousands" in left_out["reason"]


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "utf-16"])
def test_names_are_decoded_as_they_were_written(encoding: str, wai_sr: Definition) -> None:
    text = written(["Prüfling", *NAMES[1:]], rows()).decode()
    if encoding == "mac_roman":
        text = text.replace("\r\n", "\r")
    reading = read(text.encode(encoding), wai_sr)
    assert reading.document["columns"][0]["name"] == "Prüfling"
    assert reading.document["columns"][0]["role"] == "person"


TABLES = {
    "columns": lambda names, body: dict(
        zip(names, map(list, zip(*body, strict=True)), strict=True)
    ),
    "split": lambda names, body: {"columns": names, "data": body},
    "rows": lambda names, body: [names, *body],
    "by position": lambda names, body: {
        name: {str(n): row[place] for n, row in enumerate(body)} for place, name in enumerate(names)
    },
    "named answers": lambda names, body: [
        {"id": row[0], "answers": dict(zip(names[1:], row[1:], strict=True))} for row in body
    ],
}


@pytest.mark.parametrize("shape", TABLES)
def test_a_table_in_json_is_read_in_every_usual_shape(
    shape: str, wai_sr: Definition, canonical: FloatArray
) -> None:
    body = [[row[0], *[int(cell) if cell else None for cell in row[1:]]] for row in rows()]
    content = json.dumps(TABLES[shape](NAMES, body)).encode()
    reading = read(content, wai_sr, name="a.json")
    np.testing.assert_array_equal(reading.responses().answers, canonical)


def test_a_row_for_each_answer_is_refused_with_the_way_out(wai_sr: Definition) -> None:
    body = [[row[0], str(item), row[item]] for row in rows() for item in ITEMS]
    [question] = read(written(["person", "item", "answer"], body), wai_sr).questions
    assert "pivot" in question["detail"]


@pytest.mark.parametrize("content", [b"<html><table></table></html>", b"<?xml version='1.0'?>"])
def test_a_web_page_named_as_a_workbook_is_refused_in_a_sentence(
    content: bytes, wai_sr: Definition
) -> None:
    with pytest.raises(UnreadableInputError, match="save it as"):
        read(content, wai_sr, name="a.xls")
