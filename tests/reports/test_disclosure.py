from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.reports.disclosure import (
    DisclosureError,
    findings_in_document,
    findings_in_result,
    findings_in_text,
    withheld,
)
from service.reports.disclosure_filter import released_script
from service.reports.document.compose import compose
from service.reports.document.elements import Column, Paragraph, Section, Table
from service.reports.figures.names import FigureName
from service.reports.record import ReportRecord
from service.reports.render import Format, render_report


def test_a_protected_study_has_nothing_to_find(merged: ReportRecord, few: ReportRecord) -> None:
    for record in (merged, few):
        assert findings_in_result(record.result) == []
        assert findings_in_document(compose(record, list(FigureName))) == []


def planted(record: ReportRecord, plant: Callable[[dict[str, Any]], None]) -> ReportRecord:
    result = copy.deepcopy(dict(record.result))
    plant(result["sections"])
    return replace(record, result=result)


def _category(sections: dict[str, Any]) -> None:
    sections["items"]["items"][2]["category_counts"][0] = 3


def _group(sections: dict[str, Any]) -> None:
    sections["invariance"]["groups"][0]["n"] = 7


def _share(sections: dict[str, Any]) -> None:
    sections["items"]["items"][0]["n_answered"] = 600
    sections["items"]["items"][0]["floor"] = 4 / 600


def _complement(sections: dict[str, Any]) -> None:
    sections["items"]["items"][0]["n_answered"] = 600
    sections["items"]["items"][0]["ceiling"] = 595 / 600


def _words(sections: dict[str, Any]) -> None:
    sections["cfa"]["cautions"].append("The answers of 4 persons were left out.")


PLANTS = {
    "/sections/items/items/2/category_counts/0": _category,
    "/sections/invariance/groups/0/n": _group,
    "/sections/items/items/0/floor": _share,
    "/sections/items/items/0/ceiling": _complement,
    "/sections/cfa/cautions/": _words,
}


@pytest.mark.parametrize("pointer", list(PLANTS))
def test_a_planted_small_cell_is_found_where_it_is(merged: ReportRecord, pointer: str) -> None:
    found = findings_in_result(planted(merged, PLANTS[pointer]).result)
    assert found
    assert all(one.startswith(pointer) for one in found)


@pytest.mark.parametrize("pointer", list(PLANTS))
def test_a_planted_small_cell_alone_is_withheld(merged: ReportRecord, pointer: str) -> None:
    leaking = planted(merged, PLANTS[pointer])
    found = findings_in_result(leaking.result)
    kept = withheld(leaking.result)
    assert findings_in_result(kept) == []
    before, after = leaves(leaking.result), leaves(kept)
    assert after.keys() == before.keys()
    changed = {at for at, value in after.items() if value != before[at]}
    assert changed == set(found)


def leaves(value: Any, at: str = "") -> dict[str, Any]:
    """Numbers and words of a result by their pointers."""
    if isinstance(value, dict):
        parts = [leaves(one, f"{at}/{name}") for name, one in value.items()]
    elif isinstance(value, list | tuple):
        parts = [leaves(one, f"{at}/{place}") for place, one in enumerate(value)]
    else:
        return {at: value}
    return {name: leaf for part in parts for name, leaf in part.items()}


def test_a_report_shows_nothing_of_planted_cells(merged: ReportRecord) -> None:
    leaking = merged
    for plant in PLANTS.values():
        leaking = planted(leaking, plant)
    html = render_report(leaking, Format.HTML).decode()
    assert "The answers of 10 or fewer persons were left out." in html
    assert findings_in_text(html) == []


def test_a_document_that_tells_of_few_all_the_same_is_not_delivered(
    merged: ReportRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaking(result: dict[str, Any]) -> dict[str, Any]:
        return {**result, "verdict": {**result["verdict"], "answer": "Only 4 patients stayed."}}

    monkeypatch.setattr("service.reports.disclosure_filter.withheld", leaking)
    monkeypatch.setattr("service.reports.render.draw_all", lambda *_: {})
    for form in Format:
        with pytest.raises(DisclosureError, match="withheld") as caught:
            render_report(merged, form)
        assert caught.value.findings == ["answer, sentence 1"]


def test_small_counts_in_cells_and_sentences_of_a_document_are_found(merged: ReportRecord) -> None:
    document = compose(merged, [])
    table = Table(
        name="leak",
        caption="Leak",
        columns=(Column(title="Group", numeric=False), Column(title="n")),
        rows=(("a", "590"), ("b", "9")),
    )
    section = Section(name="leak", title="Leak", blocks=(table, Paragraph(text="Group b: n = 9.")))
    leaking = replace(document, sections=(*document.sections, section))
    assert findings_in_document(leaking) == ["table leak, row 2, column n", "leak"]


def test_text_taken_from_a_finished_file_is_looked_through() -> None:
    assert findings_in_text("N = 1,000 persons\nonly 6 patients stayed\nn = 9, r = .30") == [
        "line 2",
        "line 3",
    ]


def test_finished_files_tell_of_no_small_number(html: str, file: bytes) -> None:
    from io import BytesIO

    import docx

    from tests.reports.test_html import Page

    assert findings_in_text("\n".join(Page(html).text)) == []
    word = docx.Document(BytesIO(file))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert findings_in_text("\n".join([*(one.text for one in word.paragraphs), *cells])) == []


def test_the_r_script_is_looked_through_too(
    merged: ReportRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert findings_in_text(released_script(merged)) == []
    monkeypatch.setattr(
        "service.reports.disclosure_filter.r_script",
        lambda _: "n_items = 12,\n# left out: 4 persons\n",
    )
    with pytest.raises(DisclosureError) as caught:
        released_script(merged)
    assert caught.value.findings == ["line 2"]


def test_numbers_of_persons_that_differ_by_few_are_found(merged: ReportRecord) -> None:
    planted = copy.deepcopy(dict(merged.result))
    planted["sections"]["reliability"]["n_persons"] = planted["sections"]["sample"]["n_persons"] - 4
    assert findings_in_result(planted) == ["/sections/reliability/n_persons"]
    assert findings_in_result(withheld(planted)) == []
