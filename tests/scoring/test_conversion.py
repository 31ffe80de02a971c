"""Conversion tables say what the rule says, to the last bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psychometrics.instrument import Instrument
from psychometrics.scoring.conversion import conversion, n_places
from psychometrics.scoring.prorate import score
from service.catalog.catalog import shipped_definitions
from tests.scoring.forms import ODD

FORMS = {name: one.instrument for name, one in shipped_definitions().items()}


def drawn(form: Instrument, missing: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    answers = rng.integers(form.minimum, form.maximum + 1, size=(60, form.n_items)).astype(float)
    answers[rng.random(answers.shape) < missing] = np.nan
    return answers


@pytest.mark.parametrize("form", [*FORMS.values(), ODD], ids=lambda form: form.id)
@given(missing=st.sampled_from([0.0, 0.02, 0.2, 0.6, 1.0]), seed=st.integers(0, 2**32))
def test_a_place_leads_to_the_score(form: Instrument, missing: float, seed: int) -> None:
    answers, tables = drawn(form, missing, seed), conversion(form)
    scored, places = score(form, answers), tables.places(answers)
    subscales = len(form.subscales)
    found = tables.scores[places[:, :subscales] + tables.starts]
    np.testing.assert_array_equal(found, scored.scores[:, :subscales])
    np.testing.assert_array_equal(tables.totals(places), scored.scores[:, :subscales].sum(axis=1))
    np.testing.assert_array_equal(places[:, -1] // tables.base, scored.answered)


@pytest.mark.parametrize("form", [FORMS["wai-sr-client"], ODD], ids=["wai-sr", "odd"])
def test_a_response_is_complete_when_nothing_that_is_scored_is_missing(form: Instrument) -> None:
    answers = drawn(form, 0.1, 1)
    columns = np.array(form.scored_items) - 1
    expected = np.isfinite(answers[:, columns]).all(axis=1)
    places = conversion(form).places(answers)
    np.testing.assert_array_equal(places[:, -2] >= conversion(form).complete, expected)


def test_forms_that_differ_in_what_is_reversed_have_tables_of_their_own() -> None:
    turned = replace(ODD, reversed_items=())
    assert conversion(turned) is not conversion(ODD)
    assert conversion(replace(ODD)) is conversion(ODD)


def test_the_tables_of_a_common_form_are_small() -> None:
    assert n_places(FORMS["wai-sr-client"]) == 3 * 5 * 61
    assert len(conversion(FORMS["wai-sr-client"]).scores) == 3 * 5 * 61
