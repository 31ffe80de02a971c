import numpy as np
import pytest

from psychometrics.cfa.competing_models import rival_model
from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Model
from psychometrics.cfa.options import Rival, Structure
from psychometrics.cfa.wlsmv import fit_ordered
from psychometrics.correlation.polychoric import ordinal_moments
from psychometrics.correlation.tables import item_pairs
from psychometrics.simulation.bootstrap import bootstrap_ordinal
from psychometrics.simulation.ordinal import (
    WeightedDiscrepancies,
    correlation_layout,
    fit_ordinal_replicates,
    in_chunks,
    ordinal_replicates,
    scaled_statistics,
)
from psychometrics.types import FloatArray, IntArray
from tests.simulation.test_ensembles import ANSWERS, DATA, WAI_SR

MODEL = rival_model(WAI_SR, Rival(structure=Structure.CORRELATED_FACTORS))
LAYOUT = correlation_layout(MODEL)


def fitted(answers: FloatArray, model: Model = MODEL) -> Fitted:
    return fit_ordered(model, ordinal_moments(answers))


def kept(fit: Fitted, values: FloatArray) -> FloatArray:
    """Return the values of the parameters that correlations depend on."""
    labels = fit.layout.model.labels
    return values[[labels.index(label) for label in LAYOUT.model.labels]]


def resampled(answers: FloatArray, replicates: int, seed: int) -> IntArray:
    rows = np.random.default_rng(seed).integers(len(answers), size=(replicates, len(answers)))
    return (answers[rows] - 1).astype(np.int64)


def test_replicates_have_the_correlations_and_the_nacov_of_a_single_sample() -> None:
    codes = resampled(ANSWERS, 3, seed=1)
    codes[1][codes[1] == 0] = 1  # the lowest category is empty in one replicate
    replicates = ordinal_replicates(codes, 5)
    first, second = item_pairs(12)
    assert replicates.usable.all()
    for number, sample in enumerate(codes):
        alone = ordinal_moments(sample.astype(np.float64))
        expected = alone.correlations[first, second]
        np.testing.assert_allclose(replicates.correlations[number], expected, atol=1e-10)
        np.testing.assert_allclose(replicates.nacov[number], alone.nacov[-66:, -66:], atol=1e-8)


def test_each_ordinal_replicate_is_fitted_and_tested_as_if_alone() -> None:
    codes = resampled(ANSWERS, 3, seed=2)
    replicates = ordinal_replicates(codes, 5)
    whole = fitted(ANSWERS)
    minima = fit_ordinal_replicates(LAYOUT, replicates, kept(whole, whole.theta))
    tests = scaled_statistics(LAYOUT, replicates, minima)
    assert minima.converged.all()
    for number, sample in enumerate(codes):
        alone = fitted(sample.astype(np.float64))
        np.testing.assert_allclose(minima.theta[number], kept(alone, alone.theta), atol=1e-5)
        scaled, baseline = alone.tests.scaled_model, alone.tests.scaled_baseline
        assert scaled is not None
        assert baseline is not None
        assert tests.model[number].chi_square == pytest.approx(scaled.chi_square, abs=1e-4)
        assert tests.model[number].df == scaled.df
        assert tests.baseline[number].chi_square == pytest.approx(baseline.chi_square, rel=1e-8)


def test_gradients_are_those_of_finite_differences() -> None:
    replicates = ordinal_replicates(resampled(ANSWERS, 2, seed=3), 5)
    discrepancies = WeightedDiscrepancies(
        layout=LAYOUT, correlations=replicates.correlations, weights=replicates.weights
    )
    rng = np.random.default_rng(4)
    theta = 0.6 + 0.1 * rng.random((2, LAYOUT.model.n_free))
    both = np.arange(2)
    gradients = discrepancies.expand(theta, both).gradients
    for position in range(LAYOUT.model.n_free):
        step = np.zeros_like(theta)
        step[:, position] = 1e-6
        higher = discrepancies.expand(theta + step, both).values
        lower = discrepancies.expand(theta - step, both).values
        np.testing.assert_allclose(gradients[:, position], (higher - lower) / 2e-6, atol=1e-6)


def test_a_replicate_with_a_constant_item_is_left_out() -> None:
    codes = resampled(ANSWERS, 3, seed=5)
    codes[1, :, 7] = 3
    codes[2, :, 3] = codes[2, :, 4]
    replicates = ordinal_replicates(codes, 5)
    np.testing.assert_array_equal(replicates.usable, [True, False, False])
    assert np.isfinite(replicates.nacov).all()
    whole = fitted(ANSWERS)
    minima = fit_ordinal_replicates(LAYOUT, replicates, kept(whole, whole.theta))
    np.testing.assert_array_equal(minima.converged, [True, False, False])


def test_chunks_make_up_the_number_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psychometrics.simulation.ordinal._CELLS", 5_000)

    def draw(number: int) -> IntArray:
        return resampled(ANSWERS[:, :4], number, seed=6)

    parts = list(in_chunks(draw, 5, replicates=7, n_persons=250, n_items=4))
    assert [len(part.correlations) for part in parts] == [3, 3, 1]


def test_bootstrap_errors_under_wlsmv_are_near_the_robust_ones() -> None:
    answers = np.genfromtxt(DATA / "wai_1000.csv", delimiter=",", skip_header=1)[:, 1:]
    whole = fitted(answers)
    result = bootstrap_ordinal(
        MODEL,
        answers,
        start=kept(whole, whole.theta),
        replicates=300,
        rng=np.random.default_rng(8),
    )
    assert result.n_failed == 0
    expected = kept(whole, whole.standard_errors)
    np.testing.assert_allclose(result.standard_errors, expected, rtol=0.2)
    assert result.standard_errors.mean() == pytest.approx(expected.mean(), rel=0.04)
