from __future__ import annotations

from functools import cache

import pytest

from psychometrics.cfa.options import Estimator
from psychometrics.longitudinal.options import Shape, TrajectoryOptions
from psychometrics.longitudinal.trajectory import analyse
from psychometrics.longitudinal.trajectory_results import TrajectoryResult
from tests.longitudinal.comparing import PATHS, check, check_correlation, check_effect, check_fit
from tests.longitudinal.studies import SCALES, STUDIES, golden, study

FITS = [
    (name, shape, estimator)
    for name in STUDIES
    for shape in Shape
    for estimator in (Estimator.MLR, Estimator.ML)
    if estimator is Estimator.MLR or name in ("A_400", "D_200", "E_400")
]


@cache
def grown(name: str, shape: Shape, estimator: Estimator) -> TrajectoryResult:
    knot = 4.0 if shape is Shape.PIECEWISE else None
    options = TrajectoryOptions(
        shape=shape, knot=knot, estimator=estimator, auxiliary=(), replicates=10, invariance=False
    )
    return analyse(study(name), options)


@pytest.mark.parametrize(("name", "shape", "estimator"), FITS)
def test_every_growth_parameter_error_and_fit_is_lavaans(
    name: str, shape: Shape, estimator: Estimator
) -> None:
    found = grown(name, shape, estimator)
    for scale in SCALES:
        shapes = golden()["trajectory"][f"{name}|{scale}"]["shapes"]
        if estimator.value not in shapes:
            continue
        theirs, ours = shapes[estimator.value][shape.value], found.scales[scale]
        assert ours.model is not None
        assert ours.growth is not None
        check_fit(ours.model, theirs["model"])
        check(ours.means, theirs["means"], PATHS)
        growth = theirs["growth"]
        check_effect(ours.growth.level, growth["level"])
        check_effect(ours.growth.slope, growth["slope"])
        check_effect(ours.growth.variances.level, growth["variances"]["level"])
        check_effect(ours.growth.variances.slope, growth["variances"]["slope"])
        if growth["variances"]["slope"]["estimate"] < 0:
            assert ours.growth.variances.slope.caution
            assert ours.growth.correlation.estimate is None
        else:
            check_correlation(ours.growth.correlation, growth["correlation"])
        if shape is Shape.PIECEWISE:
            assert ours.growth.slope_after is not None
            check_effect(ours.growth.slope_after, growth["slope_after"])
        for mine, their in zip(ours.growth.basis, growth.get("basis", []), strict=True):
            check(mine, {"occasion": their["occasion"], "estimate": their["estimate"]}, PATHS)
            if 1 < their["occasion"] < 5:
                check(mine, {"standard_error": their["standard_error"]}, 2e-3)


@pytest.mark.parametrize("name", STUDIES)
def test_occasion_means_and_reliability_of_change_are_rs(name: str) -> None:
    found = grown(name, Shape.LINEAR, Estimator.MLR)
    assert found.n_occasions == 5
    for scale in SCALES:
        theirs, ours = golden()["trajectory"][f"{name}|{scale}"], found.scales[scale]
        check(ours.occasion_means, theirs["occasion_means"], 1e-9)
        check(ours.within_person, theirs["within_person"], 1e-9)
        assert ours.n_persons == theirs["n_persons"]
