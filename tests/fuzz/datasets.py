"""Odd data sets, drawn from a seed: forms of their own and the answers to them.

Each draws what the field's data have at their edges: few persons, 2 to 7 categories, ceilings,
items that repeat or mirror others, categories that nobody uses, constant items, up to 60% missing
answers, subscales of one item, items of no subscale, persons with several sessions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray
from schemas.definition import load_definition

NAMES = ("goal", "task", "bond", "hope", "trust")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A form's answers, and what is odd about them in words."""

    responses: ResponseMatrix
    said: str


def dataset(rng: np.random.Generator) -> Dataset:
    """Draw a form and the answers to it."""
    form, shape = _form(rng), []
    n = int(rng.choice([rng.integers(1, 61), rng.integers(30, 61)]))
    answers = _answers(rng, form, n)
    for item in rng.permutation(form.n_items)[: rng.choice([0, 0, 1, 2])]:
        other = int(rng.integers(form.n_items))
        odd = str(rng.choice(["constant", "copy", "mirror", "unused"]))
        answers[:, item] = _odd(rng, odd, answers[:, item], answers[:, other], form)
        shape.append(f"{odd} {item + 1}")
    missing = float(rng.choice([0.0, 0.0, 0.0, 0.05, 0.2, 0.6]))
    answers[rng.random(answers.shape) < missing] = np.nan
    if rng.random() < 0.1:
        answers[rng.random(n) < 0.1] = np.nan
    scales = {name: len(scale.items) for name, scale in form.subscales.items()}
    said = f"{n} persons, {form.n_items} items to {form.maximum:g}, {scales}, {missing:.0%} missing"
    responses = ResponseMatrix(
        instrument=form, answers=answers, columns=_columns(rng, answers, form)
    )
    return Dataset(responses=responses, said=", ".join([said, *shape]))


def _form(rng: np.random.Generator) -> Instrument:
    sizes = [rng.integers(1, 4), rng.integers(3, 13), rng.integers(4, 13), rng.integers(12, 37)]
    n_items = int(rng.choice(sizes))
    n_scored = n_items - (int(rng.integers(0, n_items)) if rng.random() < 0.2 else 0)
    scored = 1 + np.sort(rng.permutation(n_items)[:n_scored])
    n_scales = int(rng.integers(1, min(5, n_scored) + 1))
    ends = np.sort(rng.choice(np.arange(1, n_scored), size=n_scales - 1, replace=False))
    scales = {
        name: [int(item) for item in items]
        for name, items in zip(NAMES, np.split(scored, ends), strict=False)
    }
    reversed_items = [item for items in scales.values() for item in items if rng.random() < 0.2]
    lowest = int(rng.integers(0, 2))
    document = {
        "id": "fuzz",
        "version": "1.0.0",
        "title": "Fuzz",
        "respondent": "client",
        "items": n_items,
        "response": {"minimum": lowest, "maximum": lowest + int(rng.integers(1, 7))},
        "subscales": scales,
        "reversed": sorted(reversed_items),
        "total": bool(rng.random() < 0.8),
        "missing": {"minimum_answered": {}},
        "rights": "",
        "sources": [],
        "key_status": "declared",
    }
    return load_definition(document).instrument


def _answers(rng: np.random.Generator, form: Instrument, n: int) -> FloatArray:
    """Cut propensities of correlated factors, one a subscale, with a ceiling of their own."""
    general = rng.standard_normal((n, 1))
    loading, shared = rng.choice([0.0, 0.4, 0.7, 0.8, 0.97]), rng.choice([0.0, 0.5, 0.7, 0.9])
    propensities = rng.standard_normal((n, form.n_items))
    for scale in form.subscales.values():
        own = shared * general + np.sqrt(1 - shared**2) * rng.standard_normal((n, 1))
        items = np.array(scale.items) - 1
        propensities[:, items] *= np.sqrt(1 - loading**2)
        propensities[:, items] += loading * own
    width = int(form.maximum - form.minimum)
    spread = np.linspace(-1.0, 1.0, width + 2)[1:-1]
    cuts = np.sort(spread + rng.choice([0.0, 0.3, 1.0]) * rng.standard_normal(width))
    cuts -= rng.choice([0.0, 0.0, 1.0, 2.0])
    if rng.random() < 0.03:  # every answer the same
        cuts += 20.0
    answers = form.minimum + np.digitize(propensities, cuts).astype(np.float64)
    return form.recode(answers)


def _odd(
    rng: np.random.Generator, odd: str, own: FloatArray, other: FloatArray, form: Instrument
) -> FloatArray:
    if odd == "constant":
        return np.full_like(own, form.maximum)
    if odd == "copy":
        return other.copy()
    if odd == "mirror":
        return form.minimum + form.maximum - other
    left_out = rng.integers(form.minimum, form.maximum + 1)
    instead = left_out - 1 if left_out == form.maximum else left_out + 1
    return np.where(own == left_out, float(instead), own)


def _columns(
    rng: np.random.Generator, answers: FloatArray, form: Instrument
) -> dict[str, FloatArray]:
    n = len(answers)
    sessions = int(rng.choice([1, 2, 4]))
    score = np.where(np.isfinite(answers), answers, form.minimum).mean(axis=1)
    outcome = score + rng.normal(0.0, rng.choice([0.0, 1.0, 30.0]), n)
    outcome[rng.random(n) < rng.choice([0.0, 0.3, 1.0], p=[0.6, 0.35, 0.05])] = np.nan
    anchor = rng.integers(-1, 3, n).astype(np.float64)
    shares = rng.choice([0.5, 0.9, 1.0])
    columns = {
        "person": np.array([f"p{row // sessions}" for row in range(n)], dtype=object),
        "session_number": 1.0 + np.arange(n) % sessions,
        "group": np.where(rng.random(n) < shares, "a", "b").astype(object),
        "clinician": np.array([f"c{one}" for one in rng.integers(0, 6, n)], dtype=object),
        "respondent": np.where(rng.random(n) < 0.5, "client", "therapist").astype(object),
        "outcome": outcome,
        "anchor": anchor,
    }
    left = [] if sessions > 1 else ["person", "session_number"]
    left += [] if rng.random() < 0.4 else ["respondent"]
    return {name: one for name, one in columns.items() if name not in left}
