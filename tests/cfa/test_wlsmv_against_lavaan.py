from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model, with_thresholds
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Parameterization
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.reporting import describe
from psychometrics.cfa.wlsmv import fit_wlsmv, ordinal_sample, sample_of
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import OrdinalMoments, ordinal_moments
from psychometrics.errors import EstimationError
from psychometrics.instrument import Instrument
from tests.cfa.lavaan import check_estimates, check_measures
from tests.cfa.making import answers_in

DELTA, THETA = Parameterization.DELTA, Parameterization.THETA
ENTRIES: dict[str, tuple[Structure, Parameterization, str, MissingPolicy]] = {
    "cfa3_WLSMV": (Structure.CORRELATED_FACTORS, DELTA, "", MissingPolicy.LISTWISE),
    "cfa3_WLSMV_theta": (Structure.CORRELATED_FACTORS, THETA, "", MissingPolicy.LISTWISE),
    "cfa3_WLSMV_pairwise": (Structure.CORRELATED_FACTORS, DELTA, "_mis", MissingPolicy.PAIRWISE),
    "cfa3_WLSMV_listwise_mis": (
        Structure.CORRELATED_FACTORS,
        DELTA,
        "_mis",
        MissingPolicy.LISTWISE,
    ),
    "cfa1_WLSMV": (Structure.ONE_FACTOR, DELTA, "", MissingPolicy.LISTWISE),
    "second_order_WLSMV": (Structure.SECOND_ORDER, DELTA, "", MissingPolicy.LISTWISE),
    "bifactor_WLSMV": (Structure.BIFACTOR, DELTA, "", MissingPolicy.LISTWISE),
}
CASES = [(n, entry) for n in ("250", "1000") for entry in ENTRIES]


@cache
def moments(path: Path, missing: MissingPolicy) -> OrdinalMoments:
    return ordinal_moments(answers_in(path), missing=missing)


def fitted(data: Path, wai: Instrument, n: str, entry: str) -> Fitted:
    structure, parameterization, ending, missing = ENTRIES[entry]
    found = moments(data / f"wai_{n}{ending}.csv", missing)
    model = rival_model(wai, Rival(structure=structure))
    sized = with_thresholds(model, found.n_thresholds, parameterization)
    return fit_wlsmv(sized, (sample_of(found),))


@pytest.mark.parametrize(("n", "entry"), CASES)
def test_every_estimate_and_error_is_lavaans(
    n: str, entry: str, data: Path, wai: Instrument, lavaan: dict[str, Any]
) -> None:
    # lavaan's polychoric correlations are good to 1e-6
    check_estimates(fitted(data, wai, n, entry), lavaan[n][entry]["estimates"], tolerance=5e-6)


@pytest.mark.parametrize(("n", "entry"), CASES)
def test_every_fit_measure_is_lavaans(
    n: str, entry: str, data: Path, wai: Instrument, lavaan: dict[str, Any]
) -> None:
    check_measures(describe(fitted(data, wai, n, entry)), lavaan[n][entry]["fit"])


def test_both_parameterizations_are_one_model(data: Path, wai: Instrument) -> None:
    delta = fitted(data, wai, "250", "cfa3_WLSMV")
    theta = fitted(data, wai, "250", "cfa3_WLSMV_theta")
    assert theta.tests.model.chi_square == pytest.approx(delta.tests.model.chi_square, abs=1e-9)
    assert theta.tests.scaled_model is not None
    assert delta.tests.scaled_model is not None
    assert theta.tests.scaled_model.chi_square == pytest.approx(
        delta.tests.scaled_model.chi_square, abs=1e-6
    )
    loadings = theta.states[0].loadings / np.sqrt(np.diagonal(theta.states[0].covariance))[:, None]
    assert loadings == pytest.approx(delta.states[0].loadings, abs=1e-7)


def test_a_correlation_without_a_standard_error_is_refused() -> None:
    nacov = np.eye(7)
    nacov[6, 6] = np.inf
    with pytest.raises(EstimationError, match="standard error"):
        ordinal_sample([np.zeros(1)] * 4, np.eye(4), nacov, 100)
