"""The files that both sides of a benchmark read.

n = 250 and 1,000 are the test suite's simulated WAI-SR answers; larger ones and the 36-item form
are drawn here, seeded. Every file has a twin with 5% of the answers missing at random.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from psychometrics.simulate import draw, population
from psychometrics.types import FloatArray
from service.catalog.catalog import find_definition

CARRIED = Path(__file__).parents[1] / "tests" / "data"


def write_samples(folder: Path) -> None:
    """Put all files into a folder: ``wai_{n}.csv`` and ``wai36_2000.csv`` with their twins."""
    for name in ("wai_250", "wai_250_mis", "wai_1000", "wai_1000_mis"):
        (folder / f"{name}.csv").write_text((CARRIED / f"{name}.csv").read_text())
    _draw(folder, "wai_10000", instrument="wai-sr-client", n_persons=10_000, seed=30_000)
    _draw(folder, "wai36_2000", instrument="wai-36-client", n_persons=2_000, seed=36_000)


def read_answers(path: Path) -> FloatArray:
    """Read the answers of a file, without the group column."""
    return np.genfromtxt(path, delimiter=",", skip_header=1)[:, 1:]


def _draw(folder: Path, name: str, *, instrument: str, n_persons: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    form = find_definition(instrument).instrument
    sample = draw(population(form), n_persons=n_persons, rng=rng)
    answers = sample.answers
    if form.reversed_mask.any():  # both sides get answers that are already turned
        span = form.minimum + form.maximum
        answers = np.where(form.reversed_mask, span - answers, answers)
    _write(folder / f"{name}.csv", sample.group + 1, answers)
    holes = np.where(rng.random(answers.shape) < 0.05, np.nan, answers)
    _write(folder / f"{name}_mis.csv", sample.group + 1, holes)


def _write(path: Path, group: np.ndarray, answers: FloatArray) -> None:
    header = ",".join(["group", *(f"i{item + 1}" for item in range(answers.shape[1]))])
    rows = [
        ",".join([str(int(g)), *("" if np.isnan(a) else str(int(a)) for a in row)])
        for g, row in zip(group, answers, strict=True)
    ]
    path.write_text("\n".join([header, *rows]) + "\n")
