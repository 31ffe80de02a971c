import numpy as np
import pytest
from scipy.special import ndtr, owens_t
from scipy.stats import multivariate_normal

from psychometrics.correlation.bivariate_normal import (
    curvature,
    distribution,
    quadratic_forms,
    rise,
    slope,
)
from psychometrics.types import FloatArray

LIMITS = np.random.default_rng(20).normal(scale=1.5, size=(2, 400))


def by_owens_t(h: FloatArray, k: FloatArray, rho: float) -> FloatArray:
    """Owen's formula, for h and k other than zero."""
    spread = np.sqrt(1 - rho * rho)
    first = owens_t(h, (k - rho * h) / (h * spread))
    second = owens_t(k, (h - rho * k) / (k * spread))
    return (ndtr(h) + ndtr(k)) / 2 - first - second - np.where(h * k < 0, 0.5, 0)


@pytest.mark.parametrize("rho", [0, 0.1, -0.5, 0.8, 0.93, -0.97, 0.99, 0.999, -0.9999])
def test_distribution_agrees_with_owens_formula(rho: float) -> None:
    h, k = LIMITS
    np.testing.assert_allclose(
        distribution(h, k, np.array(rho)), by_owens_t(h, k, rho), rtol=0, atol=1e-12
    )


def test_close_limits_and_zeros_are_no_special_case() -> None:
    h = np.array([0.0, 0.0, 1.0, 1.0, -2.0])
    k = np.array([0.0, 1e-9, 1.0, 1.0001, -2.0])
    for rho in (0.3, 0.95, 0.998):
        covariance = [[1, rho], [rho, 1]]
        expected = [
            multivariate_normal.cdf(point, cov=covariance) for point in np.stack((h, k), axis=1)
        ]
        np.testing.assert_allclose(distribution(h, k, np.array(rho)), expected, atol=1e-9)


def test_slope_and_curvature_are_derivatives_along_fishers_z() -> None:
    forms = quadratic_forms(LIMITS[:1].T, LIMITS[1:].T)
    z, step = np.full(400, 0.8), 1e-4
    change = (rise(forms, z - step, z + step) / (2 * step))[:, 0]
    np.testing.assert_allclose(slope(forms, z)[:, 0], change, atol=1e-8)
    difference = (slope(forms, z + step) - slope(forms, z - step)) / (2 * step)
    np.testing.assert_allclose(curvature(forms, z, slope(forms, z)), difference, atol=1e-8)
