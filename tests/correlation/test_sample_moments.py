from pathlib import Path

import numpy as np
import pytest

from psychometrics.correlation.moments import casewise_moments, moments_nacov, sample_moments
from psychometrics.errors import EstimationError

DATA = Path(__file__).parents[1] / "data" / "wai_250.csv"
ANSWERS = np.genfromtxt(DATA, delimiter=",", skip_header=1)[:, 1:4]


def test_covariance_divides_by_n() -> None:
    moments = sample_moments(ANSWERS)
    np.testing.assert_allclose(moments.covariance, np.cov(ANSWERS.T, bias=True), rtol=1e-12)
    np.testing.assert_allclose(moments.means, ANSWERS.mean(axis=0))
    assert moments.n_persons == 250


def test_casewise_moments_sum_to_zero() -> None:
    np.testing.assert_allclose(casewise_moments(ANSWERS).sum(axis=0), 0, atol=1e-10)


def test_nacov_is_that_of_lavaan() -> None:
    """lavaan 0.6-14: ``lavTech(cfa("f =~ i1+i2+i3", d, estimator="MLM"), "gamma")``, wai_250.csv.

    Covariances only, their diagonal.
    """
    expected = [
        3.71844712858,
        1.48761304678,
        1.96366949478,
        2.93180481946,
        1.65457217946,
        2.63052149146,
    ]
    np.testing.assert_allclose(np.diag(moments_nacov(ANSWERS))[3:], expected, rtol=1e-7)


def test_nacov_of_normal_answers_is_that_of_normal_theory() -> None:
    normal = np.random.default_rng(2).multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 200_000)
    expected = np.diag([2, 1.25, 2]) + np.array([[0, 1, 0.5], [1, 0, 1], [0.5, 1, 0]])
    np.testing.assert_allclose(moments_nacov(normal)[2:, 2:], expected, atol=0.03)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        (np.array([[1.0, 2.0]]), "two complete rows"),
        (np.array([[1.0, 2.0], [np.nan, 1.0]]), "missing"),
        (np.array([[1.0, 2.0], [2.0, 2.0]]), "item 8"),
    ],
)
def test_moments_that_do_not_exist_are_refused(answers: np.ndarray, says: str) -> None:
    with pytest.raises(EstimationError, match=says):
        sample_moments(answers, items=[4, 8])
