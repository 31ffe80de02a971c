from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.model import Matrix
from psychometrics.cfa.modification import modifications
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.standardized import standardized_loadings
from psychometrics.cfa.validity_indices import (
    average_variance_extracted,
    explained_common_variance,
    heterotrait_monotrait,
    omega_hierarchical,
)
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from tests.cfa.lavaan import element

SIZES = ["250", "1000"]


def fitted(
    responses: ResponseMatrix, structure: Structure = Structure.CORRELATED_FACTORS
) -> Fitted:
    sample = complete_answers(responses.recoded, responses.instrument.scored_items)
    return fit_ml(rival_model(responses.instrument, Rival(structure=structure)), (sample,))


@pytest.mark.parametrize("n", SIZES)
def test_standardized_loadings_and_errors_are_lavaans(
    n: str, samples: dict[str, ResponseMatrix], lavaan: dict[str, Any]
) -> None:
    fit = fitted(samples[f"wai_{n}"])
    values, errors = standardized_loadings(fit)
    model = fit.layout.model
    for row in lavaan[n]["standardized_ML"]:
        place = element([row["lhs"], row["op"], row["rhs"]], model)
        if place is not None and place[0] is Matrix.LOADINGS:
            assert values[place[1:]] == pytest.approx(row["est.std"], abs=1e-6)
            assert errors[place[1:]] == pytest.approx(row["se"], abs=1e-6)


@pytest.mark.parametrize("n", SIZES)
def test_the_largest_modification_indices_are_lavaans(
    n: str, samples: dict[str, ResponseMatrix], lavaan: dict[str, Any]
) -> None:
    fit = fitted(samples[f"wai_{n}"])
    found = {
        (c.parameter.matrix, frozenset((c.parameter.row, c.parameter.column))): c
        for c in modifications(fit)
    }
    for row in lavaan[n]["modification_ML"]:
        place = element([row["lhs"], row["op"], row["rhs"]], fit.layout.model)
        assert place is not None
        change = found[place[0], frozenset(place[1:])]
        # lavaan's estimates stop within 1e-6 of the minimum
        assert change.index == pytest.approx(row["mi"], abs=2e-5)
        assert change.expected_change == pytest.approx(row["epc"], abs=2e-6)


@pytest.mark.parametrize("n", SIZES)
def test_average_variance_extracted_is_semtools(
    n: str, samples: dict[str, ResponseMatrix], lavaan: dict[str, Any]
) -> None:
    found = average_variance_extracted(fitted(samples[f"wai_{n}"]))
    assert found == pytest.approx(lavaan[n]["ave_ML"], abs=1e-6)


@pytest.mark.parametrize("n", SIZES)
def test_heterotrait_monotrait_ratios_are_semtools(
    n: str, samples: dict[str, ResponseMatrix], lavaan: dict[str, Any], wai: Instrument
) -> None:
    correlations = np.corrcoef(samples[f"wai_{n}"].answers, rowvar=False)
    theirs = lavaan[n]["htmt"]
    for (first, second), ratio in heterotrait_monotrait(correlations, wai).items():
        row, column = theirs["rows"].index(first), theirs["cols"].index(second)
        assert ratio.estimate == pytest.approx(theirs["values"][row][column], abs=1e-9)


def test_a_general_factor_alone_explains_everything(samples: dict[str, ResponseMatrix]) -> None:
    fit = fitted(samples["wai_1000"], Structure.ONE_FACTOR)
    assert explained_common_variance(fit, 0) == pytest.approx(1.0)


def test_the_general_factor_of_a_bifactor_model_is_weighed(
    samples: dict[str, ResponseMatrix],
) -> None:
    fit = fitted(samples["wai_1000"], Structure.BIFACTOR)
    general = fit.layout.model.factors.index("general")
    loadings = fit.states[0].loadings
    total = fit.states[0].covariance.sum()
    assert omega_hierarchical(fit, general) == pytest.approx(
        loadings[:, general].sum() ** 2 / total
    )
    share = explained_common_variance(fit, general)
    assert share is not None
    assert 0.7 < share < 0.95
