import numpy as np

from psychometrics.correlation.smoothing import smooth

IMPROPER = np.array([[1.0, 0.9, 0.2], [0.9, 1.0, 0.9], [0.2, 0.9, 1.0]])


def test_a_proper_matrix_is_left_alone() -> None:
    matrix = np.array([[1.0, 0.5], [0.5, 1.0]])
    result = smooth(matrix)
    assert not result.changed
    assert result.cautions == ()
    np.testing.assert_array_equal(result.correlations, matrix)


def test_an_improper_matrix_becomes_a_correlation_matrix_and_says_so() -> None:
    result = smooth(IMPROPER)
    assert result.changed
    assert result.smallest_eigenvalue < 0
    assert "smoothed" in result.cautions[0]
    assert np.linalg.eigvalsh(result.correlations)[0] > 0
    np.testing.assert_array_equal(np.diag(result.correlations), 1)
    np.testing.assert_allclose(result.correlations, result.correlations.T)


def test_smoothing_agrees_with_psych() -> None:
    """psych 2.2.9, R 4.2.2: ``cor.smooth(matrix(c(1,.9,.2,.9,1,.9,.2,.9,1), 3))``."""
    expected = [0.7846337196, 0.2313001479, 0.7846337196]
    result = smooth(IMPROPER).correlations
    np.testing.assert_allclose(result[np.triu_indices(3, 1)], expected, atol=1e-10)
