"""A kind of analysis in one module: options, result, engine. Its registration is in the test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from marshmallow import post_load

from psychometrics.declared.traits import about, result, shown
from psychometrics.declared.vocabulary import (
    Cautions,
    Correlation,
    GroupName,
    Item,
    Matrix,
    Persons,
    PersonsUsed,
    Seed,
    Share,
    Things,
    Vector,
)
from psychometrics.responses import ResponseMatrix
from psychometrics.types import Estimate, Interval, Progress
from schemas.base import StrictInteger, StrictSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyOptions:
    seed: int


class ToyOptionsSchema(StrictSchema):
    """Options of the toy."""

    seed = StrictInteger(load_default=1)

    @post_load
    def make(self, data: dict[str, Any], **kwargs: Any) -> ToyOptions:
        return ToyOptions(**data)


class Answer(Enum):
    YES = "yes"
    NO = "no"


@result
class ToyGroup:
    """A group."""

    name: GroupName
    n: PersonsUsed


@result
class ToyMean:
    """A mean of a group."""

    group: GroupName
    mean: float = about("Mean of the answers.", unit="points", gated=True)


@result
class ToyFit:
    """What stands beside the other fields in JSON."""

    cfi: Share | None = about("Comparative fit index.")


@result
class ToyResult:
    """A toy."""

    n_persons: PersonsUsed
    n_complete: Persons = about("Persons who answered every item.")
    n_items: Things = about("Items of the form.")
    seed: Seed
    alpha: Estimate = about("A coefficient.")
    r: Correlation = about("A correlation that cannot be estimated.")
    answer: Answer = about("Whether it is one.")
    order: tuple[Item, ...] = about("Item numbers.")
    means: Vector = about("Of each item.", unit="points")
    table: Matrix = about("Some numbers.")
    by_scale: Mapping[str, Persons] = about("Persons by scale.")
    groups: tuple[ToyGroup, ...] = about("Groups.")
    of_groups: tuple[ToyMean, ...] = about("Means of the groups.")
    fit: ToyFit = about("How well it fits.", inline=True)
    answers: ResponseMatrix | None = about("What stays in the engine.", internal=True)
    cautions: Cautions

    @shown
    def is_large(self) -> bool:
        """Whether there are many persons."""
        return self.n_persons > 100


def analyse(responses: ResponseMatrix, options: ToyOptions, *, progress: Progress) -> ToyResult:
    progress(1, 1, "toy")
    answers = responses.answers
    return ToyResult(
        n_persons=len(answers),
        n_complete=int(np.isfinite(answers).all(axis=1).sum()),
        n_items=answers.shape[1],
        seed=options.seed,
        alpha=Estimate(estimate=0.8, interval=Interval(lower=0.7, upper=float("inf"))),
        r=float("nan"),
        answer=Answer.YES,
        order=tuple(range(1, answers.shape[1] + 1)),
        means=np.where(np.arange(answers.shape[1]), np.nanmean(answers, axis=0), np.nan),
        table=np.array([[1.0, np.nan], [0.1, 2.0]]),
        by_scale={"goal": 7, "total": len(answers)},
        groups=(
            ToyGroup(name="a", n=100),
            ToyGroup(name="b", n=7),
            ToyGroup(name="c", n=20),
        ),
        of_groups=(ToyMean(group="a", mean=3.0), ToyMean(group="b", mean=4.0)),
        fit=ToyFit(cfi=0.98),
        answers=responses,
        cautions=(),
    )
