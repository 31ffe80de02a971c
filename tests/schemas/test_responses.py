"""Every entrance names every fault by its place and never echoes an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.instrument import Instrument, Scale
from schemas.definition import Definition
from schemas.responses.covariates import MAXIMUM_OUTCOMES
from schemas.responses.csv import parse_csv
from schemas.responses.document import load_batch, load_scoring, parse_json, parse_ndjson
from schemas.responses.table import load_table
from schemas.validation_errors import RefusedInputError, UnreadableInputError
from service.file_reader.paths import read_path

RIGHT = [5, 4, None, 4, 5, 5, 4, 4, 5, 3, 4, 3]
HEADER = ",".join(f"i{item}" for item in range(1, 13))
PLANTED = "31415926"


def faults(responses: object, definition: Definition) -> list[tuple[str, str]]:
    with pytest.raises(RefusedInputError) as refusal:
        load_batch(responses, definition.instrument)
    assert all(PLANTED not in fault.pointer + fault.detail for fault in refusal.value.faults)
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


def csv_faults(text: str, definition: Definition) -> list[tuple[str, str]]:
    header, rows = parse_csv(text.encode())
    with pytest.raises(RefusedInputError) as refusal:
        load_table(header, rows, definition.instrument)
    assert all(PLANTED not in fault.pointer + fault.detail for fault in refusal.value.faults)
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


def with_answer(value: object, item: int = 7) -> list[dict[str, Any]]:
    answers: list[object] = list(RIGHT)
    answers[item] = value
    return [{"id": "r0", "answers": RIGHT}, {"id": "r1", "answers": answers}]


def test_right_answers_become_one_matrix(wai_sr: Definition) -> None:
    block = load_scoring([{"id": "a", "answers": RIGHT}], wai_sr.instrument)
    assert block.ids == ["a"]
    expected = np.array([[np.nan if answer is None else answer for answer in RIGHT]])
    np.testing.assert_array_equal(block.answers, expected)


def test_a_whole_number_may_be_written_with_a_fraction_of_zero(wai_sr: Definition) -> None:
    assert load_scoring(with_answer(4.0), wai_sr.instrument).answers[1, 7] == 4


CELLS = st.one_of(
    st.none(),
    st.integers(-1, 12),
    st.sampled_from([4.0, 2.5, -0.0, True, False, "", "4", "n", "null", [], [4], {}, 10**30]),
)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4),
    low=st.integers(0, 3),
    high=st.sampled_from([4, 9, 12]),
)
def test_an_answer_is_read_if_and_only_if_it_is_right(
    rows: list[list[Any]], low: int, high: int
) -> None:
    scale = Scale(name="s", items=(1, 2, 3), minimum_answered=1)
    form = Instrument(
        id="f", version="1", n_items=3, minimum=low, maximum=high, subscales={"s": scale}
    )

    def is_right(cell: object) -> bool:
        if cell is None:
            return True
        number = isinstance(cell, int | float) and not isinstance(cell, bool)
        return number and low <= cell <= high and cell == int(cell)  # type: ignore[operator,call-overload]  # a number here

    responses = [{"answers": row} for row in rows]
    wrong = [
        f"/responses/{number}/answers/{item}"
        for number, row in enumerate(rows)
        for item, cell in enumerate(row)
        if not is_right(cell)
    ]
    if wrong:
        with pytest.raises(RefusedInputError) as refusal:
            load_scoring(responses, form)
        assert [fault.pointer for fault in refusal.value.faults if fault.pointer] == wrong
    else:
        expected = [[np.nan if cell is None else float(cell) for cell in row] for row in rows]
        np.testing.assert_array_equal(load_scoring(responses, form).answers, expected)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (6, "out-of-range"),
        (0, "out-of-range"),
        (int(PLANTED), "out-of-range"),
        (10**18, "out-of-range"),
        (3.5, "not-whole"),
        ("5", "wrong-type"),
        (PLANTED, "wrong-type"),
        (True, "wrong-type"),
        ([5], "wrong-type"),
        ({}, "wrong-type"),
    ],
)
def test_a_wrong_answer_is_refused_at_its_cell(
    wai_sr: Definition, value: object, code: str
) -> None:
    assert faults(with_answer(value), wai_sr) == [("/responses/1/answers/7", code)]


@pytest.mark.parametrize(
    "row",
    [
        [1234512345123451234, 123],
        [1, 2345123451234512345, 1],
        [[1], 2, 3, 4, 5, 1, 2, 3, 4, 5, 1],
        {"a": 1, "b": 2, "c": 3, "d": 4},
        "1,2,3,4,5,1,2,3,4,5,1,2",
        [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, "a"],
        [1, 2, 3, 4, 5, 1, 2, 3, 4, 1.5, 1],
        [1, 2, 3, 4, 5, 1, 2, 3, 4, -1, 10],
        [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, True],
    ],
)
def test_a_row_that_is_only_as_long_as_a_right_one_is_refused(
    wai_sr: Definition, row: object
) -> None:
    assert len(orjson.dumps(row).translate(None, b"ul")) == 2 * len(RIGHT) + 1
    for responses in ([{"answers": row}], [{"answers": RIGHT}, {"answers": row}]):
        assert {place.split("/")[2] for place, _ in faults(responses, wai_sr)} == {
            str(len(responses) - 1)
        }


def test_more_different_outcomes_than_a_batch_may_name_are_refused(wai_sr: Definition) -> None:
    names = [f"mood {letter}{other}" for letter in "abcdefghij" for other in "abcdefghij"]
    responses = [{"answers": RIGHT, "outcomes": {name: 1}} for name in names]
    assert len(load_batch(responses, wai_sr.instrument).outcomes) == MAXIMUM_OUTCOMES
    further = [*responses, {"answers": RIGHT, "outcomes": {"one more": 1}}]
    assert faults(further, wai_sr) == [("/responses", "too-many-outcomes")]


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        (None, [("/responses", "wrong-type")]),
        ({}, [("/responses", "wrong-type")]),
        ([], [("/responses", "empty")]),
        ([7], [("/responses/0", "wrong-type")]),
        ([{}], [("/responses/0/answers", "wrong-type")]),
        ([{"answers": RIGHT[:11]}], [("/responses/0/answers", "wrong-item-count")]),
        ([{"answers": []}], [("/responses/0/answers", "wrong-item-count")]),
        ([{"answers": RIGHT, "mood": 3}], [("/responses/0/mood", "unknown-field")]),
        ([{"answers": RIGHT, "Jane Doe": 3}], [("/responses/0", "unknown-field")]),
        ([{"answers": RIGHT, f"pat_{PLANTED}": 3}], [("/responses/0", "unknown-field")]),
        ([{"answers": RIGHT, "id": 5}], [("/responses/0/id", "wrong-type")]),
        (
            [{"answers": RIGHT, "id": "a"}, {"answers": RIGHT}],
            [("/responses/1/id", "wrong-type")],
        ),
        (
            [{"answers": RIGHT, "id": PLANTED}, {"answers": RIGHT, "id": PLANTED}],
            [("/responses/1/id", "duplicate")],
        ),
        ([{"answers": RIGHT, "person": 5}], [("/responses/0/person", "invalid")]),
        ([{"answers": RIGHT, "session_number": 0}], [("/responses/0/session_number", "invalid")]),
        (
            [
                {"answers": RIGHT, "session_number": 10_001},
                {"answers": RIGHT, "days_since_delivery": -1e308},
                {"answers": RIGHT, "days_since_first_visit": 50_000.5},
                {"answers": RIGHT, "days_since_first_visit": 50_000, "session_number": 10_000},
            ],
            [
                ("/responses/0/session_number", "invalid"),
                ("/responses/2/days_since_first_visit", "invalid"),
                ("/responses/1/days_since_delivery", "invalid"),
            ],
        ),
        (
            [{"answers": RIGHT, "session_number": "2"}],
            [("/responses/0/session_number", "invalid")],
        ),
        ([{"answers": RIGHT, "outcomes": []}], [("/responses/0/outcomes", "wrong-type")]),
        (
            [{"answers": RIGHT, "outcomes": {"plus_m": PLANTED}}],
            [("/responses/0/outcomes/plus_m", "invalid")],
        ),
        (
            [{"answers": RIGHT, "outcomes": {"person": 3}}],
            [("/responses/0/outcomes", "wrong-type")],
        ),
    ],
)
def test_a_malformed_response_is_refused_at_its_place(
    wai_sr: Definition, responses: object, expected: list[tuple[str, str]]
) -> None:
    assert faults(responses, wai_sr) == expected


def test_every_fault_of_a_body_is_named_at_once(wai_sr: Definition) -> None:
    responses = [
        {"answers": [9, *RIGHT[1:11], "x"], "site": ""},
        "no object",
        {"answers": RIGHT, "days_since_first_visit": -1},
    ]
    assert sorted(faults(responses, wai_sr)) == [
        ("/responses/0/answers/0", "out-of-range"),
        ("/responses/0/answers/11", "wrong-type"),
        ("/responses/0/site", "invalid"),
        ("/responses/1", "wrong-type"),
        ("/responses/2/days_since_first_visit", "invalid"),
    ]


def test_faults_beyond_a_thousand_are_counted(wai_sr: Definition) -> None:
    listed = faults([{"answers": ["9"] * 12}] * 100, wai_sr)
    assert len(listed) == 1001
    assert listed[-1] == ("", "more-faults")


def test_covariates_and_outcomes_are_kept_beside_the_answers(wai_sr: Definition) -> None:
    block = load_batch(
        [
            {"answers": RIGHT, "person": "p1", "site": "north", "outcomes": {"plus_m": 51}},
            {"answers": RIGHT, "person": "p2", "days_since_delivery": -3},
        ],
        wai_sr.instrument,
    )
    assert block.columns == {
        "person": ["p1", "p2"],
        "site": ["north", None],
        "days_since_delivery": [None, -3],
    }
    assert block.outcomes == {"plus_m": [51.0, None]}


def test_scoring_alone_takes_no_covariates(wai_sr: Definition) -> None:
    with pytest.raises(RefusedInputError):
        load_scoring([{"answers": RIGHT, "person": "p1"}], wai_sr.instrument)


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN}', b"\xff", b"\xef\xbb\xbf{}"])
def test_broken_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableInputError):
        parse_json(body)


def test_broken_ndjson_names_the_line() -> None:
    with pytest.raises(UnreadableInputError, match="Line 3"):
        parse_ndjson(b'{"answers": []}\n\n{"answers"\n')


@pytest.mark.parametrize(
    "names",
    [
        HEADER,
        ",".join(f"item{item}" for item in range(1, 13)),
        ",".join(str(item) for item in range(1, 13)),
        ",".join(f"WAI_{item:02d}" for item in range(1, 13)),
    ],
)
def test_item_columns_are_recognised_by_any_prefix(wai_sr: Definition, names: str) -> None:
    header, rows = parse_csv(f"{names}\n5,4,,4,5,5,4,4,5,3,4,3\n".encode())
    block = load_table(header, rows, wai_sr.instrument)
    assert block.ids == ["1"]
    np.testing.assert_array_equal(
        block.answers, load_scoring([{"answers": RIGHT}], wai_sr.instrument).answers
    )


def test_other_columns_of_a_table_are_kept(wai_sr: Definition) -> None:
    text = f"id,person,service,plus_m,{HEADER}\na,7,prosthetics,51.5,1,1,1,1,1,1,1,1,1,1,1,1\n"
    header, rows = parse_csv(text.encode())
    block = load_table(header, rows, wai_sr.instrument)
    assert block.ids == ["a"]
    assert block.columns == {"person": ["7"], "service": ["prosthetics"]}
    assert block.outcomes == {"plus_m": [51.5]}


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("6", "out-of-range"),
        (PLANTED, "out-of-range"),
        ("3.5", "not-whole"),
        ("NaN", "wrong-type"),
        ("true", "wrong-type"),
        ("often", "wrong-type"),
        ("1e0", "not-whole"),
        ("٣", "wrong-type"),
    ],
)
def test_a_wrong_cell_of_a_table_is_refused_at_its_place(
    wai_sr: Definition, cell: str, code: str
) -> None:
    text = f"{HEADER}\n1,1,1,1,1,1,1,1,1,1,1,1\n1,1,1,1,1,1,1,{cell},1,1,1,1\n"
    assert csv_faults(text, wai_sr) == [("/responses/1/answers/7", code)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEADER}\n", ("/responses", "empty")),
        (f"{HEADER},i3\n{'1,' * 12}1\n", ("/header/12", "duplicate")),
        (f"{HEADER},i13\n{'1,' * 12}1\n", ("/header", "wrong-item-count")),
        ("i1,i2\n1,1\n", ("/header", "missing-column")),
        ("name,mood\nx,y\n", ("/header", "missing-column")),
        (f"{HEADER}\n1,1\n", ("/responses/0", "wrong-cell-count")),
        (
            f"id,{HEADER}\na,{'1,' * 11}1\na,{'1,' * 11}1\n",
            ("/responses/1/id", "duplicate"),
        ),
        (
            f"session_number,{HEADER}\nfirst,{'1,' * 11}1\n",
            ("/responses/0/session_number", "invalid"),
        ),
    ],
)
def test_a_malformed_table_is_refused_at_its_place(
    wai_sr: Definition, text: str, expected: tuple[str, str]
) -> None:
    assert csv_faults(text, wai_sr)[0] == expected


def test_two_groups_of_item_columns_are_ambiguous(wai_sr: Definition) -> None:
    header = ",".join(f"{when}{item}" for when in ("pre", "post") for item in range(1, 13))
    assert csv_faults(f"{header}\n{'1,' * 23}1\n", wai_sr) == [("/header", "ambiguous-items")]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        ("i1,i2\n".encode("utf-16"), "v1/files/inspect"),
        (b"i1,i2\n\xff,2\n", "v1/files/inspect"),
        (b'i1,i2\n"1,2\n', "quote"),
        (b"i1,i2\n\0,2\n", "NUL"),
    ],
)
def test_an_unreadable_table_says_what_to_do(body: bytes, word: str) -> None:
    with pytest.raises(UnreadableInputError, match=word):
        parse_csv(body)


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbfi1,i2\n1,2\n",
        b"i1;i2\r\n1;2\r\n",
        b"i1\ti2\n1\t2\n",
        b"i1,i2,,\n1,2,,\n,,,\n\n",
        b"i1,i2\n1,2,\n",
    ],
    ids=["mark", "semicolons", "tabs", "empty end", "empty cell at the end"],
)
def test_a_table_is_the_same_with_other_signs_and_an_empty_end(body: bytes) -> None:
    assert parse_csv(body) == (["i1", "i2"], [["1", "2"]])


@pytest.mark.parametrize("row", ["1,2,3", "1"])
def test_a_row_of_another_length_is_left_to_be_refused(row: str) -> None:
    _, rows = parse_csv(f"i1,i2,\n1,2,\n{row}\n".encode())
    assert {len(cells) for cells in rows} != {2}


def test_every_file_format_reads_to_the_same_block(wai_sr: Definition, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    import pandas as pd
    import pyreadstat

    names = ["id", *HEADER.split(",")]
    row = ["a", *RIGHT]
    (tmp_path / "f.csv").write_text(
        ",".join(names) + "\n" + ",".join("" if cell is None else str(cell) for cell in row) + "\n"
    )
    responses = [{"id": "a", "answers": RIGHT}]
    (tmp_path / "f.json").write_bytes(orjson.dumps({"responses": responses}))
    (tmp_path / "f.ndjson").write_bytes(orjson.dumps(responses[0]) + b"\n")
    book = openpyxl.Workbook()
    book.active.append(names)
    book.active.append(row)
    book.save(tmp_path / "f.xlsx")
    pyreadstat.write_sav(pd.DataFrame([row], columns=names), tmp_path / "f.sav")
    blocks = [
        read_path(tmp_path / f"f.{ending}", wai_sr).responses()
        for ending in ("csv", "json", "ndjson", "xlsx", "sav")
    ]
    for block in blocks:
        assert block.ids == ["a"]
        np.testing.assert_array_equal(block.answers, blocks[0].answers)


@pytest.mark.parametrize("name", ["none.csv", "file.pdf", "broken.xlsx", "broken.sav"])
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    wai_sr: Definition, tmp_path: Path, name: str
) -> None:
    if name.startswith("broken"):
        (tmp_path / name).write_bytes(b"not what the ending says")
    with pytest.raises(UnreadableInputError):
        read_path(tmp_path / name, wai_sr)


def remarks(answers: np.ndarray[Any, Any], definition: Definition) -> list[str]:
    """Read answers as JSON and as CSV; both must remark the same, at the end and once at most."""
    found = []
    lines = [HEADER, *(",".join(map(str, row)) for row in answers.tolist())]
    header, rows = parse_csv("\n".join(lines).encode())
    with pytest.raises(RefusedInputError) as refusal:
        load_table(header, rows, definition.instrument)
    found.append(refusal.value.faults)
    responses = [{"answers": row} for row in answers.tolist()]
    with pytest.raises(RefusedInputError) as refusal:
        load_scoring(responses, definition.instrument)
    found.append(refusal.value.faults)
    said = [[f.detail for f in faults if f.code == "range-suspicion"] for faults in found]
    assert said[0] == said[1]
    for faults, details in zip(found, said, strict=True):
        assert [fault.code for fault in faults[-1:] if fault.pointer == ""] == (
            ["range-suspicion"] if details else []
        )
    return said[0]


@pytest.mark.parametrize(
    ("lowest", "highest", "said"),
    [
        (1, 7, "answered on a scale of 1 to 7"),
        (0, 4, "counted from 0"),
        (0, 10, "answered on a scale of 0 to 10"),
        (1, 3000, "answered on another scale"),
    ],
)
def test_many_answers_out_of_range_are_said_to_look_like_another_scale(
    wai_sr: Definition, lowest: int, highest: int, said: str
) -> None:
    answers = np.random.default_rng(1).integers(lowest, highest + 1, (40, 12))
    [remark] = remarks(answers, wai_sr)
    assert said in remark


def test_a_code_for_missing_answers_is_recognised_and_not_named(wai_sr: Definition) -> None:
    answers = np.random.default_rng(1).integers(1, 6, (40, 12))
    answers[::3, 4] = int(PLANTED)
    [remark] = remarks(answers, wai_sr)
    assert "stand for a missing answer" in remark
    assert PLANTED not in remark
    assert "10000" not in remark


def test_a_few_slips_are_no_other_scale(wai_sr: Definition) -> None:
    answers = np.random.default_rng(1).integers(1, 6, (40, 12))
    answers[:9, 4] = 7
    assert remarks(answers, wai_sr) == []
    many = np.random.default_rng(1).integers(1, 6, (200, 12))
    many[:12, 4] = 7
    assert remarks(many, wai_sr) == []


@pytest.mark.parametrize(
    "name", ["", "\n", "r2\nr3", "r2\n", "\nr2", "ab\x7f", "0f" * 65, "r1", 2, None, True, ["r2"]]
)
@pytest.mark.parametrize("place", [0, 1])
def test_a_wrong_name_is_found_among_the_commonest_ones(
    name: object, place: int, wai_sr: Definition
) -> None:
    names: list[object] = ["r1", "r9"]
    names.insert(place, name)
    responses = [{"id": one, "answers": [3] * 12} for one in names]
    with pytest.raises(RefusedInputError) as refused:
        load_scoring(responses, wai_sr.instrument)
    (fault,) = refused.value.faults
    at = 1 if name == "r1" else place
    assert fault.pointer == f"/responses/{at}/id"
