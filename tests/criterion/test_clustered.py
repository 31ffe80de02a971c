"""Intervals that allow for persons who share a clinician."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from psychometrics.criterion.clustered import clustered
from psychometrics.criterion.product_moment import pearson
from tests.criterion.against_r import golden, made

LEVEL = 0.95


def test_it_is_the_jackknife_r_computes(data: Path) -> None:
    values, said = made(data), golden(data)["clustered"]
    found = clustered(values.score, values.number, values.clinician, level=LEVEL)
    assert found.interval is not None
    assert found.n_clinicians == said["n_clinicians"]
    assert [found.interval.lower, found.interval.upper] == pytest.approx(
        said["interval"], abs=1e-12
    )


def test_the_estimate_stays_pearson_s(data: Path) -> None:
    values = made(data)
    found = clustered(values.score, values.number, values.clinician, level=LEVEL)
    assert found.estimate == pearson(values.score, values.number, level=LEVEL).estimate


def test_the_names_of_the_clinicians_do_not_matter(data: Path) -> None:
    values = made(data)
    one = clustered(values.score, values.number, values.clinician, level=LEVEL)
    other = clustered(values.score, values.number, 1000 - 3 * values.clinician, level=LEVEL)
    assert one.interval is not None
    assert other.interval is not None
    assert one.interval.lower == pytest.approx(other.interval.lower, abs=1e-12)


def test_copies_of_persons_under_one_clinician_add_no_information() -> None:
    rng = np.random.default_rng(2)
    score = rng.standard_normal(40)
    outcome = score + rng.standard_normal(40)
    clinician = np.arange(40)
    once = clustered(score, outcome, clinician, level=LEVEL)
    thrice = clustered(
        *(np.repeat(one, 3) for one in (score, outcome)), np.repeat(clinician, 3), level=LEVEL
    )
    assert once.interval is not None
    assert thrice.interval is not None
    assert thrice.interval.lower == pytest.approx(once.interval.lower, abs=1e-12)


@pytest.mark.parametrize("n_clinicians", [1, 2])
def test_too_few_clinicians_give_a_reason(n_clinicians: int) -> None:
    rng = np.random.default_rng(1)
    found = clustered(*rng.standard_normal((2, 20)), np.arange(20) % n_clinicians, level=LEVEL)
    assert found.interval is None
    assert "clinicians" in str(found.reason)


def test_one_clinician_with_all_the_variation_gives_a_reason() -> None:
    score = np.array([1.0, 2.0, 3.0, 5.0, 5.0, 5.0, 5.0])
    outcome = np.array([2.0, 1.0, 4.0, 5.0, 5.0, 5.0, 5.0])
    found = clustered(score, outcome, np.array([0, 0, 0, 1, 1, 2, 2]), level=LEVEL)
    assert found.interval is None
    assert "without one of the clinicians" in str(found.reason)
