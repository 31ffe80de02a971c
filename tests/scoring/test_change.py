"""Change of one person's score."""

from __future__ import annotations

import pytest

from psychometrics.errors import OptionError
from psychometrics.scoring.change import change, standard_error_of_measurement


def test_jacobson_and_truax_example_is_reproduced() -> None:
    """Marital satisfaction: SD 7.5, reliability .88, 32.5 to 47.5 gives 4.08 (their page 14)."""
    error = standard_error_of_measurement(7.5, 0.88)
    found = change(32.5, 47.5, measurement_error=error)
    assert found.reliable_change_index == pytest.approx(4.08, abs=0.005)


def test_the_interval_excludes_no_change_exactly_when_the_index_exceeds_its_quantile() -> None:
    for later in (10.0, 10.5, 14.0, 6.0):
        found = change(10.0, later, measurement_error=1.0)
        outside = found.interval.lower > 0 or found.interval.upper < 0
        assert outside == (abs(found.reliable_change_index) > 1.959964)


@pytest.mark.parametrize("reliability", [-0.1, 1.1, float("nan")])
def test_a_reliability_outside_its_range_is_refused(reliability: float) -> None:
    with pytest.raises(OptionError, match="reliability"):
        standard_error_of_measurement(5.0, reliability)


def test_a_measurement_error_of_nothing_is_refused() -> None:
    with pytest.raises(OptionError, match="measurement_error"):
        change(1.0, 2.0, measurement_error=0.0)
