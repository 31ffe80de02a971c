from __future__ import annotations

import copy
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from schemas.definition import Definition
from service.reports.document.compose import compose
from service.reports.document.elements import Figure
from service.reports.figures.drawing import FIGURES, draw, draw_all
from service.reports.figures.names import FigureName
from service.reports.record import ReportRecord
from tests.reports.conftest import record_of
from tests.validity.making import study

ALWAYS = set(FigureName) - {
    FigureName.AGREEMENT, FigureName.ITEM_DIFFERENCES, FigureName.LATENT_MEANS
}  # fmt: skip


def with_section(record: ReportRecord, name: str, change: dict[str, Any]) -> ReportRecord:
    result = copy.deepcopy(dict(record.result))
    result["sections"][name] = {**result["sections"][name], **change}
    return replace(record, result=result)


def test_every_name_has_a_function_that_draws_it() -> None:
    assert set(FIGURES) == set(FigureName)


def test_a_whole_study_has_every_figure_it_has_data_for(merged: ReportRecord) -> None:
    assert set(draw_all(merged, "svg")) >= ALWAYS


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_analysis_gives_the_same_bytes(merged: ReportRecord, form: str) -> None:
    for name in (FigureName.PATH, FigureName.DISTRIBUTIONS):
        assert draw(name, merged, form) == draw(name, merged, form)


def test_text_in_svg_is_text_and_nothing_comes_from_elsewhere(merged: ReportRecord) -> None:
    image = draw(FigureName.RIVALS, merged, "svg")
    assert image is not None
    drawn = ET.fromstring(image)  # noqa: S314 made by us
    words = " ".join(
        "".join(one.itertext()) for one in drawn.iter("{http://www.w3.org/2000/svg}text")
    )
    assert "three-factor" in words
    assert "RMSEA" in words
    assert b"<metadata" not in image or b"dc:date" not in image
    assert b"<image" not in image or b'href="http' not in image


def test_a_figure_without_data_does_not_exist(nothing: ReportRecord) -> None:
    assert draw_all(nothing, "svg") == {}


def test_what_is_withheld_or_unknown_leaves_no_empty_figure(merged: ReportRecord) -> None:
    section = copy.deepcopy(merged.result["sections"]["items"])
    for item in section["items"]:
        item["category_counts"] = [None] * 5
        item["missing"] = None
    section["missing"]["patterns"] = None
    section["inter_item"]["polychoric"] = None
    hidden = with_section(with_section(merged, "items", section), "sample", {"items": []})
    for name in (FigureName.DISTRIBUTIONS, FigureName.MISSINGNESS, FigureName.CORRELATIONS):
        assert draw(name, hidden, "svg") is None


def effects(n_effects: int) -> list[dict[str, Any]]:
    """Items that differ, the later the more."""
    return [
        {
            "item": 1 + place % 12, "group": f"group {place // 12}", "dmacs": place / 10,
            "signed_dmacs": place / 10, "expected_score_difference": place / 10,
            "curve": {"factor": [-1.0, 1.0], "reference": [2.0, 3.0], "group": [2.5, 3.5]},
        }
        for place in range(n_effects)
    ]  # fmt: skip


@pytest.mark.parametrize(("n_effects", "n_drawn"), [(1, 1), (11, 11), (24, 24), (40, 24)])
def test_every_item_that_differs_is_drawn_or_the_caption_says_how_many(
    merged: ReportRecord, n_effects: int, n_drawn: int
) -> None:
    partial = {"effects": effects(n_effects), "rule": "a rule"}
    changed = with_section(merged, "invariance", {"partial_invariance": partial})
    image = draw(FigureName.ITEM_DIFFERENCES, changed, "svg")
    assert image is not None
    assert len(re.findall(rb">Item \d+", image)) == n_drawn
    figures = {
        block.name: block.caption
        for section in compose(changed, [FigureName.ITEM_DIFFERENCES]).sections
        for block in section.blocks
        if isinstance(block, Figure)
    }
    caption = figures[FigureName.ITEM_DIFFERENCES]
    assert (f"{n_drawn} of {n_effects}" in caption) == (n_drawn < n_effects)
    if n_drawn < n_effects:
        assert b">Item 1, group 0<" not in image, "the smallest difference is left to the table"


def mean(group: str, factor: str) -> dict[str, Any]:
    return {
        "group": group, "factor": factor, "estimate": -0.4375, "standard_error": 0.1,
        "interval": {"lower": -0.6, "upper": -0.2, "level": 0.95}, "standardized": -0.4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "drawn"),
    [("permitted", True), ("partial", True), ("refused", False), ("inconclusive", False)],
)
def test_latent_means_are_drawn_behind_an_open_gate_alone(
    merged: ReportRecord, status: str, drawn: bool
) -> None:
    change = {"status": status, "latent_means": [mean("b", "goal"), mean("b", "bond")]}
    changed = with_section(merged, "comparison", change)
    assert (draw(FigureName.LATENT_MEANS, changed, "svg") is not None) is drawn


def test_pairs_are_drawn_in_bins_and_few_pairs_as_limits_alone(merged: ReportRecord) -> None:
    shown = draw(FigureName.RETEST, merged, "svg")
    assert shown is not None
    assert b"Share of pairs in a bin" in shown
    scales = copy.deepcopy(merged.result["sections"]["retest"]["scales"])
    for scale in scales.values():
        scale["density"] = None
    few = with_section(merged, "retest", {"scales": scales})
    alone = draw(FigureName.RETEST, few, "svg")
    assert alone is not None
    assert b"Share of pairs" not in alone
    (caption,) = [
        block.caption
        for section in compose(few, [FigureName.RETEST]).sections
        for block in section.blocks
        if isinstance(block, Figure)
    ]
    assert "too few" in caption


def test_no_improper_solution_is_drawn(merged: ReportRecord) -> None:
    models = [{**model, "proper": False} for model in merged.result["sections"]["cfa"]["models"]]
    hidden = with_section(merged, "cfa", {"models": models, "best": None})
    assert draw(FigureName.PATH, hidden, "svg") is None
    assert draw(FigureName.LOADINGS, hidden, "svg") is None


@pytest.mark.parametrize(
    "best", ["one-factor", "two-factor", "three-factor", "second-order", "bifactor"]
)
def test_every_structure_has_a_path_diagram(merged: ReportRecord, best: str) -> None:
    models = [
        {**model, "proper": model["model"] == best}
        for model in merged.result["sections"]["cfa"]["models"]
    ]
    shown = with_section(merged, "cfa", {"models": models, "best": best})
    assert draw(FigureName.PATH, shown, "svg")
    assert draw(FigureName.LOADINGS, shown, "svg")


def test_names_are_written_as_they_are_however_long_or_strange(merged: ReportRecord) -> None:
    strange = "$x$ <b>bold</b> & " + "very " * 30 + "long"
    groups = [
        {**one, "group": strange if one["group"] == "psychotherapy" else one["group"]}
        for one in merged.result["sections"]["sample"]["items"]
    ]
    changed = with_section(merged, "sample", {"items": groups})
    image = draw(FigureName.MISSINGNESS, changed, "svg")
    assert image is None or b"<b>" not in image


def test_a_long_form_of_seven_answers_can_be_drawn(wai_36: Definition) -> None:
    answers, _ = study(wai_36.instrument, "holds-up", n_persons=120, seed=2)
    answers[np.arange(120) % 7 == 0, 4] = np.nan
    items = validity_items(wai_36, answers)
    record = record_of(wai_36, {"sections": {"items": items}, "verdict": {}}, "Long")
    drawn = draw_all(
        record, "png", (FigureName.DISTRIBUTIONS, FigureName.CORRELATIONS, FigureName.MISSINGNESS)
    )
    assert len(drawn) == 3


def validity_items(definition: Definition, answers: Any) -> dict[str, Any]:
    from psychometrics.responses import ResponseMatrix
    from psychometrics.types import no_progress
    from service.use_cases.analysis_registry import KINDS, Material
    from service.use_cases.disclosure_control import protect

    responses = ResponseMatrix(instrument=definition.instrument, answers=answers)
    return protect("items", KINDS["items"].run(Material(responses=responses), {}, no_progress))
