"""Rotations: the identity ΛΦΛᵀ = AAᵀ over hundreds of random loadings, gradients, known traps."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from psychometrics.efa.rotation import (
    Rotated,
    kaiser_normalized,
    promax,
    rotate_obliquely,
    rotate_orthogonally,
    unit_rows,
    unrotated,
    varimax,
)
from psychometrics.efa.rotation_criteria import Criterion, Geomin, Quartimin, Varimax, ZeroTarget
from psychometrics.types import FloatArray
from tests.classical import normal_scores

ROTATIONS = {
    "oblimin": lambda loadings: rotate_obliquely(loadings, Quartimin()),
    "geomin": lambda loadings: rotate_obliquely(loadings, Geomin()),
    "target": lambda loadings: rotate_obliquely(loadings, ZeroTarget(zeros=zeros())),
    "promax": promax,
    "varimax": lambda loadings: rotate_orthogonally(loadings, Varimax()),
    "varimax as R stops it": varimax,
    "none": unrotated,
}
ROTATIONS |= {
    f"{name}, Kaiser normalized": kaiser_normalized(rotate)
    for name, rotate in ROTATIONS.items()
    if name != "none"
}


def zeros() -> np.ndarray:
    return np.arange(12)[:, None] % 3 != np.arange(3)


def random_loadings(count: int, seed: int) -> FloatArray:
    """Draw unrotated loadings of a three-factor structure, correlated and blurred."""
    rng = np.random.default_rng(seed)
    simple = np.where(zeros(), rng.normal(0, 0.1, (count, 12, 3)), rng.uniform(0.4, 0.8, (12, 3)))
    spin = np.linalg.qr(rng.standard_normal((count, 3, 3)))[0]
    return np.asarray(simple @ np.linalg.cholesky(0.3 + 0.7 * np.eye(3)) @ spin)


def reproduced(rotated: Rotated) -> FloatArray:
    loadings = rotated.loadings
    return np.asarray(loadings @ rotated.factor_correlations @ loadings.transpose(0, 2, 1))


@pytest.mark.parametrize("name", list(ROTATIONS))
def test_every_rotation_reproduces_the_common_variance_after_reordering(name: str) -> None:
    loadings = random_loadings(300, 1)
    rotated = ROTATIONS[name](loadings).by_variance()
    assert np.abs(reproduced(rotated) - loadings @ loadings.transpose(0, 2, 1)).max() < 1e-10
    diagonal = np.diagonal(rotated.factor_correlations, axis1=1, axis2=2)
    assert np.abs(diagonal - 1.0).max() < 1e-10
    assert (rotated.loadings.sum(axis=1) >= 0.0).all()


@pytest.mark.parametrize("criterion", [Quartimin(), Geomin(), Varimax(), ZeroTarget(zeros=zeros())])
def test_gradients_agree_with_finite_differences(criterion: Criterion) -> None:
    loadings = random_loadings(1, 2)
    gradient = criterion.value_and_gradient(loadings)[1]
    for cell in np.ndindex(12, 3):
        step = np.zeros_like(loadings)
        step[0, cell[0], cell[1]] = 1e-6
        up, down = (criterion.value_and_gradient(loadings + s)[0][0] for s in (step, -step))
        assert (up - down) / 2e-6 == pytest.approx(gradient[0, cell[0], cell[1]], abs=1e-7)


def test_a_perfect_simple_structure_is_found_again() -> None:
    rng = np.random.default_rng(3)
    simple = np.where(zeros(), 0.0, rng.uniform(0.5, 0.9, (12, 3)))
    correlations = 0.4 + 0.6 * np.eye(3)
    unrotated_loadings = simple @ np.linalg.cholesky(correlations)
    rotated = rotate_obliquely(unrotated_loadings[None], Quartimin()).by_variance()
    order = np.argmax(np.abs(rotated.loadings[0]), axis=0) % 3
    assert np.abs(rotated.loadings[0] - simple[:, order]).max() < 1e-5
    assert np.abs(rotated.factor_correlations[0] - correlations).max() < 1e-5


def test_both_ways_to_varimax_end_at_the_same_maximum() -> None:
    rows, _ = unit_rows(random_loadings(50, 7))
    assert np.abs((rows**2).sum(axis=2) - 1.0).max() < 1e-12
    exact = rotate_orthogonally(rows, Varimax()).by_variance()
    iterated = varimax(rows, tolerance=1e-15).by_variance()
    assert np.abs(exact.loadings - iterated.loadings).max() < 1e-5
    assert np.abs(varimax(rows).by_variance().loadings - exact.loadings).max() < 5e-3


def test_one_batch_rotates_as_one_by_one() -> None:
    loadings = random_loadings(5, 4)
    together = rotate_obliquely(loadings, Geomin())
    for index in range(5):
        alone = rotate_obliquely(loadings[index : index + 1], Geomin())
        assert np.abs(together.loadings[index] - alone.loadings[0]).max() < 1e-6


def test_loadings_and_factor_correlations_are_reordered_together() -> None:
    rotated = rotate_obliquely(random_loadings(4, 5), Quartimin())
    order = np.array([[2, 0, 1]] * 4)
    signs = np.array([[1.0, -1.0, 1.0]] * 4)
    arranged = rotated.arranged(order, signs)
    assert np.abs(reproduced(arranged) - reproduced(rotated)).max() < 1e-12
    assert arranged.factor_correlations[0, 0, 1] == -rotated.factor_correlations[0, 2, 0]


@pytest.mark.parametrize("rotation", ["oblimin", "promax"])
def test_factor_analyzer_still_reorders_loadings_without_their_correlations(rotation: str) -> None:
    """Shows why rotation is ours; if it fails, factor_analyzer has been mended."""
    from factor_analyzer import FactorAnalyzer

    rng = np.random.default_rng(6)
    wrong = 0
    for _ in range(12):
        factors = normal_scores(rng, 0.5 + 0.5 * np.eye(3), 300)
        weights = np.where(zeros(), 0.0, rng.uniform(0.3, 0.9, (12, 3)))
        answers = factors @ weights.T + 0.6 * rng.standard_normal((300, 12))
        correlations = np.corrcoef(answers.T)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain = FactorAnalyzer(3, rotation=None, is_corr_matrix=True)
            turned = FactorAnalyzer(3, rotation=rotation, is_corr_matrix=True)
            plain.fit(correlations)
            turned.fit(correlations)
        common = plain.loadings_ @ plain.loadings_.T
        theirs = turned.loadings_ @ turned.phi_ @ turned.loadings_.T
        wrong += np.abs(theirs - common).max() > 1e-6
        ours = ROTATIONS[rotation](plain.loadings_[None]).by_variance()
        assert np.abs(reproduced(ours)[0] - common).max() < 1e-10
    assert wrong > 0
