"""Forms of any number of subscales, through every kind and to the finished report."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from psychometrics.validity.results import ValidityResult
from schemas.definition import Definition, load_definition
from service.reports.record import ReportedSample, ReportRecord
from service.reports.render import Format, render_report
from service.use_cases.analysis_registry import KINDS, Material
from tests.described import fits
from tests.validity.making import validity

FORMS: dict[str, dict[str, list[int]]] = {
    "one subscale": {"alone": [1, 2, 3, 4, 5]},
    "two subscales, one of them of one item, and two items in none": {
        "agreement": [1, 3, 4, 6],
        "liking": [2],
    },
    "five subscales": {name: [3 * k + 1, 3 * k + 2, 3 * k + 3] for k, name in enumerate("abcde")},
}


def definition(subscales: dict[str, list[int]]) -> Definition:
    n_items = max(item for items in subscales.values() for item in items)
    return load_definition(
        {
            "id": "a-form",
            "version": "1",
            "title": "A form",
            "items": n_items + (1 if n_items == 6 else 0),
            "response": {"minimum": 1, "maximum": 5},
            "subscales": subscales,
            "total": True,
        }
    )


def answers(instrument: Instrument, n_persons: int = 240) -> Any:
    rng = np.random.default_rng(5)
    general = rng.normal(size=(n_persons, 1))
    latent = 0.5 * general + rng.normal(size=(n_persons, instrument.n_items)) * 0.7
    for scale in instrument:
        latent[:, scale.columns] += 0.6 * rng.normal(size=(n_persons, 1))
    return np.clip(np.rint(3.3 + 1.1 * latent), 1, 5)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_goes_through_to_its_finished_report(name: str) -> None:
    form = definition(FORMS[name])
    given = answers(form.instrument)
    groups = np.array(["a", "b"] * (len(given) // 2), dtype=object)
    options = {"group": "group", "replicates": 10}
    found = validity(form.instrument, given, options, group=groups)
    fits(ValidityResult, found)
    assert list(found["sections"]["reliability"]["scales"]) == [*FORMS[name], "total"]
    record = ReportRecord(
        id=None,
        created_at=None,
        definition=form.document,
        sha256=form.sha256,
        samples=(ReportedSample(name="A sample"),),
        options=options,
        result=found,
    )
    assert "A form" in render_report(record, Format.HTML).decode()


@pytest.mark.parametrize("name", FORMS)
def test_correlated_factors_are_one_for_each_subscale(name: str) -> None:
    form = definition(FORMS[name])
    material = Material(
        responses=ResponseMatrix(instrument=form.instrument, answers=answers(form.instrument))
    )
    options = {"models": ["correlated-factors"], "estimator": "ML"}
    (model,) = KINDS["cfa"].run(material, options, no_progress)["models"]
    assert model["model"] == "correlated-factors"
    assert {one["factor"] for one in model["loadings"]} == set(FORMS[name])
    n_factors = len(FORMS[name])
    assert len(model["factor_correlations"]) == n_factors * (n_factors - 1) // 2
    with pytest.raises(OptionError, match="three-factor is for forms of three subscales"):
        KINDS["cfa"].run(material, {"models": ["three-factor"]}, no_progress)


def test_three_factor_is_the_other_name_of_the_same_model(wai_sr: Definition) -> None:
    instrument = wai_sr.instrument
    material = Material(
        responses=ResponseMatrix(instrument=instrument, answers=answers(instrument))
    )
    options = {"models": ["three-factor", "correlated-factors"], "estimator": "ML"}
    one, other = KINDS["cfa"].run(material, options, no_progress)["models"]
    assert (one.pop("model"), other.pop("model")) == ("three-factor", "correlated-factors")
    assert one == other
