"""Intervals hold the truth as often as they say, at ceilings too; ``coverage`` prints the table."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reliability.coverage import STUDIES, Cell, Count, cells

ORDERED = 2
"""From this study on few samples are drawn."""


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES[:ORDERED])
def test_intervals_hold_the_truth_at_ceilings(study: object) -> None:
    """Fifty persons and more; three standard errors of a rate of .95 are allowed for."""
    samples = 400
    found: dict[Cell, Count] = dict(cells(study, samples, (3, 5)))  # type: ignore[arg-type]
    slack = 3.0 * np.sqrt(0.95 * 0.05 / samples)
    for (name, ceiling, n_persons, _), count in found.items():
        if n_persons >= 50 and name != "alpha, Feldt":
            assert 0.93 - slack <= count.rate <= 0.985 + slack, (name, ceiling, n_persons)


@pytest.mark.slow
def test_feldts_interval_does_not_at_a_ceiling() -> None:
    """Why judgements rest on another one; if this fails, they need not."""
    found = dict(cells(STUDIES[0], 400, (5,)))
    assert found["alpha, Feldt", 0.8, 300, 5].rate < 0.88
    assert found["alpha, distribution-free", 0.8, 300, 5].rate > 0.92
