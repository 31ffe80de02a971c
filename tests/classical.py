"""Answers and instruments for the tests of items, reliability and factors."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

from psychometrics.instrument import Instrument, Scale
from psychometrics.responses import ResponseMatrix
from psychometrics.sampling import correlated, triangular_root
from psychometrics.types import FloatArray
from schemas.definition import Definition

ROOT = Path(__file__).resolve().parent.parent
SCALES = {"goal": (4, 6, 8, 11), "task": (1, 2, 10, 12), "bond": (3, 5, 7, 9)}


def psych() -> dict[str, Any]:
    """Read what psych says (``golden/r/psych.R``)."""
    values: dict[str, Any] = json.loads((ROOT / "tests/golden/psych.json").read_text())["values"]
    return values


def form(
    n_items: int, *, scales: dict[str, tuple[int, ...]] | None = None, maximum: int = 5
) -> Instrument:
    """Make an instrument; one subscale of all items if none are given."""
    named = scales if scales is not None else {"all": tuple(range(1, n_items + 1))}
    return Instrument(
        id="form",
        version="1.0.0",
        n_items=n_items,
        minimum=1,
        maximum=maximum,
        subscales={
            name: Scale(name=name, items=items, minimum_answered=1) for name, items in named.items()
        },
    )


def wai_sr(data: Path, name: str) -> ResponseMatrix:
    """Read one of the simulated WAI-SR files."""
    answers = np.genfromtxt(data / f"{name}.csv", delimiter=",", skip_header=1)[:, 1:13]
    return ResponseMatrix(instrument=form(12, scales=SCALES), answers=answers)


def simulated_patients(definition: Definition) -> ResponseMatrix:
    """Read the 277 simulated WAI-36 forms."""
    with (ROOT / "examples/wai36_simulated_patients.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    answers = [[float(row[f"item{item}"]) for item in range(1, 37)] for row in rows]
    return ResponseMatrix(instrument=definition.instrument, answers=np.array(answers))


def normal_scores(rng: np.random.Generator, covariance: FloatArray, n_persons: int) -> FloatArray:
    """Draw normal scores with zero means, the same on every processor."""
    normal = rng.standard_normal((n_persons, len(covariance)))
    return correlated(normal, triangular_root(covariance))


def three_factor_answers(
    n_persons: int, n_items: int, rng: np.random.Generator, *, categories: int = 5
) -> FloatArray:
    """Draw ordinal answers with three correlated factors."""
    factors = normal_scores(rng, 0.5 + 0.5 * np.eye(3), n_persons)
    latent = 0.7 * factors[:, np.arange(n_items) % 3] + 0.7 * rng.standard_normal(
        (n_persons, n_items)
    )
    cuts = np.linspace(-1.5, 1.0, categories - 1)
    return np.asarray(1.0 + (latent[:, :, None] > cuts).sum(axis=2), dtype=np.float64)
