from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model, with_intercepts
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fiml_likelihood import expectation_step
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.reporting import describe
from psychometrics.cfa.saturated_model import incomplete_answers
from psychometrics.errors import EstimationError
from tests.cfa.lavaan import check_estimates, check_measures
from tests.cfa.making import SCALES, answers_in, instrument_of

MODEL = with_intercepts(
    rival_model(instrument_of(SCALES), Rival(structure=Structure.CORRELATED_FACTORS))
)
CASES = [(n, entry) for n in ("250", "1000") for entry in ("cfa3_FIML_ML", "cfa3_FIML_MLR")]


@cache
def fitted(path: Path, *, robust: bool) -> Fitted:
    sample = incomplete_answers(answers_in(path), MODEL.items)
    return fit_fiml(MODEL, (sample,), robust=robust)


@pytest.mark.parametrize(("n", "entry"), CASES)
def test_every_estimate_and_error_is_lavaans(
    n: str, entry: str, data: Path, lavaan: dict[str, Any]
) -> None:
    fit = fitted(data / f"wai_{n}_mis.csv", robust=entry.endswith("MLR"))
    check_estimates(fit, lavaan[n][entry]["estimates"])


@pytest.mark.parametrize(("n", "entry"), CASES)
def test_every_fit_measure_is_lavaans(
    n: str, entry: str, data: Path, lavaan: dict[str, Any]
) -> None:
    fit = fitted(data / f"wai_{n}_mis.csv", robust=entry.endswith("MLR"))
    check_measures(describe(fit), lavaan[n][entry]["fit"])


def test_complete_answers_give_the_complete_likelihood(data: Path) -> None:
    answers = answers_in(data / "wai_250.csv")
    incomplete = fit_fiml(MODEL, (incomplete_answers(answers, MODEL.items),), robust=True)
    complete = fit_ml(MODEL, (complete_answers(answers, MODEL.items),), robust=True)
    assert incomplete.theta == pytest.approx(complete.theta, abs=1e-8)
    assert incomplete.standard_errors == pytest.approx(complete.standard_errors, abs=1e-8)
    assert incomplete.log_likelihood == pytest.approx(complete.log_likelihood, abs=1e-7)
    assert incomplete.tests.scaled_model is not None
    assert complete.tests.scaled_model is not None
    assert incomplete.tests.scaled_model.chi_square == pytest.approx(
        complete.tests.scaled_model.chi_square, abs=1e-7
    )


def test_saturated_estimates_are_where_em_stops_moving(data: Path) -> None:
    found = incomplete_answers(answers_in(data / "wai_250_mis.csv"), MODEL.items)
    step = expectation_step(found.sample, found.covariance, found.mean)
    assert step is not None
    assert step[0] == pytest.approx(found.covariance, abs=1e-9)
    assert step[1] == pytest.approx(found.mean, abs=1e-9)


def test_persons_without_any_answer_change_nothing(data: Path) -> None:
    answers = answers_in(data / "wai_250_mis.csv")
    padded = np.vstack([answers, np.full((7, 12), np.nan)])
    assert incomplete_answers(padded, MODEL.items).covariance == pytest.approx(
        incomplete_answers(answers, MODEL.items).covariance, abs=1e-12
    )


def test_items_never_answered_together_are_named(data: Path) -> None:
    answers = answers_in(data / "wai_250.csv")
    answers[:125, 2] = np.nan
    answers[125:, 8] = np.nan
    with pytest.raises(EstimationError, match="items 3 and 9"):
        incomplete_answers(answers, MODEL.items)
