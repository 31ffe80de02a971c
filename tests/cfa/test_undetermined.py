"""A factor that is not in the answers is said not to be determined by them."""

from __future__ import annotations

import numpy as np
import pytest

from psychometrics.cfa.analysis import analyse
from psychometrics.cfa.options import CfaOptions, Estimator, Missing, Rival, Structure
from psychometrics.responses import ResponseMatrix
from psychometrics.simulate import draw, population
from service.catalog.catalog import shipped_definitions


@pytest.mark.parametrize("estimator", [Estimator.ML, Estimator.WLSMV])
def test_a_method_factor_without_method_variance_is_improper(estimator: Estimator) -> None:
    """The population has no method factor; in this sample its loadings are estimated at zero."""
    instrument = shipped_definitions()["wai-s-client"].instrument
    sample = draw(population(instrument), n_persons=300, rng=np.random.default_rng(12))
    options = CfaOptions(
        models=(Rival(structure=Structure.CORRELATED_FACTORS, method=True),),
        estimator=estimator,
        missing=Missing.LISTWISE,
    )
    [model] = analyse(ResponseMatrix(instrument=instrument, answers=sample.answers), options).models
    assert not model.proper
    assert any("loadings of method is singular" in caution for caution in model.cautions)
