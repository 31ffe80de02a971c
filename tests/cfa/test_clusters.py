"""Errors and tests that allow for clusters of persons (the option ``cluster``)."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from psychometrics.cfa.analysis import analyse
from psychometrics.cfa.competing_models import rival_model, with_intercepts, with_thresholds
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.fiml import fit_fiml
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.model import Model, Parameterization
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.reporting import describe
from psychometrics.cfa.saturated_model import incomplete_answers
from psychometrics.cfa.wlsmv import fit_wlsmv, sample_of
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.declared.shapes import to_json
from psychometrics.errors import EstimationError, OptionError
from psychometrics.responses import ResponseMatrix
from psychometrics.sandwich import cross_products, cross_products_by_rows
from psychometrics.types import FloatArray, IntArray
from schemas.analyses.cfa import CfaOptionsSchema
from tests.cfa.lavaan import check_estimates, check_measures
from tests.cfa.making import SCALES, instrument_of

WAI = instrument_of(SCALES)
STRUCTURES = {
    "one-factor": Structure.ONE_FACTOR,
    "three-factor": Structure.CORRELATED_FACTORS,
    "second-order": Structure.SECOND_ORDER,
}
"""By the names under which the golden values stand."""
MODEL = rival_model(WAI, Rival(structure=Structure.CORRELATED_FACTORS))
Fit = Callable[[Model, FloatArray, IntArray | None], Fitted]


def by_mlr(model: Model, answers: FloatArray, codes: IntArray | None) -> Fitted:
    sample = complete_answers(answers, model.items, codes)
    return fit_ml(with_intercepts(model), (sample,), robust=True)


def by_fiml(model: Model, answers: FloatArray, codes: IntArray | None) -> Fitted:
    sample = incomplete_answers(answers, model.items, codes)
    return fit_fiml(with_intercepts(model), (sample,), robust=True)


def by_wlsmv(model: Model, answers: FloatArray, codes: IntArray | None) -> Fitted:
    found = ordinal_moments(answers)
    sized = with_thresholds(model, found.n_thresholds, Parameterization.DELTA)
    return fit_wlsmv(sized, (sample_of(found, codes),))


@pytest.mark.parametrize("clustered", [False, True])
def test_scores_made_some_at_a_time_have_the_cross_products_of_all(clustered: bool) -> None:
    rng = np.random.default_rng(5)
    scores = rng.standard_normal((50_000, 3))
    codes = rng.integers(0, 40, size=len(scores)) if clustered else None
    found = cross_products_by_rows(lambda rows: scores[rows], len(scores), codes)
    np.testing.assert_allclose(found, cross_products(scores, codes), rtol=1e-9)


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    path = Path(__file__).parent.parent / "golden" / "clusters_lavaan.json"
    loaded: dict[str, Any] = json.loads(path.read_text())
    return loaded


@pytest.fixture(scope="module")
def complete(data: Path) -> ResponseMatrix:
    return read(data / "clustered_396.csv")


@pytest.fixture(scope="module")
def holes(data: Path) -> ResponseMatrix:
    return read(data / "clustered_396_mis.csv")


def read(path: Path) -> ResponseMatrix:
    with path.open() as file:
        rows = list(csv.reader(file))[1:]
    answers = [[float(cell) if cell else np.nan for cell in row[1:]] for row in rows]
    return with_clusters(np.array(answers), [row[0] for row in rows])


def with_clusters(answers: FloatArray, names: list[str | None]) -> ResponseMatrix:
    return ResponseMatrix(
        instrument=WAI, answers=answers, columns={"clinician": np.array(names, dtype=object)}
    )


def codes_of(responses: ResponseMatrix) -> IntArray:
    names = responses.columns["clinician"].astype(str)
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def answered(responses: ResponseMatrix, **given: Any) -> dict[str, Any]:
    options = {"estimator": "MLR", "models": ["three-factor"], "cluster": "clinician"} | given
    result = analyse(responses, CfaOptionsSchema().load(options))
    dumped: dict[str, Any] = orjson.loads(orjson.dumps(to_json(result)))
    return dumped


@pytest.mark.parametrize("name", ["clustered_396.csv", "clustered_396_mis.csv"])
def test_the_answers_are_those_that_lavaan_saw(
    golden: dict[str, Any], data: Path, name: str
) -> None:
    digest = hashlib.md5((data / name).read_bytes(), usedforsecurity=False).hexdigest()
    assert golden["md5"][name] == digest


@pytest.mark.parametrize("structure", ["one-factor", "three-factor", "second-order"])
@pytest.mark.parametrize(("case", "fit"), [("listwise", by_mlr), ("fiml", by_fiml)])
def test_estimates_errors_and_tests_are_lavaans(
    golden: dict[str, Any],
    complete: ResponseMatrix,
    holes: ResponseMatrix,
    structure: str,
    case: str,
    fit: Fit,
) -> None:
    responses = complete if case == "listwise" else holes
    model = rival_model(WAI, Rival(structure=STRUCTURES[structure]))
    fitted = fit(model, responses.recoded, codes_of(responses))
    # the second-order model has an error of 2.0, for which lavaan's numerical Hessian is good to
    # 5e-5 of it (with or without clusters)
    tolerance = 1e-4 if structure == "second-order" else 5e-6
    check_estimates(fitted, golden[case][structure]["estimates"], tolerance=tolerance)
    check_measures(describe(fitted), golden[case][structure]["fit"])


def test_the_analysis_of_complete_rows_is_lavaans(
    golden: dict[str, Any], holes: ResponseMatrix
) -> None:
    options = {"estimator": "MLR", "missing": "listwise", "cluster": "clinician"}
    result = analyse(holes, CfaOptionsSchema().load(options | {"models": ["three-factor"]}))
    expected = golden["listwise_of_missing"]["three-factor"]
    check_measures(result.models[0], expected["fit"])
    rows = {(row[0], row[2]): row for row in expected["estimates"] if row[1] == "=~"}
    for loading in result.models[0].loadings:
        row = rows[loading.factor, f"i{loading.item}"]
        assert loading.standard_error == pytest.approx(row[4], rel=5e-6)


def test_fiml_of_complete_answers_is_mlr(complete: ResponseMatrix) -> None:
    codes = codes_of(complete)
    one, other = (fit(MODEL, complete.recoded, codes) for fit in (by_mlr, by_fiml))
    assert one.standard_errors == pytest.approx(other.standard_errors, rel=1e-6)
    for name in ("scaled_model", "scaled_baseline"):
        ours, theirs = getattr(one.tests, name), getattr(other.tests, name)
        assert ours.chi_square == pytest.approx(theirs.chi_square, rel=1e-6)


@pytest.mark.parametrize("fit", [by_mlr, by_fiml, by_wlsmv])
def test_clusters_of_one_give_the_ordinary_errors(complete: ResponseMatrix, fit: Fit) -> None:
    n = complete.n_persons
    plain = fit(MODEL, complete.recoded, None)
    alone = fit(MODEL, complete.recoded, np.arange(n))
    assert alone.theta == pytest.approx(plain.theta, abs=1e-7)
    ratio = alone.standard_errors**2 / plain.standard_errors**2
    assert ratio == pytest.approx(n / (n - 1), rel=1e-6)


@pytest.mark.parametrize("fit", [by_mlr, by_fiml, by_wlsmv])
def test_answers_given_twice_say_no_more_than_once(complete: ResponseMatrix, fit: Fit) -> None:
    """Two copies of everyone, copies clustered, are worth one."""
    n = complete.n_persons
    once = fit(MODEL, complete.recoded, np.arange(n))
    twice = fit(MODEL, np.repeat(complete.recoded, 2, axis=0), np.repeat(np.arange(n), 2))
    # N − 1 persons under WLSMV; N under maximum likelihood
    degrees = (n / (n - 1)) / (2 * n / (2 * n - 1)) if fit is by_wlsmv else 1.0
    assert twice.theta == pytest.approx(once.theta, abs=1e-6)
    ratio = once.standard_errors**2 / twice.standard_errors**2
    assert ratio == pytest.approx(degrees, rel=1e-5)
    first, second = once.tests.scaled_model, twice.tests.scaled_model
    assert first is not None
    assert second is not None
    tolerance = 2.0 / n if fit is by_wlsmv else 1e-5
    assert second.chi_square == pytest.approx(first.chi_square, rel=tolerance)


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_neither_order_nor_names_of_clusters_matter(
    complete: ResponseMatrix, estimator: str
) -> None:
    order = np.random.default_rng(3).permutation(complete.n_persons)
    names = [f"{7 * code % 44} x" for code in codes_of(complete)[order]]
    shuffled = with_clusters(complete.answers[order], list(names))
    one, other = (answered(r, estimator=estimator) for r in (complete, shuffled))
    errors = [
        [row["standard_error"] for row in result["models"][0]["loadings"]]
        for result in (one, other)
    ]
    assert errors[0] == pytest.approx(errors[1], rel=1e-6)


@pytest.mark.parametrize(
    ("estimator", "missing"),
    [("MLR", "listwise"), ("MLR", "fiml"), ("WLSMV", "listwise"), ("WLSMV", "pairwise")],
)
def test_every_way_to_treat_missing_answers_takes_clusters(
    holes: ResponseMatrix, estimator: str, missing: str
) -> None:
    given = {"estimator": estimator, "missing": missing}
    robust, plain = answered(holes, **given), answered(holes, **given, cluster=None)
    assert robust["cluster"]["column"] == "clinician"
    assert robust["cluster"]["n_clusters"] in {43, 44}
    assert plain["cluster"] is None
    for ours, theirs in zip(*(r["models"][0]["loadings"] for r in (robust, plain)), strict=True):
        assert ours["standard_error"] != pytest.approx(theirs["standard_error"], rel=1e-3)
    assert robust["n_persons"] == plain["n_persons"]
    assert robust["models"][0]["scaled"]["chi_square"] != pytest.approx(
        plain["models"][0]["scaled"]["chi_square"], rel=1e-3
    )


@pytest.mark.parametrize("estimator", ["MLR", "WLSMV"])
def test_persons_without_a_cluster_are_left_out_and_counted(
    complete: ResponseMatrix, estimator: str
) -> None:
    names = [*complete.columns["clinician"]]
    names[5] = names[200] = None
    some = with_clusters(complete.answers, names)
    kept = np.array([name is not None for name in names])
    result = answered(some, estimator=estimator)
    assert result["n_persons"] == complete.n_persons - 2
    assert any(caution.startswith("2 person(s) without") for caution in result["cautions"])
    assert result["models"] == answered(complete.rows(kept), estimator=estimator)["models"]


def test_few_clusters_are_said_to_be_few(complete: ResponseMatrix) -> None:
    five = with_clusters(complete.answers, [f"c{code % 5}" for code in codes_of(complete)])
    cautions = " ".join(answered(five)["cautions"])
    assert "With 5 clusters" in cautions
    assert "fewer than the parameters of three-factor" in cautions
    assert answered(complete)["cautions"] == []


@pytest.mark.parametrize(
    ("given", "names", "says"),
    [
        ({"estimator": "ML"}, ["a", "b"], "needs MLR or WLSMV"),
        ({"cluster": "site"}, ["a", "b"], "names no column"),
        ({}, ["a"], "at least two clusters"),
        ({}, [None], "no row has a cluster"),
        ({"estimator": "WLSMV"}, ["a"], "at least two clusters"),
        ({}, [str(number) for number in range(396)], "one person"),
    ],
)
def test_clusters_that_cannot_be_used_are_refused(
    complete: ResponseMatrix, given: dict[str, Any], names: list[str | None], says: str
) -> None:
    some = [names[row % len(names)] for row in range(complete.n_persons)]
    with pytest.raises(OptionError, match=says) as refused:
        answered(with_clusters(complete.answers, some), **given)
    assert refused.value.option == "cluster"


def test_no_complete_row_is_said_before_clusters(complete: ResponseMatrix) -> None:
    answers = complete.answers.copy()
    answers[np.arange(396), np.arange(396) % 12] = np.nan
    with pytest.raises(EstimationError, match="complete rows"):
        answered(with_clusters(answers, [*complete.columns["clinician"]]), missing="listwise")


SIX = rival_model(instrument_of({"all": (1, 2, 3, 4, 5, 6)}), Rival(structure=Structure.ONE_FACTOR))
LOADINGS = np.array([0.5, 0.6, 0.7, 0.8, 0.6, 0.7])


def clustered_answers(rng: np.random.Generator) -> tuple[FloatArray, IntArray]:
    """A hundred and fifty clusters of six, half of every latent variance between them."""
    codes = np.repeat(np.arange(150), 6)

    def mixed(columns: int) -> FloatArray:
        between = rng.normal(size=(150, columns))[codes]
        return np.sqrt(0.5) * (between + rng.normal(size=(codes.size, columns)))

    return LOADINGS * mixed(1) + np.sqrt(1.0 - LOADINGS**2) * mixed(6), codes


def by_wlsmv_of_latent(model: Model, latent: FloatArray, codes: IntArray | None) -> Fitted:
    return by_wlsmv(model, np.digitize(latent, [-1.2, -0.4, 0.5]) + 1.0, codes)


@pytest.mark.parametrize("fit", [by_mlr, by_fiml, by_wlsmv_of_latent])
def test_clusters_that_differ_widen_errors(fit: Fit) -> None:
    answers, codes = clustered_answers(np.random.default_rng(2))
    robust, plain = (fit(SIX, answers, given).standard_errors for given in (codes, None))
    assert (robust / plain).mean() > 1.2


@pytest.mark.slow
@pytest.mark.parametrize("fit", [by_mlr, by_wlsmv_of_latent])
def test_errors_of_clustered_answers_are_those_of_repeated_samples(fit: Fit) -> None:
    rng = np.random.default_rng(41)
    estimates, robust, plain, rejected = [], [], [], np.zeros(2)
    for _ in range(400):
        answers, codes = clustered_answers(rng)
        for number, fitted in enumerate((fit(SIX, answers, codes), fit(SIX, answers, None))):
            (robust, plain)[number].append(fitted.standard_errors)
            scaled = fitted.tests.scaled_model
            assert scaled is not None
            assert scaled.p_value is not None
            rejected[number] += scaled.p_value < 0.05
            if number == 0:
                estimates.append(fitted.theta)
    spread = np.std(estimates, axis=0)
    ours, naive = (np.mean(errors, axis=0) / spread for errors in (robust, plain))
    assert np.abs(ours - 1.0).max() < 0.15
    assert ours.mean() == pytest.approx(1.0, abs=0.05)
    assert naive.mean() < 0.8
    assert rejected[0] / 400 < 0.09
    assert rejected[1] > rejected[0]
