"""The polychoric correlations of polycor, whose optimiser stops about 2e-5 from the maximum."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from psychometrics.correlation.polychoric import polychoric_correlations

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "polycor.json").read_text())
ATOL = 3e-5  # lavaan and ours agree to 1e-6; polycor and psych both sit 2.03e-5 from them at most


@pytest.mark.parametrize("n", [250, 1000])
def test_every_correlation_is_polycor_s(data: Path, n: int) -> None:
    answers = np.genfromtxt(data / f"wai_{n}.csv", delimiter=",", skip_header=1)[:, 1:]
    found = polychoric_correlations(answers).correlations
    np.testing.assert_allclose(found, GOLDEN[str(n)]["correlations"], rtol=0, atol=ATOL)
