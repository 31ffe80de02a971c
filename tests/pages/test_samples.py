"""Files: what was understood, what is wrong, and samples that are kept of them."""

from __future__ import annotations

from pathlib import Path

import pyreadstat
import pytest
from pandas import DataFrame

from service.identifiers import uuid7
from tests.pages.visiting import HEADER, PLANTED, Browser, as_csv, as_excel, n_samples, table


@pytest.mark.parametrize(
    ("name", "content"),
    [("answers.csv", as_csv(table())), ("Answers.XLSX", as_excel(table()))],
)
def test_a_file_is_understood_in_counts(person: Browser, name: str, content: bytes) -> None:
    page = person.bring(name, content)
    assert page.status_code == 200, page.text
    assert "What was understood" in page.text
    assert "40 different" in page.text
    assert "north: 20, south: 20" in page.text
    assert "p17" not in page.text, "no person is named"


def test_an_spss_file_is_understood(person: Browser, tmp_path: Path) -> None:
    file = tmp_path / "answers.sav"
    header, *rows = table()
    pyreadstat.write_sav(DataFrame(rows, columns=header), str(file))
    page = person.bring("answers.sav", file.read_bytes())
    assert "What was understood" in page.text
    assert "north: 20, south: 20" in page.text


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "The file is empty"),
        ("a.csv", as_csv(table(0)), "no row below the header"),
        ("a.csv", b"i1;i2\n1;2", "columns seen"),
        ("a.csv", b"\xff\xfe\x00", "not in the encoding"),
        ("a.sav", b"\x00\x01junk" * 500, "no SPSS data file"),
        ("a.sav", b"$FL2@(#) SPSS DATA FILE" + bytes(5000), "SPSS"),
        ("a.xlsx", b"PK\x03\x04junk" * 100, "not an Excel workbook"),
        ("a.docx", b"PK", "not a document"),
        ("a", b"i1\n1", "ending must be one of"),
        ("a.csv", as_csv(table(i4=PLANTED, i5="six", i6=2.5)), "Column i4: 1 cell is not 1 to 5"),
        ("a.csv", as_csv(table(i4=PLANTED)), "first in row 5"),
        ("a.csv", as_csv([row[:6] for row in table()]), "no column for item 5"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_and_nothing_is_kept(
    person: Browser, name: str, content: bytes, said: str
) -> None:
    before = n_samples(person)
    page = person.bring(name, content, name="Kept in the form")
    assert page.status_code in {400, 422}
    assert said in page.text.replace("&#39;", "'")
    assert 'value="Kept in the form"' in page.text, "what was typed is still there"
    assert PLANTED not in page.text
    assert n_samples(person) == before


def test_another_form_is_suggested_when_the_file_fits_it(person: Browser) -> None:
    page = person.bring("a.csv", as_csv(table()), instrument="wai-36-client")
    assert page.status_code == 422
    assert "Perhaps another form?" in page.text
    assert "short form revised" in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "jane@example.org"},
        {"name": "a\x00b"},
        {"setting": "elsewhere"},
        {"instrument": "unheard-of"},
        {"instrument": ""},
        {"instrument": "wai-srt-therapist"},
    ],
)
def test_what_is_wrong_with_the_form_is_said(person: Browser, fields: dict[str, str]) -> None:
    before = n_samples(person)
    assert person.bring("a.csv", as_csv(table()), **fields).status_code == 422
    assert n_samples(person) == before


def test_a_form_that_is_sent_twice_makes_one_sample(person: Browser) -> None:
    before, chosen = n_samples(person), str(uuid7())
    first = person.bring("a.csv", as_csv(table()), id=chosen)
    second = person.bring("a.csv", as_csv(table()), id=chosen)
    assert first.url == second.url
    assert n_samples(person) == before + 1


def test_markup_in_names_is_text(person: Browser) -> None:
    header = [name if name != "plus_m" else "<i>o</i>" for name in HEADER]
    rows = [header, *table(site="<b>x</b>")[1:]]
    page = person.bring("a.csv", as_csv(rows), name="<script>alert(1)</script>")
    assert page.status_code == 200
    for markup in ("<script>alert", "<i>o</i>", "<b>x</b>"):
        assert markup not in page.text
    assert "&lt;script&gt;" in person.get("/").text


def test_a_further_file_joins_a_sample(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table())).url.removeprefix(person.server.url)
    file = ("b.csv", as_csv(table()))
    page = person.send(f"{address}/more", {"mark": person.mark(address)}, file)
    assert "<dd>80</dd>" in page.text
    file = ("b.csv", as_csv(table(i3=PLANTED)))
    page = person.send(f"{address}/more", {"mark": person.mark(address)}, file)
    assert page.status_code == 422
    assert "<dd>80</dd>" in page.text
    assert PLANTED not in page.text


def test_a_sample_is_deleted_after_asking(person: Browser) -> None:
    address = person.bring("a.csv", as_csv(table())).url.removeprefix(person.server.url)
    question = person.get(f"{address}/delete")
    assert "cannot be undone" in question.text
    assert person.get(address).status_code == 200
    person.send(f"{address}/delete", {"mark": person.mark(address)})
    gone = person.get(address)
    assert gone.status_code == 404
    assert "There is no such thing" in gone.text


def test_a_file_is_looked_at_before_anything_is_kept(person: Browser) -> None:
    before = n_samples(person)
    page = person.bring("a.csv", as_csv(table()), to="/samples/look")
    assert page.status_code == 200
    assert "nothing is kept yet" in page.text
    assert "north: 20, south: 20" in page.text
    assert "p17" not in page.text, "no person is named"
    assert 'formaction="/samples"' in page.text
    assert n_samples(person) == before


def test_a_look_at_a_wrong_file_names_every_column_and_offers_to_keep_nothing(
    person: Browser,
) -> None:
    page = person.bring("a.csv", as_csv(table(i4=PLANTED, i7="often")), to="/samples/look")
    assert page.status_code == 422
    assert "Column i4: 1 cell is not 1 to 5, first in row 5" in page.text
    assert "Column i7: 1 cell is a text that is no answer, first in row 5" in page.text
    assert PLANTED not in page.text
    assert 'formaction="/samples"' not in page.text
