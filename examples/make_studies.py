"""Make the two simulated studies of this folder, with known truth: the same seed, the same files.

    python examples/make_studies.py [FOLDER]

In `study_holds_up.csv` the instrument holds up. In `study_ceiling_merged.csv` it does not: answers
crowd at the top, Goal and Task are one factor, and two items are easier to agree to in orthotics
and prosthetics. Beside each file stands its truth as JSON.
"""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from psychometrics.simulate import GROUPS, SCENARIOS, answers_from, draw, population
from psychometrics.types import FloatArray, IntArray
from service.catalog.catalog import shipped_definitions

FOLDER = Path(__file__).resolve().parent
INSTRUMENT = "wai-sr-client"
N_CLINICIANS = 30
SITES = ("harbour", "hillside", "mill")
"""Of a group's clinicians in turn."""

SHARE_AGAIN = 0.35
STABILITY = 0.97
"""Correlation of the factors of those who answer again a week later."""

SHARE_MISSING = 0.015
PREDICTED = 0.35
"""Correlation of the alliance at session 2 with mobility at session 6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """One simulated study.

    Attributes
    ----------
    file
        Name of the CSV file.
    scenario
        In :data:`psychometrics.simulate.SCENARIOS`.
    n_persons
        In two groups of equal size.
    seed
        Of all that is random.
    """

    file: str
    scenario: str
    n_persons: int
    seed: int


STUDIES = (
    Study(file="study_holds_up.csv", scenario="holds-up", n_persons=1000, seed=1979),
    Study(file="study_ceiling_merged.csv", scenario="merged-ceiling", n_persons=1600, seed=2006),
)


def main(folder: Path) -> None:
    """Write each study and its truth."""
    for study in STUDIES:
        rng = np.random.default_rng(study.seed)
        file = folder / study.file
        with file.open("w", newline="") as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerows(rows_of(study, rng))
        file.with_suffix(".truth.json").write_text(json.dumps(truth_of(study), indent=1) + "\n")


def rows_of(study: Study, rng: np.random.Generator) -> list[list[object]]:
    """Draw a study: everyone at session 2, some again at session 3, mobility and comfort later."""
    truth = population(shipped_definitions()[INSTRUMENT].instrument, study.scenario)
    first = draw(truth, n_persons=study.n_persons, rng=rng)
    again = np.flatnonzero(rng.random(study.n_persons) < SHARE_AGAIN)
    later = STABILITY * first.factors[again] + np.sqrt(1 - STABILITY**2) * rng.standard_normal(
        first.factors[again].shape
    )
    second = answers_from(truth, factors=later, group=first.group[again], rng=rng)
    mobility, comfort = outcomes(first.factors, rng)
    clinician = first.group * (N_CLINICIANS // 2) + rng.integers(
        N_CLINICIANS // 2, size=study.n_persons
    )
    days = rng.integers(9, 24, size=study.n_persons)

    items = [f"i{item + 1}" for item in range(truth.instrument.n_items)]
    header: list[object] = ["person", "clinician", "site", "setting", "respondent"]
    header += ["session_number", "days_since_first_visit", *items, "mobility_t", "comfort"]
    rows = [header]
    for person, answers in enumerate(with_gaps(first.answers, rng)):
        beside = who(person, int(clinician[person]), first.group)
        results = [round(float(mobility[person]), 1), int(comfort[person])]
        rows.append([*beside, 2, int(days[person]), *answers, *results])
    for person, answers in zip(again.tolist(), with_gaps(second, rng), strict=True):
        beside = who(person, int(clinician[person]), first.group)
        rows.append([*beside, 3, int(days[person]) + 7, *answers, None, None])
    return rows


def who(person: int, clinician: int, group: IntArray) -> list[object]:
    """Name a person, the clinician, the site and the setting: pseudonyms, nothing else."""
    setting = GROUPS[int(group[person])]
    return [f"p{person + 1:04d}", f"c{clinician + 1:02d}", SITES[clinician % 3], setting, "client"]


def outcomes(factors: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw a T-score of mobility and a comfort score of 0 to 10 that go with the alliance."""
    alliance = factors.mean(axis=1)
    alliance = (alliance - alliance.mean()) / alliance.std()
    rest = np.sqrt(1 - PREDICTED**2)
    mobility = 50 + 10 * (PREDICTED * alliance + rest * rng.standard_normal(len(factors)))
    comfort = 6.5 + 2 * (PREDICTED * alliance + rest * rng.standard_normal(len(factors)))
    return mobility, np.clip(np.rint(comfort), 0, 10)


def with_gaps(answers: FloatArray, rng: np.random.Generator) -> list[list[int | None]]:
    """Leave some answers out, at random."""
    left_out: NDArray[np.bool_] = rng.random(answers.shape) < SHARE_MISSING
    return [
        [None if gap else int(answer) for answer, gap in zip(row, gaps, strict=True)]
        for row, gaps in zip(answers, left_out, strict=True)
    ]


def truth_of(study: Study) -> dict[str, Any]:
    """Say what is true in a study."""
    truth = population(shipped_definitions()[INSTRUMENT].instrument, study.scenario)
    return {
        "scenario": study.scenario,
        "title": SCENARIOS[study.scenario].title,
        "instrument": INSTRUMENT,
        "seed": study.seed,
        "groups": list(GROUPS),
        "loadings": truth.loadings.tolist(),
        "factor_correlations": truth.factor_correlations.tolist(),
        "factor_means": truth.factor_means.tolist(),
        "thresholds": truth.thresholds.tolist(),
        "correlation_with_outcomes": PREDICTED,
        "stability": STABILITY,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
