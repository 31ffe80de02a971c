"""Ladders whose errors and tests allow for clusters of persons (the option ``cluster``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from psychometrics.cfa.model import Matrix
from psychometrics.cfa.options import Estimator
from psychometrics.errors import OptionError
from psychometrics.invariance import comparison
from psychometrics.invariance.analysis import analyse
from psychometrics.invariance.options import ComparisonOptions, InvarianceOptions, Step
from psychometrics.invariance.workflow import study
from psychometrics.responses import ResponseMatrix
from psychometrics.types import no_progress
from tests.cfa.test_clusters import read
from tests.invariance.against_lavaan import check_differences, check_fit
from tests.invariance.conftest import GOLDEN
from tests.invariance.making import occasions

FILES = {"listwise": "clustered_396.csv", "fiml": "clustered_396_mis.csv"}


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((GOLDEN / "clustered_ladder_lavaan.json").read_text())
    return loaded


@pytest.fixture(scope="module")
def samples(data: Path) -> dict[str, ResponseMatrix]:
    return {name: in_two_groups(read(data / file)) for name, file in FILES.items()}


def in_two_groups(responses: ResponseMatrix) -> ResponseMatrix:
    """Put clinicians with odd numbers in group 1 and those with even ones in group 2."""
    names = responses.columns["clinician"].tolist()
    group = np.array([2.0 - int(name[1:]) % 2 for name in names])
    return with_columns(responses, group=group)


def with_columns(responses: ResponseMatrix, **columns: Any) -> ResponseMatrix:
    return ResponseMatrix(
        instrument=responses.instrument,
        answers=responses.answers,
        columns={**responses.columns, **columns},
    )


def options(estimator: str = "MLR", cluster: str | None = "clinician") -> InvarianceOptions:
    return InvarianceOptions(group="group", estimator=Estimator(estimator), cluster=cluster)


@pytest.mark.parametrize("name", FILES)
def test_every_cell_of_the_clustered_ladder(
    golden: dict[str, Any], samples: dict[str, ResponseMatrix], name: str
) -> None:
    result = analyse(samples[name], options())
    assert result.missing == name
    for step in result.steps:
        check_fit(step.model, golden[name]["fit"][step.step])
    check_differences(result.steps, golden[name]["lrt"])
    assert result.cluster is not None
    assert result.cluster.n_clusters == 44


@pytest.mark.parametrize("name", FILES)
def test_errors_of_latent_means(
    golden: dict[str, Any], samples: dict[str, ResponseMatrix], name: str
) -> None:
    found = study(samples[name], options(), progress=no_progress)
    fitted = next(one.fitted for one in found.rungs if one.step is Step.SCALAR)
    labels = fitted.layout.model.labels
    for row in golden[name]["means"][3:]:
        factor = found.design.base.factors.index(row["lhs"])
        label = found.design.free(Matrix.FACTOR_MEANS, factor, group=1).label
        position = labels.index(str(label))
        assert fitted.theta[position] == pytest.approx(row["est"], abs=1e-4)
        assert fitted.standard_errors[position] == pytest.approx(row["se"], abs=1e-4)


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_clusters_of_one_are_no_clusters_and_pairs_of_copies_are_one_person(
    samples: dict[str, ResponseMatrix], estimator: str
) -> None:
    """Everyone twice and clustered in pairs says what everyone once says, in each test."""
    once = samples["listwise"]
    n = once.n_persons
    twice = ResponseMatrix(
        instrument=once.instrument,
        answers=np.repeat(once.answers, 2, axis=0),
        columns={
            "group": np.repeat(once.columns["group"], 2),
            "pair": np.repeat(np.arange(float(n)), 2),
        },
    )
    plain = analyse(once, options(estimator, cluster=None))
    paired = analyse(twice, options(estimator, cluster="pair"))
    for one, other in zip(plain.steps[1:], paired.steps[1:], strict=True):
        assert one.difference is not None
        assert other.difference is not None
        assert one.difference.chi_square is not None
        assert other.difference.chi_square == pytest.approx(one.difference.chi_square, rel=0.02)
    assert paired.cluster is not None
    assert (paired.cluster.smallest, paired.cluster.largest) == (2, 2)


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_clusters_change_tests_and_not_estimates(
    samples: dict[str, ResponseMatrix], estimator: str
) -> None:
    clustered, plain = (
        study(samples["listwise"], options(estimator, cluster), progress=no_progress)
        for cluster in ("clinician", None)
    )
    ours, theirs = clustered.rungs[0].fitted, plain.rungs[0].fitted
    if estimator == "MLR":
        assert ours.theta == pytest.approx(theirs.theta, abs=1e-6)
    assert ours.standard_errors.mean() > 1.02 * theirs.standard_errors.mean()
    assert any("independent deviations" in caution for caution in clustered.cautions)


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_occasions_of_clustered_persons(estimator: str) -> None:
    responses = occasions(400, seed=9)
    clinician = np.tile(np.repeat(np.arange(80.0), 5), 2)
    asked = InvarianceOptions(
        occasion="session_number", cluster="clinician", estimator=Estimator(estimator)
    )
    result = analyse(with_columns(responses, clinician=clinician), asked)
    assert result.cluster is not None
    assert (result.cluster.n_clusters, result.cluster.largest) == (80, 5)
    moved = clinician.copy()
    moved[0] = 3.0
    with pytest.raises(OptionError, match="change their cluster"):
        analyse(with_columns(responses, clinician=moved), asked)


def test_rows_without_a_cluster_are_left_out_and_clusters_in_both_groups_said(
    samples: dict[str, ResponseMatrix],
) -> None:
    some = samples["listwise"]
    names = some.columns["clinician"].copy()
    names[7] = None
    group = some.columns["group"].copy()
    group[::2] = 1.0
    result = analyse(with_columns(some, clinician=names, group=group), options())
    assert result.n_persons == 395
    assert any(caution.startswith("1 rows without") for caution in result.cautions)
    assert any("in several groups" in caution for caution in result.cautions)


@pytest.mark.parametrize(
    ("estimator", "cluster", "says"),
    [
        ("ML", "clinician", "needs MLR or WLSMV"),
        ("MLR", "practice", "names no column"),
        ("MLR", "group", "group 1: at least two clusters"),
        ("WLSMV", "group", "group 1: at least two clusters"),
        ("MLR", "alone", "every cluster holds one person"),
        ("MLR", "nobody", "no row has a cluster"),
    ],
)
def test_clusters_that_cannot_be_used_are_refused(
    samples: dict[str, ResponseMatrix], estimator: str, cluster: str, says: str
) -> None:
    n = samples["listwise"].n_persons
    responses = with_columns(
        samples["listwise"], alone=np.arange(float(n)), nobody=np.full(n, np.nan)
    )
    with pytest.raises(OptionError, match=says) as refused:
        analyse(responses, options(estimator, cluster))
    assert refused.value.option == "cluster"
    asked = ComparisonOptions(group="group", estimator=Estimator(estimator), cluster=cluster)
    with pytest.raises(OptionError, match=says):
        comparison.analyse(responses, asked)
