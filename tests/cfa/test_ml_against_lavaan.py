from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.reporting import describe
from psychometrics.cfa.results import ModelResult
from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from tests.cfa.lavaan import check_estimates, check_measures
from tests.cfa.making import instrument_of

CASES = [
    ("250", "cfa3_ML", Structure.CORRELATED_FACTORS, False),
    ("1000", "cfa3_ML", Structure.CORRELATED_FACTORS, False),
    ("250", "cfa1_ML", Structure.ONE_FACTOR, False),
    ("1000", "cfa1_ML", Structure.ONE_FACTOR, False),
    ("250", "second_order_ML", Structure.SECOND_ORDER, False),
    ("1000", "second_order_ML", Structure.SECOND_ORDER, False),
    ("1000", "bifactor_ML", Structure.BIFACTOR, False),
    ("250", "cfa3_MLR", Structure.CORRELATED_FACTORS, True),
    ("1000", "cfa3_MLR", Structure.CORRELATED_FACTORS, True),
    ("1000", "bifactor_MLR", Structure.BIFACTOR, True),
]
# lavaan's own iterations stop within about 1e-6 of the minimum; where an error is large (second
# order at n = 250: 5.9) its numerical Hessian is good to 2e-6 of it
TOLERANCE = 5e-6


def fitted(
    samples: dict[str, ResponseMatrix], n: str, structure: Structure, *, robust: bool
) -> Fitted:
    responses = samples[f"wai_{n}"]
    sample = complete_answers(responses.recoded, responses.instrument.scored_items)
    model = rival_model(responses.instrument, Rival(structure=structure))
    return fit_ml(model, (sample,), robust=robust)


@pytest.mark.parametrize(("n", "entry", "structure", "robust"), CASES)
def test_every_estimate_and_error_is_lavaans(
    n: str,
    entry: str,
    structure: Structure,
    robust: bool,
    lavaan: dict[str, Any],
    samples: dict[str, ResponseMatrix],
) -> None:
    fit = fitted(samples, n, structure, robust=robust)
    check_estimates(fit, lavaan[n][entry]["estimates"], tolerance=TOLERANCE)


@pytest.mark.parametrize(("n", "entry", "structure", "robust"), CASES)
def test_every_fit_measure_is_lavaans(
    n: str,
    entry: str,
    structure: Structure,
    robust: bool,
    lavaan: dict[str, Any],
    samples: dict[str, ResponseMatrix],
) -> None:
    result = describe(fitted(samples, n, structure, robust=robust))
    check_measures(result, lavaan[n][entry]["fit"])


@pytest.fixture(scope="module")
def holzinger_swineford(data: Path) -> ModelResult:
    scores = np.genfromtxt(
        data / "holzinger_swineford_1939.csv", delimiter=",", skip_header=1, usecols=range(6, 15)
    )
    tests: Instrument = instrument_of(
        {"visual": (1, 2, 3), "textual": (4, 5, 6), "speed": (7, 8, 9)}
    )
    model = rival_model(tests, Rival(structure=Structure.CORRELATED_FACTORS))
    return describe(fit_ml(model, (complete_answers(scores, model.items),)))


def test_holzinger_swineford_fits_as_published(holzinger_swineford: ModelResult) -> None:
    """Rosseel (2012), doi:10.18637/jss.v048.i02, section 3; lavaan's tutorial prints the same."""
    result = holzinger_swineford
    assert result.chi_square == pytest.approx(85.306, abs=5e-4)
    assert (result.df, result.n_persons) == (24, 301)
    assert result.indices.cfi == pytest.approx(0.931, abs=5e-4)
    assert result.indices.tli == pytest.approx(0.896, abs=5e-4)
    assert result.indices.rmsea == pytest.approx(0.092, abs=5e-4)
    assert result.srmr == pytest.approx(0.065, abs=5e-4)
    assert result.log_likelihood == pytest.approx(-3737.745, abs=5e-4)


def test_holzinger_swineford_loads_as_published(holzinger_swineford: ModelResult) -> None:
    """The standardized loadings of lavaan's tutorial, to their three digits."""
    published = [0.772, 0.424, 0.581, 0.852, 0.855, 0.838, 0.570, 0.723, 0.665]
    loadings = [loading.standardized for loading in holzinger_swineford.loadings]
    assert loadings == pytest.approx(published, abs=5e-4)
    errors = [loading.standard_error for loading in holzinger_swineford.loadings]
    # cfa(..., std.lv = TRUE) in lavaan 0.6-14
    lavaan = [0.08085, 0.07745, 0.07442, 0.05664, 0.06268, 0.05366, 0.06958, 0.06591, 0.06502]
    assert errors == pytest.approx(lavaan, abs=1e-5)
