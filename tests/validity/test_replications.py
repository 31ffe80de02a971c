"""How often the verdict finds the truth of the two simulated studies; with ``-s`` it prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pytest

from schemas.definition import Definition
from tests.validity.making import ratings, study, validity

REPLICATIONS = 100
N_PERSONS = 1000

TRUTH: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "holds-up": (
        "holds-up",
        {
            "structural-validity": "sufficient",
            "internal-consistency": "sufficient",
            "measurement-invariance": "sufficient",
            "floor-and-ceiling": "sufficient",
        },
    ),
    "merged-ceiling": (
        "does-not-hold-up",
        {
            "structural-validity": "insufficient",
            "measurement-invariance": "insufficient",
            "floor-and-ceiling": "insufficient",
        },
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("scenario", list(TRUTH))
def test_the_verdict_finds_the_truth(scenario: str, wai_sr: Definition) -> None:
    code, true_ratings = TRUTH[scenario]
    codes: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for seed in range(REPLICATIONS):
        answers, groups = study(wai_sr.instrument, scenario, n_persons=N_PERSONS, seed=seed)
        options = {"group": "group", "replicates": 10}
        result = validity(wai_sr.instrument, answers, options, group=groups)
        codes[result["verdict"]["code"]] += 1
        found.update(
            name for name, rating in ratings(result).items() if true_ratings.get(name) == rating
        )
        if result["verdict"]["code"] != code:
            print(f"{scenario} {seed}: {result['verdict']['answer']}")  # noqa: T201 on demand
    print(f"\n{scenario}: {dict(codes)}; properties as true {dict(found)}")  # noqa: T201 on demand
    assert codes[code] >= 0.9 * REPLICATIONS
    assert all(found[name] >= 0.9 * REPLICATIONS for name in true_ratings)
