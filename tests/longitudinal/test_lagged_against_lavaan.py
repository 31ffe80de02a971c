from __future__ import annotations

import pytest

from psychometrics.cfa.options import Estimator
from psychometrics.longitudinal.lagged import analyse
from psychometrics.longitudinal.options import LaggedOptions, PanelModel
from psychometrics.longitudinal.repeated_measures_correlation import METHOD
from tests.longitudinal.comparing import PATHS, check, check_effect, check_fit
from tests.longitudinal.studies import golden, study


@pytest.mark.parametrize("key", golden()["lagged"])
def test_every_path_error_and_fit_is_lavaans(key: str) -> None:
    name, scale, model, constrained, estimator = key.split("|")
    options = LaggedOptions(
        outcome="comfort",
        scale=scale,
        model=PanelModel(model),
        constrained=constrained == "constrained",
        estimator=Estimator(estimator),
    )
    ours, theirs = analyse(study(name), options), golden()["lagged"][key]
    assert ours.model is not None
    check_fit(ours.model, theirs["model"])
    found = {(p.from_, p.to, p.from_occasion, p.to_occasion): p for p in ours.paths}
    assert len(found) == len(theirs["paths"]) == 16
    for path in theirs["paths"]:
        mine = found[path["from"], path["to"], path["from_occasion"], path["to_occasion"]]
        check_effect(mine, path)
        check(mine, {"standardized": path["standardized"], "p_value": path["p_value"]}, PATHS)
    if model == "clpm":
        assert ours.between is None
        assert any("without random intercepts" in caution for caution in ours.cautions)
        return
    between = theirs["between"]
    check(ours.between, {"correlation": between["correlation"]}, PATHS)
    check(ours.between, {name: between[name] for name in ("standard_error", "interval")}, 2e-3)


@pytest.mark.parametrize("key", golden()["within_correlation"])
def test_repeated_measures_correlation_is_pingouins(key: str) -> None:
    name, scale = key.split("|")
    ours = analyse(study(name), LaggedOptions(outcome="comfort", scale=scale)).within_correlation
    theirs = golden()["within_correlation"][key]
    check(ours, {name: theirs[name] for name in ("r", "dof", "interval")}, 1e-6)
    check(ours, {"p_value": theirs["p_value"]}, 1e-6)
    assert ours.method == METHOD


@pytest.mark.parametrize("name", [f"{letter}_{n}" for letter in "ABCD" for n in (200, 400)])
def test_the_simulated_truth_is_found(name: str) -> None:
    found = analyse(study(name), LaggedOptions(outcome="comfort"))
    assert found.answer == golden()["truth"][name]["answer"]
