"""Studies that can say little: whole pages that say what they cannot say, and no empty figure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from psychometrics.types import FloatArray
from schemas.definition import Definition
from service.reports.disclosure_filter import looked_through
from service.reports.document.compose import compose
from service.reports.figures.drawing import draw_all
from service.reports.html import render_html
from service.reports.record import ReportRecord
from tests.reports.conftest import record_of
from tests.reports.test_html import Page
from tests.validity.making import study, validity

MARK = re.compile(rb"<(?:path|use|text|image|rect)\b")
"""What a drawing is made of."""


@dataclass(frozen=True)
class Case:
    """A study that lacks something, and what its report must say.

    Attributes
    ----------
    n_persons
        How many answered.
    missing
        Share of their answers that are missing.
    constant
        An item that everybody answered alike.
    groups
        How many groups there are; 0 for no such column.
    says
        Words of the report.
    """

    n_persons: int = 300
    missing: float = 0.0
    constant: int | None = None
    groups: int = 2
    says: tuple[str, ...] = ()


CASES = {
    "twenty persons": Case(n_persons=20, groups=0, says=("cannot",)),
    "one group": Case(groups=1, says=("Not computed.",)),
    "no groups": Case(groups=0, says=("nothing to compare with",)),
    "40% missing": Case(missing=0.4, says=("are missing:",)),
    "a constant item": Case(constant=5, says=("item 5",)),
}


def answers_of(case: Case, definition: Definition) -> tuple[FloatArray, Any]:
    answers, groups = study(definition.instrument, "holds-up", n_persons=case.n_persons, seed=4)
    answers[np.random.default_rng(4).random(answers.shape) < case.missing] = np.nan
    if case.constant is not None:
        answers[:, case.constant - 1] = 4.0
    return answers, groups if case.groups == 2 else np.full(case.n_persons, "one", dtype=object)


@pytest.fixture(scope="module", params=list(CASES))
def case(request: pytest.FixtureRequest, wai_sr: Definition) -> tuple[Case, ReportRecord]:
    chosen = CASES[request.param]
    answers, groups = answers_of(chosen, wai_sr)
    given = {"group": groups} if chosen.groups else {}
    options = {"replicates": 10, **({"group": "group"} if chosen.groups else {})}
    return chosen, record_of(wai_sr, validity(wai_sr.instrument, answers, options, **given), "Bad")


def test_the_page_is_whole_says_what_it_cannot_say_and_shows_no_empty_figure(
    case: tuple[Case, ReportRecord],
) -> None:
    chosen, record = case
    shown = looked_through(record)
    images = draw_all(shown, "svg")
    document = compose(shown, images.keys())
    page = Page(render_html(document, images).decode())
    text = " ".join(" ".join(page.text).split())
    for words in chosen.says:
        assert words in text
    assert not re.search(r"\b(nan|NaN|None|inf|Traceback)\b", text)
    assert all(section.blocks for section in document.sections)
    assert len(page.all("figure")) == len(images)
    for name, image in images.items():
        assert len(MARK.findall(image)) > 20, name
        assert b"nan" not in image.lower(), name
