import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from psychometrics.correlation.bivariate_normal import distribution
from psychometrics.correlation.missing import MissingPolicy
from psychometrics.correlation.polychoric import (
    OrdinalMoments,
    ordinal_moments,
    polychoric_correlations,
)
from psychometrics.correlation.polychoric_ml import associate
from psychometrics.errors import EstimationError
from psychometrics.types import FloatArray

TESTS = Path(__file__).parents[1]
GOLDEN = json.loads((TESTS / "golden" / "polychoric_lavaan.json").read_text())
POLICIES = {"listwise": MissingPolicy.LISTWISE, "pairwise": MissingPolicy.PAIRWISE}


def answers_of(case: dict[str, object]) -> FloatArray:
    if case["answers"] is None:
        path = TESTS / "data" / str(case["name"])
        return np.genfromtxt(path, delimiter=",", skip_header=1)[:, 1:]
    return np.array(case["answers"], dtype=np.float64)


def simulated(seed: int, n: int = 400, n_items: int = 5, n_categories: int = 5) -> FloatArray:
    rng = np.random.default_rng(seed)
    latent = 0.8 * rng.normal(size=(n, 1)) + 0.6 * rng.normal(size=(n, n_items))
    cuts = np.linspace(-1.4, 0.9, n_categories - 1)
    return np.digitize(latent, cuts).astype(np.float64) + 1


def below_diagonal(matrix: FloatArray) -> FloatArray:
    return matrix.T[np.triu_indices(len(matrix), 1)]


@pytest.fixture(params=GOLDEN["cases"], ids=lambda case: f"{case['name']} {case['missing']}")
def golden(request: pytest.FixtureRequest) -> tuple[dict[str, object], OrdinalMoments]:
    case = request.param
    return case, ordinal_moments(answers_of(case), missing=POLICIES[case["missing"]])


def test_thresholds_are_those_of_lavaan(golden) -> None:
    case, moments = golden
    np.testing.assert_allclose(np.concatenate(moments.thresholds), case["thresholds"], atol=1e-9)


def test_correlations_are_those_of_lavaan(golden) -> None:
    case, moments = golden
    expected = case["correlations"]
    np.testing.assert_allclose(below_diagonal(moments.correlations), expected, atol=1e-7)


def test_persons_are_counted_as_by_lavaan(golden) -> None:
    case, moments = golden
    assert moments.n_persons == case["n_persons"]
    assert moments.rows.sum() == case["n_persons"]


def test_every_cell_of_the_nacov_is_that_of_lavaan(golden) -> None:
    case, moments = golden
    np.testing.assert_allclose(np.diag(moments.nacov), case["nacov_diagonal"], rtol=1e-6)
    if case["nacov"] is not None:
        np.testing.assert_allclose(moments.nacov, case["nacov"], rtol=1e-6, atol=1e-6)


def test_correlations_alone_are_the_same(golden) -> None:
    case, moments = golden
    alone = polychoric_correlations(answers_of(case), missing=POLICIES[case["missing"]])
    np.testing.assert_allclose(alone.correlations, moments.correlations, atol=1e-12)


@pytest.mark.parametrize("correlation", [0.0, 0.3, -0.62, 0.9, -0.95, 0.98])
def test_population_probabilities_give_back_the_correlation(correlation: float) -> None:
    rows, columns = np.array([-1.2, -0.1, 0.7]), np.array([-0.5, 0.4, 1.6])
    cumulated = np.zeros((5, 5))
    cumulated[1:-1, 1:-1] = distribution(rows[:, None], columns, np.array(correlation))
    cumulated[-1, 1:] = [*ndtr(columns), 1.0]
    cumulated[1:, -1] = [*ndtr(rows), 1.0]
    cells = np.diff(np.diff(cumulated, axis=0), axis=1)
    estimate = associate(rows[None], columns[None], 1000 * cells[None])
    # cells below 1.5e-8 count as that much, as in lavaan, which moves the estimate by 8e-9 at −.95
    assert estimate.correlations[0] == pytest.approx(correlation, abs=1e-8)
    np.testing.assert_allclose(estimate.probabilities[0], cells, atol=1e-8)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(5)))
def test_item_order_changes_nothing(seed: int, order: list[int]) -> None:
    answers = simulated(seed)
    moments = ordinal_moments(answers)
    permuted = ordinal_moments(answers[:, order])
    expected = moments.correlations[np.ix_(order, order)]
    np.testing.assert_allclose(permuted.correlations, expected, atol=1e-11)
    variances = np.zeros((5, 5))
    variances[np.triu_indices(5, 1)] = np.diag(moments.nacov)[-10:]
    variances += variances.T
    expected = variances[np.ix_(order, order)][np.triu_indices(5, 1)]
    np.testing.assert_allclose(np.diag(permuted.nacov)[-10:], expected, rtol=1e-8)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_names_of_categories_change_nothing(seed: int) -> None:
    answers = simulated(seed)
    renamed = np.array([np.nan, -3.0, 0.5, 10.0, 11.0, 400.0])[answers.astype(int)]
    moments, other = ordinal_moments(answers), ordinal_moments(renamed)
    np.testing.assert_array_equal(other.correlations, moments.correlations)
    np.testing.assert_array_equal(other.nacov, moments.nacov)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_reversing_an_item_turns_the_sign_of_its_correlations(seed: int) -> None:
    answers = simulated(seed)
    turned = answers.copy()
    turned[:, 1] = 6 - turned[:, 1]
    moments, other = ordinal_moments(answers), ordinal_moments(turned)
    sign = np.array([1, -1, 1, 1, 1])
    np.testing.assert_allclose(
        other.correlations, moments.correlations * np.outer(sign, sign), atol=1e-10
    )
    np.testing.assert_allclose(other.thresholds[1], -moments.thresholds[1][::-1], atol=1e-12)
    np.testing.assert_allclose(np.diag(other.nacov)[-10:], np.diag(moments.nacov)[-10:], rtol=1e-7)


def test_the_nacov_is_the_cross_product_of_influence_values() -> None:
    moments = ordinal_moments(simulated(1))
    values = moments.influence.values()
    np.testing.assert_allclose(values.sum(axis=0), 0, atol=1e-10)
    product = moments.n_persons * values.T @ values
    np.testing.assert_allclose(moments.nacov, product)


def test_influence_is_what_adding_a_person_does() -> None:
    """The influence value is a derivative: a person's weight raised by 1e-4 moves the moments."""
    answers = simulated(5, n=60, n_items=3, n_categories=4)
    many = np.repeat(answers, 1000, axis=0)
    base = ordinal_moments(many)
    person = 17
    more = ordinal_moments(np.vstack((many, np.repeat(answers[[person]], 10, axis=0))))
    moved = np.concatenate((*more.thresholds, below_diagonal(more.correlations)))
    moved -= np.concatenate((*base.thresholds, below_diagonal(base.correlations)))
    step = 10 * base.influence.values(slice(person * 1000, person * 1000 + 1))[0]
    np.testing.assert_allclose(moved[:9], step[:9], atol=2e-3 * np.abs(step).max())
    # For correlations sums of products of scores stand for the second derivatives, as in lavaan;
    # the two agree only where the model holds, so the comparison is coarse.
    assert np.corrcoef(moved[9:], step[9:])[0, 1] > 0.95


@pytest.mark.slow
def test_standard_errors_are_the_spread_over_samples() -> None:
    samples = np.stack([simulated(seed, n=500) for seed in range(600)])
    spread = polychoric_correlations(samples).correlations.std(axis=0)[np.triu_indices(5, 1)]
    moments = ordinal_moments(simulated(99, n=20_000))
    expected = np.sqrt(np.diag(moments.nacov)[-10:] / 500)
    np.testing.assert_allclose(spread, expected, rtol=0.1)


def test_replicates_are_estimated_as_if_alone() -> None:
    samples = np.stack([simulated(seed, n=80) for seed in range(6)])
    samples[2][samples[2] == 3] = 4  # a category that is empty in one replicate only
    samples[3] = np.minimum(samples[3], 2)  # binary answers in another
    together = polychoric_correlations(samples)
    for sample, correlations in zip(samples, together.correlations, strict=True):
        alone = polychoric_correlations(sample).correlations
        np.testing.assert_allclose(correlations, alone, atol=1e-10)


def test_an_empty_category_has_no_threshold() -> None:
    answers = simulated(3)
    answers[answers[:, 2] == 1, 2] = 2
    moments = ordinal_moments(answers)
    assert [len(cuts) for cuts in moments.thresholds] == [4, 4, 3, 4, 4]
    assert moments.nacov.shape == (29, 29)
    np.testing.assert_array_equal(moments.categories[2], [2, 3, 4, 5])


def test_a_category_seen_once_is_named_and_stays_finite() -> None:
    answers = simulated(4, n_categories=4)
    answers[0, 1] = 7
    moments = ordinal_moments(answers, items=[4, 6, 8, 11, 12])
    assert any("item(s) 6" in caution for caution in moments.cautions)
    assert np.isfinite(moments.nacov).all()


def test_a_filled_cell_of_a_two_by_two_table_is_reported() -> None:
    case = next(case for case in GOLDEN["cases"] if "binary" in case["name"])
    moments = ordinal_moments(answers_of(case))
    assert any("items 1 and 3" in caution and "2 × 2" in caution for caution in moments.cautions)


def test_a_matrix_that_is_not_positive_definite_is_reported_and_kept() -> None:
    answers = simulated(8, n=24, n_items=10, n_categories=3)
    moments = ordinal_moments(answers)
    assert np.linalg.eigvalsh(moments.correlations)[0] < 0
    assert any("not positive definite" in caution for caution in moments.cautions)


def faulty(kind: str) -> FloatArray:
    answers = simulated(6, n=100)
    if kind == "constant":
        answers[:, 2] = 4
    elif kind == "identical":
        answers[:, 2] = answers[:, 4]
    elif kind == "opposite":
        answers[:, 2] = 6 - answers[:, 4]
    elif kind == "unanswered":
        answers[:, 2] = np.nan
    elif kind == "never together":
        answers[:50, 2] = np.nan
        answers[50:, 4] = np.nan
    return answers


@pytest.mark.parametrize("missing", MissingPolicy)
@pytest.mark.parametrize("kind", ["constant", "identical", "opposite", "unanswered"])
def test_moments_that_do_not_exist_are_refused_by_item_number(
    kind: str, missing: MissingPolicy
) -> None:
    with pytest.raises(EstimationError, match="8"):
        ordinal_moments(faulty(kind), items=[4, 6, 8, 11, 12], missing=missing)


@pytest.mark.parametrize("missing", MissingPolicy)
def test_a_sample_without_persons_is_refused(missing: MissingPolicy) -> None:
    with pytest.raises(EstimationError):
        ordinal_moments(np.empty((0, 4)), missing=missing)
    scattered = np.where(np.eye(4) > 0, np.nan, 1.0)
    with pytest.raises(EstimationError, match=r"no person is left|item 1 is constant"):
        ordinal_moments(scattered, missing=missing)


def test_items_never_answered_together_are_refused() -> None:
    answers, items = faulty("never together"), [4, 6, 8, 11, 12]
    with pytest.raises(EstimationError, match="8 and 12"):
        ordinal_moments(answers, items=items, missing=MissingPolicy.PAIRWISE)
    with pytest.raises(EstimationError, match="8 and 12"):
        polychoric_correlations(answers, items=items, missing=MissingPolicy.PAIRWISE)


@pytest.mark.parametrize("kind", ["constant", "unanswered"])
def test_correlations_alone_refuse_items_without_variation(kind: str) -> None:
    with pytest.raises(EstimationError, match="item 8"):
        polychoric_correlations(faulty(kind), items=[4, 6, 8, 11, 12])


def test_correlations_alone_stop_at_the_bound_and_say_so() -> None:
    result = polychoric_correlations(faulty("opposite"), items=[4, 6, 8, 11, 12])
    assert result.correlations[2, 4] == pytest.approx(-0.999, abs=1e-6)
    assert result.at_bound[2, 4]
    assert result.at_bound.sum() == 2
    assert "8 and 12" in result.cautions[0]


def nearly_identical() -> np.ndarray:
    """Two items that order 200 persons alike but for three of them."""
    one = np.repeat(np.arange(1.0, 6.0), 40)
    two = one.copy()
    two[[39, 79, 119]] += 1
    two[[40, 80]] -= 1
    third = np.tile(np.arange(1.0, 6.0), 40)
    return np.column_stack([one, two, third])


def test_nearly_identical_items_stop_at_the_bound_with_a_caution() -> None:
    moments = ordinal_moments(nearly_identical(), items=[4, 6, 8])
    assert moments.correlations[1, 0] == pytest.approx(0.999, abs=1e-6)
    assert "4 and 6" in " ".join(moments.cautions)
    assert np.isfinite(moments.nacov).all()


def test_items_in_perfect_order_are_refused_though_not_identical() -> None:
    answers = nearly_identical()
    answers[:, 1] = np.minimum(answers[:, 0], 4)
    with pytest.raises(EstimationError, match="4 and 6 order the persons identically"):
        ordinal_moments(answers, items=[4, 6, 8])


def test_a_flat_likelihood_stops_at_the_bound_and_says_so() -> None:
    """Every low answer to one item goes with the top answer to the other: nothing denies ρ = −1."""
    table = np.array([[0, 0, 0, 30], [1, 2, 56, 311]])
    cells = [(row, column) for row in range(2) for column in range(4)]
    answers = np.repeat(np.array(cells, dtype=np.float64), table.ravel(), axis=0)
    for sample in (answers, np.stack((answers, answers))):
        result = polychoric_correlations(sample)
        assert (result.correlations[..., 0, 1] == -0.999).all()
        assert result.at_bound[..., 0, 1].all()
        assert "1 and 2" in result.cautions[0]
    with pytest.raises(EstimationError, match="1 and 2"):
        ordinal_moments(answers)
