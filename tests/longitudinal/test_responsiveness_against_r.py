from __future__ import annotations

import pytest

from psychometrics.longitudinal.options import ResponsivenessOptions
from psychometrics.longitudinal.responsiveness import analyse
from psychometrics.longitudinal.responsiveness_results import ScaleResponsiveness
from tests.longitudinal.comparing import check
from tests.longitudinal.studies import golden, study

KEYS = list(golden()["responsiveness"])
EXACT = 1e-8
"""R's numbers carry twelve digits; the noncentral t is solved to 1e-10 there."""

BOOTSTRAP = 0.1
"""Share of an interval's width by which two bootstraps of 2,000 draws may differ at an end: four
standard errors of a 2.5% quantile are .09 of the width of a normal interval."""


def found(key: str, reliability: float | None) -> ScaleResponsiveness:
    name, scale = key.split("|")
    options = ResponsivenessOptions(
        anchor="rated_change",
        first=1.0,
        second=4.0,
        scales=(scale,),
        anchor_reliability=reliability,
        replicates=2000,
    )
    return analyse(study(name), options).scales[scale]


def check_bootstrap(ours: object, theirs: dict[str, float]) -> None:
    width = theirs["upper"] - theirs["lower"]
    for end in ("lower", "upper"):
        assert abs(getattr(ours, end) - theirs[end]) < BOOTSTRAP * width


@pytest.mark.parametrize("key", KEYS)
def test_every_statistic_of_change_is_rs(key: str) -> None:
    theirs, ours = golden()["responsiveness"][key], found(key, None)
    names = (
        *("n", "n_anchor", "n_improved", "n_unchanged", "change", "standardized_response_mean"),
        *("effect_size", "guyatt", "smallest_detectable_change"),
    )
    check(ours, {name: theirs[name] for name in names}, EXACT)
    anchor = {name: theirs["anchor_correlation"][name] for name in ("estimate", "interval")}
    check(ours.anchor_correlation, anchor, EXACT)


@pytest.mark.parametrize("key", KEYS)
def test_every_minimal_important_change_is_rs(key: str) -> None:
    theirs = golden()["responsiveness"][key]["minimal_important_change"]
    ours = found(key, None).minimal_important_change
    check(ours, {"roc": theirs["roc"], "proportion_improved": theirs["proportion_improved"]}, EXACT)
    for name in ("predictive", "adjusted_predictive"):
        check(getattr(ours, name), {"estimate": theirs[name]["estimate"]}, EXACT)
        check_bootstrap(getattr(ours, name).interval, theirs[name]["interval"])
    adjusted = theirs["adjusted_by_reliability"]
    ours = found(key, adjusted["anchor_reliability"]).minimal_important_change
    check(ours.adjusted_predictive, {"estimate": adjusted["estimate"]}, EXACT)
    check_bootstrap(ours.adjusted_predictive.interval, adjusted["interval"])
