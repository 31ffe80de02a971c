"""How often intervals hold the truth: ``python -m tests.reliability.coverage [SAMPLES]``.

Answers are cut from normal propensities into 2 to 7 categories, with none, 46% or 80% of all
answers in the highest. The truth is the same estimator's value in a million persons, in 100,000 for
ordered answers and factors, of which fewer samples are drawn. Prints a table for
``docs/simulations.md``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import ndtri

from psychometrics.cfa.analysis import analyse as analyse_factors
from psychometrics.cfa.options import CfaOptions, Estimator, Missing, Rival, Structure
from psychometrics.errors import EstimationError
from psychometrics.reliability.alpha import alpha_of_answers, feldt_interval
from psychometrics.reliability.coefficient import estimate
from psychometrics.reliability.omega import fit_scale, omega, one_factor_model
from psychometrics.reliability.paired import paired
from psychometrics.reliability.scale_reliability import sample_of, scale_reliability
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Estimate, FloatArray
from tests.classical import form

SIZES = (30, 50, 100, 300)
CEILINGS = (0.0, 0.46, 0.8)
CATEGORIES = (2, 3, 5, 7)
LOADINGS = np.array([0.6, 0.7, 0.7, 0.8])
FACTOR_CORRELATION = 0.7
TWO_SCALES = {"first": (1, 2, 3, 4), "second": (5, 6, 7, 8)}

CORRELATED = Rival(structure=Structure.CORRELATED_FACTORS)

Found = Mapping[str, Estimate]
"""Estimates by what they are of."""


def thresholds(categories: int, ceiling: float) -> FloatArray:
    """Cut a normal propensity symmetrically, or with a share of answers in the highest category."""
    if ceiling == 0.0:
        middle = (categories - 1) / 2.0
        shares = np.exp(-0.5 * ((np.arange(categories) - middle) / (categories / 3.0)) ** 2)
    else:
        rising = 0.55 ** np.arange(categories - 1)[::-1]
        shares = np.append(rising / rising.sum() * (1.0 - ceiling), ceiling)
    return np.asarray(ndtri(np.cumsum(shares / shares.sum())[:-1]))


def one_scale(n_persons: int, cuts: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw answers to four items of one factor."""
    factor = rng.standard_normal((n_persons, 1))
    own = rng.standard_normal((n_persons, 4)) * np.sqrt(1.0 - LOADINGS**2)
    return np.digitize(factor * LOADINGS + own, cuts) + 1.0


def two_scales(n_persons: int, cuts: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw answers to four items each of two correlated factors."""
    root = np.linalg.cholesky([[1.0, FACTOR_CORRELATION], [FACTOR_CORRELATION, 1.0]])
    factors = rng.standard_normal((n_persons, 2)) @ root.T
    loadings = np.concatenate([LOADINGS, LOADINGS])
    own = rng.standard_normal((n_persons, 8)) * np.sqrt(1.0 - loadings**2)
    return np.digitize(np.repeat(factors, 4, axis=1) * loadings + own, cuts) + 1.0


def two_sessions(n_persons: int, cuts: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Draw sums of four items at two sessions, with 80% of the factor's variance kept."""
    stable = rng.standard_normal((n_persons, 1))
    sums = []
    for _ in range(2):
        factor = np.sqrt(0.8) * stable + np.sqrt(0.2) * rng.standard_normal((n_persons, 1))
        own = rng.standard_normal((n_persons, 4)) * np.sqrt(1.0 - LOADINGS**2)
        sums.append(np.digitize(factor * LOADINGS + own, cuts).sum(axis=1))
    return np.stack(sums, axis=1).astype(np.float64)


def of_numbers(answers: FloatArray) -> Found:
    """Give what a scale's answers as numbers say."""
    alpha = alpha_of_answers(answers)
    if alpha is None:
        return {}
    feldt = feldt_interval(alpha.value, n_persons=len(answers), n_items=4)
    found = {
        "alpha, Feldt": Estimate(estimate=alpha.value, interval=feldt),
        "alpha, distribution-free": estimate(alpha, level=0.95),
    }
    try:
        fitted = fit_scale(one_factor_model((1, 2, 3, 4)), answers)
    except EstimationError:
        return found
    proper = fitted.converged and not fitted.improprieties
    omitted = Estimate(estimate=None)
    return found | {"omega": estimate(omega(fitted), level=0.95) if proper else omitted}


def of_categories(answers: FloatArray) -> Found:
    """Give what a scale's answers as ordered categories say."""
    found = scale_reliability(sample_of((1, 2, 3, 4), answers, None, 0.95), (1, 2, 3, 4))
    return {
        "ordinal omega": found.ordinal_omega,
        "ordinal alpha": found.ordinal_alpha,
        "SEM of a score, from omega": Estimate(
            estimate=found.standard_error_of_measurement,
            interval=found.standard_error_of_measurement_interval,
        ),
    }


def of_sessions(scores: FloatArray) -> Found:
    """Give what two sessions of the same persons say."""
    found = paired(scores[:, 0], scores[:, 1], 0.95)
    return {
        "ICC(2,1)": found.icc_2_1,
        "ICC(3,1)": found.icc_3_1,
        "SEM of two sessions": found.standard_error_of_measurement,
        "limit of agreement": found.limits_of_agreement.upper,
    }


def of_factors(answers: FloatArray) -> Found:
    """Give what two correlated factors say, fitted both ways."""
    responses = ResponseMatrix(instrument=form(8, scales=TWO_SCALES, maximum=7), answers=answers)
    found = {}
    for estimator in (Estimator.MLR, Estimator.WLSMV):
        options = CfaOptions(models=(CORRELATED,), estimator=estimator, missing=Missing.LISTWISE)
        try:
            result = analyse_factors(responses, options)
        except EstimationError:
            continue
        one = result.models[0]
        between = one.factor_correlations[0]
        found[f"factor correlation, {estimator.value}"] = Estimate(
            estimate=between.estimate if one.proper else None, interval=between.interval
        )
        ratio = result.heterotrait_monotrait[0]
        found[f"HTMT, {estimator.value}"] = Estimate(estimate=ratio.ratio, interval=ratio.interval)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is drawn, what is found in it, and how large a sample stands for the truth."""

    draw: Callable[[int, FloatArray, np.random.Generator], FloatArray]
    find: Callable[[FloatArray], Found]
    n_population: int
    share: float


STUDIES = (
    Study(draw=one_scale, find=of_numbers, n_population=1_000_000, share=1.0),
    Study(draw=two_sessions, find=of_sessions, n_population=1_000_000, share=1.0),
    Study(draw=one_scale, find=of_categories, n_population=100_000, share=0.15),
    Study(draw=two_scales, find=of_factors, n_population=100_000, share=0.05),
)


@dataclass(slots=True)
class Count:
    """How often there was an interval, and how often it held the truth."""

    drawn: int = 0
    given: int = 0
    held: int = 0

    def add(self, found: Estimate | None, truth: float) -> None:
        """Count one sample."""
        self.drawn += 1
        if found is not None and found.interval is not None:
            self.given += 1
            self.held += found.interval.lower <= truth <= found.interval.upper

    @property
    def rate(self) -> float:
        """Share of the intervals that hold the truth."""
        return self.held / self.given if self.given else float("nan")


Cell = tuple[str, float, int, int]
"""Name, ceiling, persons, categories."""


def cells(study: Study, samples: int, categories: Sequence[int]) -> Iterator[tuple[Cell, Count]]:
    """Draw samples of every size, ceiling and number of categories, and count."""
    for ceiling, width in product(CEILINGS, categories):
        cuts, rng = (
            thresholds(width, ceiling),
            np.random.default_rng([7, width, int(100 * ceiling)]),
        )
        truth = study.find(study.draw(study.n_population, cuts, rng))
        for n_persons in SIZES:
            counts = {name: Count() for name in truth}
            for _ in range(max(1, round(samples * study.share))):
                found = study.find(study.draw(n_persons, cuts, rng))
                for name, true in truth.items():
                    assert true.estimate is not None
                    counts[name].add(found.get(name), true.estimate)
            for name, count in counts.items():
                yield (name, ceiling, n_persons, width), count


def table(found: Mapping[Cell, Count]) -> Iterator[str]:
    """Write the lowest and highest coverage over the numbers of categories, for each size."""
    yield "| interval | ceiling | " + " | ".join(f"n = {n}" for n in SIZES) + " | samples |"
    yield "|---" * (len(SIZES) + 3) + "|"
    for name, ceiling in dict.fromkeys((cell[0], cell[1]) for cell in found):
        shown = []
        for size in SIZES:
            counts = [one for cell, one in found.items() if cell[:3] == (name, ceiling, size)]
            rates = [one.rate for one in counts if one.given]
            given = sum(one.given for one in counts) / sum(one.drawn for one in counts)
            rarely = "" if given > 0.995 else f" ({given:.0%})"
            shown.append(f"{min(rates):.3f}–{max(rates):.3f}{rarely}" if rates else "none")
        drawn = next(one.drawn for cell, one in found.items() if cell[:2] == (name, ceiling))
        yield f"| {name} | {ceiling:.0%} | " + " | ".join(shown) + f" | {drawn} |"


def main(samples: int) -> None:
    """Print the table."""
    started = time.process_time()
    found = {}
    for study in STUDIES:
        wide = CATEGORIES if study.share > 0.1 else (5,)
        found |= dict(cells(study, samples, wide))
    sys.stdout.write("\n".join(table(found)) + "\n")
    sys.stdout.write(f"{time.process_time() - started:.0f} s of processor time\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
