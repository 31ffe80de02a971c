"""A form of one's own: defined on a page, then answered by a file."""

from __future__ import annotations

from tests.pages.visiting import Browser, as_csv

GIVEN = {
    "title": "Our alliance form",
    "respondent": "client",
    "items": "4",
    "minimum": "0",
    "maximum": "3",
    "subscales": "tie: 1, 2\nplan: 3 4",
    "reversed": "2",
}


def define(person: Browser, **fields: str):
    return person.send("/instruments", {"mark": person.mark("/instruments/new"), **GIVEN, **fields})


def test_a_form_is_kept_once_and_reads_a_file(person: Browser) -> None:
    answer = define(person)
    assert answer.url.endswith("/samples/new?instrument=our-alliance-form")
    assert 'value="our-alliance-form" selected' in answer.text
    rows: list[list[object]] = [["i1", "i2", "i3", "i4"], *[[0, 3, 1, 2]] * 12]
    page = person.bring("a.csv", as_csv(rows), to="/samples/look", instrument="our-alliance-form")
    assert page.status_code == 200, page.text
    assert "What was understood" in page.text
    assert define(person).url == answer.url, "the very same form again is no fault"
    other = define(person, reversed="3")
    assert other.status_code == 409
    assert "another name" in other.text


def test_what_is_wrong_with_a_form_is_said_and_what_was_written_stays(person: Browser) -> None:
    for wrong in (
        {"subscales": "1, 2"},
        {"subscales": "tie: 1, 9"},
        {"items": "four"},
        {"reversed": "7"},
        {"minimum": "5"},
    ):
        answer = define(person, title="Another form", **wrong)
        assert answer.status_code == 422, wrong
        assert "Nothing was kept" in answer.text
        assert 'value="Another form"' in answer.text
