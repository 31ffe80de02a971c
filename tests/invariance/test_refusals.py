"""A refusal names a group by its number: a value of the column may identify somebody."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.errors import EstimationError, OptionError, PsychometricsError
from psychometrics.invariance.analysis import analyse
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.responses import ResponseMatrix
from psychometrics.simulate import draw, population
from psychometrics.types import no_progress
from service.catalog.catalog import shipped_definitions

PLANTED = "PAT-31415926"


def sample(column: str, first: int) -> ResponseMatrix:
    """Answers of 120 persons, the first few of them in a group of their own."""
    instrument = shipped_definitions()["wai-sr-client"].instrument
    answers = draw(population(instrument), n_persons=120, rng=np.random.default_rng(2)).answers
    names = np.array([PLANTED] * first + ["others"] * (120 - first), dtype=object)
    return ResponseMatrix(instrument=instrument, answers=answers, columns={column: names})


def refusal(responses: ResponseMatrix, options: InvarianceOptions) -> PsychometricsError:
    with pytest.raises(PsychometricsError) as caught:
        analyse(responses, options, progress=no_progress)
    assert PLANTED not in str(caught.value)
    return caught.value


def test_a_group_that_cannot_be_estimated_is_named_by_its_number() -> None:
    error = refusal(sample("site", first=1), InvarianceOptions(group="site"))
    assert isinstance(error, EstimationError)
    assert error.step.startswith("group 1")


def test_an_unknown_reference_is_refused_without_the_groups_names() -> None:
    options = InvarianceOptions(group="site", reference="nowhere")
    error = refusal(sample("site", first=60), options)
    assert isinstance(error, OptionError)
    assert error.option == "reference"


def test_persons_are_no_groups() -> None:
    error = refusal(sample("person", first=60), InvarianceOptions(group="person"))
    assert isinstance(error, OptionError)
    assert error.option == "group"
