"""Reads mirt's numbers, and fits what they are about, once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from psychometrics.correlation.categories import code_answers
from psychometrics.irt.fitted_scale import FittedScale, fit_scale
from psychometrics.irt.group_models import GroupModels
from psychometrics.irt.item_models import Graded
from psychometrics.irt.options import ModelName
from psychometrics.irt.response_patterns import count_patterns
from psychometrics.types import FloatArray

_TESTS = Path(__file__).parents[1]
GOLDEN: dict[str, Any] = json.loads((_TESTS / "golden" / "irt_mirt.json").read_text())
SCALES = {"goal": (4, 6, 8, 11), "task": (1, 2, 10, 12), "bond": (3, 5, 7, 9)}


@cache
def data(name: str) -> FloatArray:
    """Group and twelve items, shape (n_persons, 13)."""
    return np.genfromtxt(_TESTS / "data" / f"{name}.csv", delimiter=",", skip_header=1)


@cache
def fitted(key: str) -> FittedScale:
    """The scale that an entry of mirt's numbers is about."""
    name, model, _ = key.split("|")
    items = GOLDEN["values"][key]["items"]
    answers = data(name)[:, items]
    return fit_scale(
        answers,
        items,
        model=ModelName(model.removesuffix("-rasch")),
        rasch=model.endswith("-rasch"),
    )


@cache
def group_models(key: str) -> GroupModels:
    """The two groups' models of one scale."""
    name, _ = key.split("|")
    answers = data(name)
    coding = code_answers(answers[:, GOLDEN["dif"][key]["items"]])
    return GroupModels(
        model=Graded(),
        common_slope=False,
        groups=[count_patterns(coding.codes[answers[:, 0] == g], coding.width) for g in (1, 2)],
        n_categories=coding.n_categories,
    )
