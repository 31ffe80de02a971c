from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from service.reports.document import numbers
from service.reports.document.compose import compose
from service.reports.document.elements import Document, Figure, Note, Table
from service.reports.figures.names import FigureName
from service.reports.record import ReportRecord


@pytest.fixture(scope="module")
def whole(merged: ReportRecord) -> Document:
    return compose(merged, list(FigureName))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8, ".80"), (-0.12, "−.12"), (1.0, "1.00"), (-0.001, ".00"), (None, "–"), (1.084, "1.08")],
)
def test_what_cannot_exceed_one_has_no_leading_zero(value: float | None, text: str) -> None:
    assert numbers.bounded(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0004, "< .001"), (0.0421, ".042"), (1.0, "1.000")])
def test_p_values_have_three_digits_or_a_bound(value: float, text: str) -> None:
    assert numbers.p_value(value) == text


def test_large_numbers_are_grouped_and_shares_are_per_cent() -> None:
    assert numbers.count(1234567) == "1,234,567"
    assert numbers.share(0.4567) == "45.7%"
    assert numbers.number(-1234.5) == "−1,234.50"


def test_the_order_is_the_answer_its_basis_then_all_in_cosmins_order(whole: Document) -> None:
    assert [section.name for section in whole.sections] == [
        "basis", "sample", "missing-data", "sufficiency", "items", "dimensionality", "efa", "cfa",
        "cfa-continuous", "cutoffs", "irt", "reliability", "invariance", "comparison",
        "trajectory", "retest", "agreement", "criterion", "responsiveness", "standards", "methods",
    ]  # fmt: skip


def test_the_first_screen_holds_the_verdict_in_words(whole: Document, merged: ReportRecord) -> None:
    verdict = merged.result["verdict"]
    assert whole.answer.sentence == verdict["answer"]
    assert list(whole.answer.because) == verdict["because"]
    assert [one.rating for one in whole.answer.ratings] == [
        one["rating"] for one in verdict["properties"]
    ]


def test_every_section_that_was_not_computed_says_why(nothing: ReportRecord) -> None:
    document = compose(nothing, [])
    spoken = " ".join(
        block.text
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Note)
    )
    for name in ("sample", "cfa", "reliability", "invariance", "retest", "criterion"):
        assert f"No {name} in this test." in spoken


def test_twenty_persons_give_a_document_that_says_what_it_cannot_say(few: ReportRecord) -> None:
    document = compose(few, [])
    assert document.answer.code == "cannot-say"
    assert all(section.blocks for section in document.sections)


def test_no_table_is_empty_or_ragged_and_every_name_is_used_once(whole: Document) -> None:
    tables = list(whole.tables())
    assert len({table.name for table in tables}) == len(tables) > 15
    for table in tables:
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_nothing_unwritten_is_left_in_the_text(whole: Document) -> None:
    for table in whole.tables():
        for row in (*table.rows, table.notes, (table.caption,)):
            for cell in row:
                assert not {"None", "nan", "NaN", "{", "}"} & set(cell.split()), (table.name, cell)


def test_a_text_points_only_to_figures_that_exist(merged: ReportRecord) -> None:
    document = compose(merged, [FigureName.SCREE])
    shown = [
        block.name
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Figure)
    ]
    assert shown == [FigureName.SCREE]


def test_every_figure_is_described_for_who_cannot_see_it(whole: Document) -> None:
    for section in whole.sections:
        for block in section.blocks:
            if isinstance(block, Figure):
                assert len(block.alt) > 40
                assert block.caption


@pytest.mark.parametrize("status", ["refused", "inconclusive"])
def test_behind_a_shut_gate_no_mean_is_written(merged: ReportRecord, status: str) -> None:
    result = copy.deepcopy(dict(merged.result))
    mean = {
        "group": "a", "factor": "goal", "estimate": 0.123456, "standard_error": 0.1,
        "interval": None, "standardized": 0.1,
    }  # fmt: skip
    result["sections"]["comparison"] |= {
        "status": status, "reason": "A test.", "latent_means": [mean],
    }  # fmt: skip
    document = compose(replace(merged, result=result), list(FigureName))
    comparison = next(one for one in document.sections if one.name == "comparison")
    assert not [block for block in comparison.blocks if isinstance(block, Table | Figure)]
