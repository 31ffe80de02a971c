"""What the lagged effects answer: alliance first, outcome first, both, neither, or cannot say.

A direction counts when its constrained path differs from zero at p < .05. "Neither" also needs a
power of 80% in both directions to find the smallest effect that matters: what a study could not
have seen it cannot deny. With fewer than 200 persons a p-value between .01 and .05 decides nothing:
robust standard errors are too small there (without any effect 15 instead of 10 of 100 simulated
studies of 150 persons had a direction at .05).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psychometrics.cfa.fit_result import Fitted
from psychometrics.longitudinal.cross_lagged import VARIABLES, Design, path_estimate
from psychometrics.longitudinal.estimates import two_sided
from psychometrics.longitudinal.lagged_results import Power, Precedence

ALPHA = 0.05
ENOUGH_POWER = 0.8
FEW_PERSONS, STRICT_ALPHA = 200, 0.01
LEAST_PERSONS = 50
"""With fewer persons robust standard errors are too small to decide anything."""

LEAST_OCCASIONS = 3

TOO_CLOSE = (
    f"With fewer than {FEW_PERSONS} persons a p-value between .01 and .05 decides nothing; robust "
    "standard errors are too small there."
)

CANNOT_SAY: Precedence = "cannot-say"
_ANSWERS: Mapping[tuple[bool, bool], Precedence] = {
    (True, False): "alliance-first",
    (False, True): "outcome-first",
    (True, True): "both",
    (False, False): "neither",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer with its reasons.

    Attributes
    ----------
    answer
        The contract's word.
    because, cautions
        Sentences.
    """

    answer: Precedence
    because: tuple[str, ...]
    cautions: tuple[str, ...] = ()


def answer_of(
    constrained: Fitted, design: Design, *, proper: bool, power: Sequence[Power]
) -> Answer:
    """Answer from the constrained model.

    Parameters
    ----------
    constrained, design
        The model whose paths are equal over time.
    proper
        Whether its solution is admissible.
    power
        By direction.
    """
    doubts = _doubts(constrained, design, proper=proper)
    if doubts:
        return Answer(answer=CANNOT_SAY, because=doubts, cautions=doubts)
    p_values = [_p_value(constrained, design, source) for source in range(2)]
    counts = [p is not None and p < ALPHA for p in p_values]
    weak = [
        f"The power to find a standardized effect on the {one.to} that matters is below 80%."
        for one, counted in zip(reversed(power), counts, strict=True)
        if not counted and (one.power is None or one.power < ENOUGH_POWER)
    ]
    because = tuple(
        _sentence(source, p, counted=counted)
        for source, (p, counted) in enumerate(zip(p_values, counts, strict=True))
    )
    close = [p is not None and STRICT_ALPHA <= p < ALPHA for p in p_values]
    if constrained.n_persons < FEW_PERSONS and any(close):
        return Answer(answer=CANNOT_SAY, because=(*because, TOO_CLOSE), cautions=(TOO_CLOSE,))
    if not any(counts) and weak:
        return Answer(answer=CANNOT_SAY, because=(*because, *weak), cautions=tuple(weak))
    return Answer(answer=_ANSWERS[counts[0], counts[1]], because=because, cautions=tuple(weak))


def _p_value(fitted: Fitted, design: Design, source: int) -> float | None:
    return two_sided(*path_estimate(fitted, design, to=1 - source, source=source, occasion=1))


def _sentence(source: int, p: float | None, *, counted: bool) -> str:
    said = "counts" if counted else "does not count"
    shown = "without a p-value" if p is None else "p < .001" if p < 0.001 else f"p = {p:.3f}"
    return f"The path from the {VARIABLES[source]} to the {VARIABLES[1 - source]} {said} ({shown})."


def _doubts(fitted: Fitted, design: Design, *, proper: bool) -> tuple[str, ...]:
    found = []
    if design.n_occasions < LEAST_OCCASIONS:
        found.append(
            "Two occasions do not tell stable differences between persons from what carries over; "
            "three or more are needed."
        )
    if not proper:
        found.append("The constrained model's solution is improper.")
    least = max(LEAST_PERSONS, fitted.theta.size)
    if fitted.n_persons < least:
        found.append(f"{fitted.n_persons} persons are too few; at least {least} are needed.")
    return tuple(found)
