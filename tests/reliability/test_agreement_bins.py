"""Where pairs lie is shown in bins, and no bin tells of 10 persons or fewer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics.reliability.agreement_bins import density
from psychometrics.types import FloatArray


def pairs(n_pairs: int, seed: int, *, error: float = 1.6) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    true = rng.normal(15.0, 2.8, size=n_pairs)
    first, second = (
        np.clip(np.rint(true + rng.normal(scale=error, size=n_pairs)), 4, 20) for _ in range(2)
    )
    return first, second


@settings(max_examples=40, deadline=None)
@given(st.integers(100, 1500), st.integers(0, 10_000))
def test_no_bin_that_is_shown_holds_few_persons_nor_does_the_rest(n_pairs: int, seed: int) -> None:
    first, second = pairs(n_pairs, seed)
    found = density(first, second)
    if found is None:
        return
    counts, _, _ = np.histogram2d(
        (first + second) / 2, second - first, bins=[found.mean_edges, found.difference_edges]
    )
    shown = np.array(found.shares, dtype=np.float64)
    assert counts.shape == shown.shape
    assert counts[np.isfinite(shown)].min() >= 11
    rest = n_pairs - counts[np.isfinite(shown)].sum()
    assert rest == 0 or rest >= 11
    assert np.nanmax(np.abs(shown - counts / n_pairs)) <= found.step
    assert abs(found.rest - rest / n_pairs) <= found.step


def test_more_persons_give_a_finer_picture() -> None:
    n_bins = []
    for n_pairs in (150, 600, 6000):
        found = density(*pairs(n_pairs, 1))
        assert found is not None
        n_bins.append(sum(share is not None for line in found.shares for share in line))
    assert n_bins == sorted(n_bins)
    assert n_bins[-1] > 4 * n_bins[0]


@pytest.mark.parametrize("n_pairs", [3, 20, 99])
def test_too_few_persons_have_no_picture(n_pairs: int) -> None:
    assert density(*pairs(n_pairs, 2)) is None


def test_scores_that_do_not_vary_have_no_picture() -> None:
    assert density(np.full(500, 20.0), np.full(500, 20.0)) is None


def test_prorated_scores_and_wide_scales_are_put_in_bins_too() -> None:
    first, second = pairs(800, 3)
    found = density(first * 7 / 3, second * 7 / 3)
    assert found is not None
    assert found.rest <= 0.25 + found.step


def test_order_of_persons_does_not_matter() -> None:
    first, second = pairs(500, 4)
    order = np.random.default_rng(0).permutation(500)
    assert density(first, second) == density(first[order], second[order])
