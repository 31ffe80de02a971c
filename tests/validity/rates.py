"""How often the verdict and the gate are right, wrong or silent: the tables of docs/validity.md.

``python -m tests.validity.rates --samples 40`` draws so many samples of every cell (``--cells``
chooses cells by a regular expression, ``--cpu-minutes`` ends when so much is spent, ``--out`` keeps
the counts and goes on from them) and prints the tables. Sample k of a cell has the
seed ``FIRST_SEED + k``, with which no rule was made before version 2.1 of the rules.

A cell computes the sections that its verdicts look at, and rival models without a general factor
(bifactor, second-order): they cost half of the time and no verdict on a score looks at them.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from psychometrics.cfa.options import CfaOptions, Estimator, Missing, Rival, Structure
from psychometrics.criterion.options import Expectation, Outcome
from psychometrics.instrument import TOTAL
from psychometrics.invariance.comparison import climb_and_compare
from psychometrics.invariance.options import InvarianceOptions
from psychometrics.reliability import scale_reliability
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray, no_progress
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.sample import choose
from schemas.analyses.validity import SECTIONS
from service.use_cases.analysis_registry import KINDS, Material
from service.use_cases.validity.computed import not_computed
from service.use_cases.validity.sections import Study, compute
from service.use_cases.validity.verdict import give_verdict
from tests.cfa.making import SCALES, instrument_of
from tests.invariance.making import two_groups

FIRST_SEED = 9_500_000
INSTRUMENT = instrument_of(SCALES)
SUBSCALES = tuple(SCALES)
LOADINGS = np.array([0.78, 0.74, 0.72, 0.75, 0.85, 0.80, 0.76, 0.82, 0.68, 0.65, 0.70, 0.83])
CUTS = np.array([-1.6, -0.9, -0.1, 0.9])
CEILING = np.array([-2.2, -1.7, -1.0, -0.2])
BOND = tuple(item - 1 for item in SCALES["bond"])
TRUE_MEANS = {"goal": 0.3, "task": 0.25, "bond": 0.2}
"""Of the second group, in SD of the first; what ``two_groups`` draws."""

USE, CARE, NO = "use", "use-with-care", "do-not-use"
SIZES = (100, 150, 300, 1000)
SKIPPED = not_computed("Not looked at here.")

Counts = Counter[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A stated truth at one sample size.

    Attributes
    ----------
    truth, n
        Its name and the number of persons (of both groups together).
    look
        Analyses one sample, from its seed, and returns what was answered.
    scores
        The right verdict on each score; empty where no score is judged, and without the total where
        its hierarchical omega lies so near .70 (.60 to .75 in the population) that either is right.
    """

    truth: str
    n: int
    look: Callable[[int], Iterable[str]]
    scores: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.truth}, n = {self.n}"


# Scores: structure, consistency, ends of the scale


def answers_of(
    n: int,
    seed: int,
    *,
    correlation: float,
    cuts: FloatArray = CUTS,
    missing: float = 0.0,
    weak: tuple[int, ...] = (),
) -> FloatArray:
    """Draw answers of three factors that correlate alike."""
    rng = np.random.default_rng(seed)
    loadings = LOADINGS.copy()
    loadings[list(weak)] = 0.35
    general, own = rng.standard_normal((n, 1)), rng.standard_normal((n, len(SUBSCALES)))
    eta = np.sqrt(correlation) * general + np.sqrt(1.0 - correlation) * own
    remainder = rng.standard_normal((n, 12))
    propensity = (eta @ INSTRUMENT.membership.T) * loadings
    propensity += np.sqrt(1.0 - loadings**2) * remainder
    answers = 1.0 + (propensity[:, :, None] > cuts).sum(axis=2)
    return np.where(rng.random(answers.shape) < missing, np.nan, answers)


def judged(
    responses: ResponseMatrix, options: ValidityOptions, sections: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the verdict on sections; those that are not among them were not looked at."""
    found = {name: sections.get(name, SKIPPED) for name in SECTIONS}
    verdict: dict[str, Any] = give_verdict(found, responses.instrument, options)["verdict"]
    return verdict


def of_scores(n: int, **population: Any) -> Callable[[int], Iterable[str]]:
    def look(seed: int) -> Iterable[str]:
        responses = ResponseMatrix(
            instrument=INSTRUMENT, answers=answers_of(n, seed, **population), columns={}
        )
        return told(judged(responses, ValidityOptions(outcomes=None), structure(responses)))

    return look


def told(verdict: Mapping[str, Any]) -> Iterable[str]:
    yield f"answer: {verdict['code']}"
    for one in verdict["scores"]:
        yield f"{one['score']}: {one['code']}"
    for one in verdict["properties"]:
        yield f"{one['property']}: {one['rating']}"


def structure(responses: ResponseMatrix) -> dict[str, Any]:
    """Compute the sections that verdicts on scores rest on."""
    options = ValidityOptions(outcomes=None)
    chosen = choose(responses, respondent=None, session_number=None)
    done: dict[str, Any] = {}
    study = Study(material=Material(responses=responses), chosen=chosen, options=options, done=done)
    for step in ("sample", "sufficiency", "items"):
        done[step] = compute(step, study)
    done["cfa"] = factors(responses, Estimator.WLSMV, Missing.PAIRWISE)
    done["cfa_continuous"] = factors(responses, Estimator.MLR, None)
    with mock.patch.object(scale_reliability, "_if_item_deleted", return_value=()):  # no rule's
        done["reliability"] = compute("reliability", study)
    return done


RIVALS = tuple(
    Rival(structure=one).named_for(len(SUBSCALES))
    for one in (Structure.ONE_FACTOR, Structure.TWO_FACTOR, Structure.CORRELATED_FACTORS)
)


def factors(responses: ResponseMatrix, estimator: Estimator, missing: Missing | None) -> Any:
    options = CfaOptions(models=RIVALS, estimator=estimator, missing=missing)
    return KINDS["cfa"].analyse(Material(responses=responses), options, no_progress)


def scores(subscales: str, total: str | None, **others: str) -> dict[str, str]:
    found = dict.fromkeys(SUBSCALES, subscales) | others
    return found if total is None else found | {TOTAL: total}


POPULATIONS: Mapping[str, tuple[dict[str, Any], dict[str, str]]] = {
    "three factors, r = .2": ({"correlation": 0.2}, scores(USE, NO)),
    "three factors, r = .6": ({"correlation": 0.6}, scores(USE, None)),
    "three factors, r = .85": ({"correlation": 0.85}, scores(USE, USE)),
    "three factors, r = .97": ({"correlation": 0.97}, scores(NO, USE)),
    "one factor": ({"correlation": 1.0}, scores(NO, USE)),
    "ceiling, r = .6": ({"correlation": 0.6, "cuts": CEILING}, scores(CARE, None)),
    "8% missing, r = .6": ({"correlation": 0.6, "missing": 0.08}, scores(USE, None)),
    "8% missing, one factor": ({"correlation": 1.0, "missing": 0.08}, scores(NO, USE)),
    "one weak subscale, r = .6": ({"correlation": 0.6, "weak": BOND}, scores(USE, None, bond=NO)),
}


# Groups: the gate and its bounds


def of_groups(n: int, shifted: Mapping[int, float]) -> Callable[[int], Iterable[str]]:
    def look(seed: int) -> Iterable[str]:
        responses = two_groups(n, seed=seed, shifted=shifted)
        options = InvarianceOptions(group="setting", structure=Structure.CORRELATED_FACTORS)
        _, found = climb_and_compare(responses, options)
        yield f"gate: {found.status}"
        for one in found.bounds:
            truth = TRUE_MEANS[one.factor]
            yield "bounds"
            if one.with_bias.lower <= truth <= one.with_bias.upper:
                yield "covered"
            if one.with_bias.upper < 0.0:
                yield "false direction"

    return look


BIASED: Mapping[str, dict[int, float]] = {
    "items alike": {},
    "one item .5 lower": {4: 0.5},
    "two items of two factors .5 lower": {4: 0.5, 1: 0.5},
    "two items, .5 lower and higher": {4: 0.5, 5: -0.5},
    "half of a factor's items .6 lower": {4: 0.6, 6: 0.6},
}


# Outcomes and repeated ratings


def of_outcomes(
    n: int, correlation: float, minimum: float | None
) -> Callable[[int], Iterable[str]]:
    """Look at two outcomes that both relate to the alliance by ``correlation``."""

    def look(seed: int) -> Iterable[str]:
        rng = np.random.default_rng([seed, 1])  # apart from the answers' own
        answers = answers_of(n, seed, correlation=0.85)
        mean = answers.mean(axis=1)
        standard = (mean - mean.mean()) / mean.std()
        rest = np.sqrt(1.0 - correlation**2)
        columns = {
            name: correlation * standard + rest * rng.standard_normal(n) for name in ("one", "two")
        }
        responses = ResponseMatrix(
            instrument=INSTRUMENT,
            answers=answers,
            columns={**columns, "session_number": np.full(n, 2.0)},
        )
        options = ValidityOptions(
            outcomes=tuple(
                Outcome(name=name, session_number=8, expected=Expectation(minimum=minimum))
                for name in columns
            )
        )
        return hypotheses(responses, options)

    return look


def hypotheses(responses: ResponseMatrix, options: ValidityOptions) -> Iterable[str]:
    sections = some_sections(responses, options, ("sample", "items", "criterion"))
    for one in sections["criterion"]["hypotheses"]:
        yield f"hypothesis: {_HELD[one['held']]}"
    yield from told(judged(responses, options, sections))


_HELD = {True: "held", False: "failed", None: "open"}


def some_sections(
    responses: ResponseMatrix, options: ValidityOptions, steps: Iterable[str]
) -> dict[str, Any]:
    chosen = choose(responses, respondent=None, session_number=options.session_number)
    material = Material(responses=responses)
    skipped = dict.fromkeys(SECTIONS, SKIPPED)
    done: dict[str, Any] = {}
    for step in steps:
        study = Study(material=material, chosen=chosen, options=options, done=skipped | done)
        done[step] = compute(step, study)
    return skipped | done


def of_sessions(
    n: int, *, stability: float, growth: float, declared: bool
) -> Callable[[int], Iterable[str]]:
    """Look at two sessions whose true alliance correlates ``stability``."""

    def look(seed: int) -> Iterable[str]:
        rng = np.random.default_rng(seed)
        lasting = rng.standard_normal((n, 1))
        answers = []
        for session in range(2):
            eta = np.sqrt(stability) * lasting + session * growth
            eta = eta + np.sqrt(1.0 - stability) * rng.standard_normal((n, 1))
            propensity = eta * LOADINGS
            propensity = propensity + np.sqrt(1.0 - LOADINGS**2) * rng.standard_normal((n, 12))
            answers.append(1.0 + (propensity[:, :, None] > CUTS).sum(axis=2))
        person = np.array([f"p{number}" for number in range(n)], dtype=object)
        responses = ResponseMatrix(
            instrument=INSTRUMENT,
            answers=np.concatenate(answers),
            columns={
                "person": np.tile(person, 2),
                "session_number": np.repeat([1.0, 2.0], n),
            },
        )
        options = ValidityOptions(outcomes=None, retest=(1, 2) if declared else None)
        sections = some_sections(responses, options, ("sample", "items", "retest"))
        return told(judged(responses, options, sections))

    return look


def cells() -> list[Cell]:
    """List every cell, the sizes that this field has first."""
    found: list[Cell] = []
    for n in (150, 100, 300, 1000):
        found += [
            Cell(truth=name, n=n, look=of_scores(n, **population), scores=right)
            for name, (population, right) in POPULATIONS.items()
        ]
    for n in (300, 150, 1000):
        found += [
            Cell(truth=name, n=n, look=of_groups(n, shifted)) for name, shifted in BIASED.items()
        ]
    for n in SIZES:
        found += [
            Cell(truth="outcomes r = 0, expected > 0", n=n, look=of_outcomes(n, 0.0, None)),
            Cell(truth="outcomes r = .4, expected > 0", n=n, look=of_outcomes(n, 0.4, None)),
            Cell(truth="outcomes r = .1, expected at least .3", n=n, look=of_outcomes(n, 0.1, 0.3)),
            Cell(
                truth="true change, no retest declared",
                n=n,
                look=of_sessions(n, stability=0.8, growth=0.25, declared=False),
            ),
            Cell(
                truth="stable, declared retest",
                n=n,
                look=of_sessions(n, stability=1.0, growth=0.0, declared=True),
            ),
            Cell(
                truth="stability .5, declared retest",
                n=n,
                look=of_sessions(n, stability=0.5, growth=0.0, declared=True),
            ),
        ]
    return found


def run(
    chosen: Iterable[Cell], *, samples: int, cpu_minutes: float, kept: dict[str, Counts]
) -> Iterator[None]:
    """Draw round after round until every cell has its samples or the time is spent."""
    chosen = list(chosen)
    for number in range(samples):
        for cell in chosen:
            counts = kept.setdefault(cell.name, Counter())
            if counts["samples"] > number:
                continue
            counts.update(cell.look(FIRST_SEED + number))
            counts["samples"] += 1
            if time.process_time() > 60.0 * cpu_minutes:
                return
        yield


def wrong(cell: Cell, counts: Mapping[str, int]) -> dict[str, int]:
    """Count "use" of what is not to be used so, and "do-not-use" of what is."""
    return {
        score: sum(counts.get(f"{score}: {said}", 0) for said in (USE, NO) if said != right)
        for score, right in cell.scores.items()
    }


CODES = (USE, CARE, NO, "cannot-say")
STATUSES = ("permitted", "partial", "bounded", "refused", "inconclusive")
RATINGS = ("sufficient", "insufficient", "indeterminate", "not-assessed")


def table(chosen: Iterable[Cell], kept: Mapping[str, Counts]) -> Iterator[str]:
    """Write the counts as tables in Markdown."""
    known = [(cell, kept[cell.name]) for cell in chosen if kept.get(cell.name)]
    yield "| truth | n | samples | subscales (three a sample) | total | most wrong of a score |"
    yield "|---|---|---|---|---|---|"
    for cell, counts in known:
        if cell.scores:
            of_subscales = _counted(counts, SUBSCALES, CODES)
            most = max(wrong(cell, counts).values())
            yield (
                f"| {cell.truth} | {cell.n} | {counts['samples']} | {of_subscales} "
                f"| {_counted(counts, (TOTAL,), CODES)} | {most} |"
            )
    yield "| truth | n | samples | gate | bounds | cover | wrong direction |"
    yield "|---|---|---|---|---|---|---|"
    for cell, counts in known:
        if any(key.startswith("gate") for key in counts):
            yield (
                f"| {cell.truth} | {cell.n} | {counts['samples']} "
                f"| {_counted(counts, ('gate',), STATUSES)} | {counts['bounds']} "
                f"| {counts['covered']} | {counts['false direction']} |"
            )
    yield "| truth | n | samples | property | single hypotheses |"
    yield "|---|---|---|---|---|"
    for cell, counts in known:
        for name, word in (("hypotheses-testing", "outcomes"), ("reliability", "retest")):
            if word in cell.truth:
                yield (
                    f"| {cell.truth} | {cell.n} | {counts['samples']} "
                    f"| {_counted(counts, (name,), RATINGS)} "
                    f"| {_counted(counts, ('hypothesis',), tuple(_HELD.values()))} |"
                )


def _counted(counts: Mapping[str, int], names: Iterable[str], answers: Iterable[str]) -> str:
    found = {one: sum(counts.get(f"{name}: {one}", 0) for name in names) for one in answers}
    return ", ".join(f"{n} {one}" for one, n in found.items() if n)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=40)
    parser.add_argument("--cells", default="")
    parser.add_argument("--cpu-minutes", type=float, default=25.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    chosen = [one for one in cells() if re.search(given.cells, one.name)]
    kept: dict[str, Counts] = {}
    if given.out and given.out.exists():
        kept = {name: Counter(one) for name, one in json.loads(given.out.read_text()).items()}
    for _ in run(chosen, samples=given.samples, cpu_minutes=given.cpu_minutes, kept=kept):
        if given.out:
            given.out.write_text(json.dumps(kept, indent=1))
    for line in table(chosen, kept):
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"{time.process_time() / 60.0:.1f} CPU minutes\n")


if __name__ == "__main__":
    main()
