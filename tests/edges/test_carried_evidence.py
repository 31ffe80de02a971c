"""What contradicts the form reaches the cautions of every kind that presumes its key."""

from __future__ import annotations

import pytest

from tests.edges.analysing import analysed, responses_of

SAID = "The answers contradict the form's key."


@pytest.mark.parametrize("kind", ["reliability", "dimensionality", "efa", "cfa"])
def test_a_contradicted_key_is_a_caution_and_a_right_one_is_not(kind: str) -> None:
    wrong = analysed(kind, responses_of("reversed_in_key", form="wrong.json"))
    right = analysed(kind, responses_of("reversed_in_key", form="right.json"))
    assert any(caution.startswith(SAID) for caution in wrong["cautions"])
    assert not any(caution.startswith(SAID) for caution in right["cautions"])


@pytest.mark.parametrize("estimator", ["MLR", "ML"])
def test_a_group_that_never_uses_some_categories_is_not_compared(estimator: str) -> None:
    """The factor means are equal; latent means seemed .54 to .76 SD apart."""
    found = analysed("comparison", responses_of("g_b_no12"), group="site", estimator=estimator)
    assert found["status"] == "inconclusive"
    assert found["latent_means"] == found["observed_means"] == found["bounds"] == []
    assert "never uses" in found["reason"]
    assert any(one.startswith("Group b never uses 1 and 2 in any") for one in found["cautions"])
