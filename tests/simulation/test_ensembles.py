from pathlib import Path

import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model, with_intercepts
from psychometrics.cfa.complete_data import complete_answers
from psychometrics.cfa.ml import fit_ml
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.parameter_index import Layout, layout_of
from psychometrics.errors import EstimationError
from psychometrics.instrument import Instrument, Scale
from psychometrics.simulation.bootstrap import bootstrap, parameters_of
from psychometrics.simulation.draws import (
    bootstrap_moments,
    population_moments,
    resampling_counts,
)
from psychometrics.simulation.normal import ReplicateMoments, fit_replicates, inverses
from psychometrics.types import BoolArray, FloatArray

DATA = Path(__file__).parents[1] / "data"
ANSWERS = np.genfromtxt(DATA / "wai_250.csv", delimiter=",", skip_header=1)[:, 1:]
KEY = {"goal": (4, 6, 8, 11), "task": (1, 2, 10, 12), "bond": (3, 5, 7, 9)}
WAI_SR = Instrument(
    id="wai-sr-client",
    version="1.0.0",
    n_items=12,
    minimum=1,
    maximum=5,
    subscales={name: Scale(name=name, items=key, minimum_answered=3) for name, key in KEY.items()},
)


def layout(structure: Structure, *, means: bool = False) -> Layout:
    model = rival_model(WAI_SR, Rival(structure=structure))
    return layout_of(with_intercepts(model) if means else model)


def estimates(made: Layout, answers: FloatArray) -> FloatArray:
    sample = complete_answers(answers, WAI_SR.scored_items)
    return fit_ml(made.model, (sample,), layout=made).theta


def test_a_bootstrap_sample_has_the_moments_of_its_persons() -> None:
    draws = bootstrap_moments(ANSWERS, replicates=5, rng=np.random.default_rng(7))
    counts = resampling_counts(250, replicates=5, rng=np.random.default_rng(7))
    for replicate in range(5):
        persons = np.repeat(ANSWERS, counts[replicate].astype(int), axis=0)
        assert len(persons) == 250
        np.testing.assert_allclose(draws.means[replicate], persons.mean(axis=0))
        expected = np.cov(persons.T, bias=True)
        np.testing.assert_allclose(draws.covariances[replicate], expected, atol=1e-12)


def test_samples_from_a_population_have_its_moments_on_average() -> None:
    covariance = np.array([[1.0, 0.5, 0.2], [0.5, 2.0, 0.4], [0.2, 0.4, 1.0]])
    rng = np.random.default_rng(3)
    draws = population_moments(covariance, n_persons=50, replicates=20_000, rng=rng)
    np.testing.assert_allclose(draws.covariances.mean(axis=0) * 50 / 49, covariance, atol=0.01)
    # the variance of an unbiased sample variance of normals is 2σ⁴ / (N − 1)
    spread = (draws.covariances[:, 1, 1] * 50 / 49).var()
    assert spread == pytest.approx(2 * 2.0**2 / 49, rel=0.05)
    np.testing.assert_allclose(np.cov(draws.means.T), covariance / 50, atol=1.5e-3)


@pytest.mark.parametrize("structure", [Structure.CORRELATED_FACTORS, Structure.SECOND_ORDER])
@pytest.mark.parametrize("means", [False, True])
def test_each_replicate_is_fitted_as_if_alone(structure: Structure, means: bool) -> None:
    made = layout(structure, means=means)
    start = estimates(made, ANSWERS)
    counts = resampling_counts(250, replicates=4, rng=np.random.default_rng(7))
    draws = bootstrap_moments(ANSWERS, replicates=4, rng=np.random.default_rng(7))
    minima = fit_replicates(made, (draws,), start)
    assert minima.converged.all()
    for theta, count in zip(minima.theta, counts, strict=True):
        alone = estimates(made, np.repeat(ANSWERS, count.astype(int), axis=0))
        # ensembles stop at a small part of a standard error, not at machine precision
        np.testing.assert_allclose(theta, alone, atol=1e-4, rtol=1e-4)


def test_population_moments_give_back_the_population_parameters() -> None:
    made = layout(Structure.CORRELATED_FACTORS)
    truth = estimates(made, ANSWERS)
    sample = complete_answers(ANSWERS, WAI_SR.scored_items)
    implied = fit_ml(made.model, (sample,), layout=made).states[0].covariance
    exact = ReplicateMoments(
        covariances=np.tile(implied, (3, 1, 1)), means=np.zeros((3, 12)), n_persons=100
    )
    minima = fit_replicates(made, (exact,), truth * 0.9)
    np.testing.assert_allclose(minima.theta, np.tile(truth, (3, 1)), atol=1e-5)
    np.testing.assert_allclose(minima.values, 0, atol=1e-10)


def test_a_singular_replicate_does_not_disturb_the_others() -> None:
    made = layout(Structure.ONE_FACTOR)
    draws = bootstrap_moments(ANSWERS, replicates=3, rng=np.random.default_rng(1))
    covariances = draws.covariances.copy()
    covariances[1, 4] = covariances[1, 3]
    covariances[1, :, 4] = covariances[1, :, 3]
    broken = ReplicateMoments(covariances=covariances, means=draws.means, n_persons=250)
    start = estimates(made, ANSWERS)
    minima = fit_replicates(made, (broken,), start)
    np.testing.assert_array_equal(minima.converged, [True, False, True])
    whole = fit_replicates(made, (draws,), start)
    np.testing.assert_allclose(minima.theta[[0, 2]], whole.theta[[0, 2]], atol=1e-12)


def test_matrices_that_are_not_definite_are_named() -> None:
    matrices = np.array([np.eye(2), [[1.0, 2.0], [2.0, 1.0]], [[np.nan, 0], [0, 1]], 4 * np.eye(2)])
    found, logs, definite = inverses(matrices)
    np.testing.assert_array_equal(definite, [True, False, False, True])
    np.testing.assert_allclose(found[3], np.eye(2) / 4)
    assert logs[3] == pytest.approx(2 * np.log(4))


def test_bootstrap_errors_of_a_mean_are_the_known_ones() -> None:
    def mean(draws: ReplicateMoments) -> tuple[FloatArray, BoolArray]:
        return draws.means, np.ones(len(draws.means), dtype=np.bool_)

    draws = bootstrap_moments(ANSWERS, replicates=4_000, rng=np.random.default_rng(2))
    result = bootstrap(draws, mean)
    expected = ANSWERS.std(axis=0) / np.sqrt(250)
    np.testing.assert_allclose(result.standard_errors, expected, rtol=0.05)
    centre = ANSWERS.mean(axis=0)
    np.testing.assert_allclose(result.lower, centre - 1.96 * expected, atol=0.4 * expected.max())
    np.testing.assert_allclose(result.upper, centre + 1.96 * expected, atol=0.4 * expected.max())


def test_bootstrap_errors_of_a_model_are_near_the_robust_ones() -> None:
    """The bootstrap and the Huber–White errors estimate the same spread."""
    answers = np.genfromtxt(DATA / "wai_1000.csv", delimiter=",", skip_header=1)[:, 1:]
    made = layout(Structure.CORRELATED_FACTORS)
    sample = complete_answers(answers, WAI_SR.scored_items)
    fitted = fit_ml(made.model, (sample,), robust=True, layout=made)
    draws = bootstrap_moments(answers, replicates=1_000, rng=np.random.default_rng(11))
    result = bootstrap(draws, parameters_of(made, fitted.theta))
    assert result.n_failed == 0
    np.testing.assert_allclose(result.standard_errors, fitted.standard_errors, rtol=0.12)


def test_a_bootstrap_that_hardly_converges_is_refused() -> None:
    def never(draws: ReplicateMoments) -> tuple[FloatArray, BoolArray]:
        return draws.means, np.zeros(len(draws.means), dtype=np.bool_)

    draws = bootstrap_moments(ANSWERS, replicates=30, rng=np.random.default_rng(2))
    with pytest.raises(EstimationError, match="only 0 of 30"):
        bootstrap(draws, never)
