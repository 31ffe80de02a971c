"""The correlations that are factored, and whether they can be.

Notes
-----
Persons who answered every scored item are used. A matrix that is not positive definite is smoothed,
and a caution says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.correlation.polychoric import polychoric_correlations
from psychometrics.correlation.smoothing import smooth
from psychometrics.efa.options import CorrelationType
from psychometrics.errors import EstimationError
from psychometrics.responses import ResponseMatrix
from psychometrics.types import FloatArray

_STEP = "correlations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factored:
    """What a factor method starts from.

    Attributes
    ----------
    items
        Numbers of the scored items, ascending.
    answers
        Complete rows, recoded, shape (n_persons, n_items).
    correlations
        Positive definite, shape (n_items, n_items).
    smoothed
        Whether they had to be made so: inverse and determinant are then the constant's, not theirs.
    at_bound
        Whether a polychoric correlation runs to ±1, so that it was stopped at a constant.
    cautions
        Doubts about the correlations.
    """

    items: tuple[int, ...]
    answers: FloatArray
    correlations: FloatArray
    smoothed: bool
    at_bound: bool
    cautions: tuple[str, ...]

    @property
    def n_persons(self) -> int:
        """Persons behind the correlations."""
        return int(self.answers.shape[0])


def factored(responses: ResponseMatrix, correlation: CorrelationType) -> Factored:
    """Correlate the scored items over the complete rows.

    Parameters
    ----------
    responses
        Answers as given.
    correlation
        Which correlations.

    Raises
    ------
    EstimationError
        Fewer than two items or three complete rows, or an item without variance.
    """
    items = responses.instrument.scored_items
    answers = responses.scored[responses.complete]
    _check(answers, items)
    given, at_bound, doubts = _correlations(answers, items, correlation)
    found = smooth(given)
    return Factored(
        items=items,
        answers=answers,
        correlations=found.correlations,
        smoothed=found.changed,
        at_bound=at_bound,
        cautions=doubts + found.cautions + _size_cautions(*answers.shape),
    )


def _correlations(
    answers: FloatArray, items: tuple[int, ...], correlation: CorrelationType
) -> tuple[FloatArray, bool, tuple[str, ...]]:
    if correlation is CorrelationType.PEARSON:
        return correlate(answers, items, correlation), False, ()
    found = polychoric_correlations(answers, items=items)
    return found.correlations, bool(found.at_bound.any()), found.cautions


def correlate(
    answers: FloatArray, items: tuple[int, ...], correlation: CorrelationType
) -> FloatArray:
    """Correlate complete answers, of one sample or of many at once.

    Parameters
    ----------
    answers
        Shape (…, n_persons, n_items), every item varying.
    items
        Numbers of the items, for messages.
    correlation
        Which correlations.

    Returns
    -------
    FloatArray
        Shape (…, n_items, n_items), not smoothed.
    """
    if correlation is CorrelationType.POLYCHORIC:
        return polychoric_correlations(answers, items=items).correlations
    centred = answers - answers.mean(axis=-2, keepdims=True)
    centred = centred / np.linalg.norm(centred, axis=-2, keepdims=True)
    correlations = np.swapaxes(centred, -1, -2) @ centred
    diagonal = np.arange(len(items))
    correlations[..., diagonal, diagonal] = 1.0
    return np.asarray(correlations)


def _check(answers: FloatArray, items: tuple[int, ...]) -> None:
    n_persons, n_items = answers.shape
    if n_items < 2:
        raise EstimationError(_STEP, "at least two scored items are needed")
    if n_persons < 3:
        raise EstimationError(
            _STEP,
            f"{n_persons} person(s) answered every scored item; at least three are needed, and "
            "many more for a result to mean anything",
        )
    constant = np.ptp(answers, axis=0) == 0.0
    if constant.any():
        named = ", ".join(str(item) for item, same in zip(items, constant, strict=True) if same)
        raise EstimationError(
            _STEP,
            f"all complete answers are the same to item(s) {named}; an item without variance has "
            "no correlations: leave it out of the definition, or collect more answers",
        )


def _size_cautions(n_persons: int, n_items: int) -> tuple[str, ...]:
    needed = max(100, 7 * n_items)
    if n_persons >= needed:
        return ()
    return (
        f"{n_persons} persons are fewer than the {needed} that COSMIN asks of a factor analysis.",
    )
