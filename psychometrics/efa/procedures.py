"""The rotations one can ask for, as what is done to unrotated loadings.

Notes
-----
Oblimin, geomin and varimax start from the unrotated axes, as GPArotation and psych do; the result
is that of a local minimum. Twenty random starts then look for a lower one, and a caution tells of
it. Target rotation starts from the orthogonal axes nearest to the key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from psychometrics.efa.criteria import Criterion, Geomin, Quartimin, Varimax, ZeroTarget
from psychometrics.efa.options import Rotation
from psychometrics.efa.rotation import (
    Rotated,
    promax,
    rotate_obliquely,
    rotate_orthogonally,
    unrotated,
)
from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.types import FloatArray

RANDOM_STARTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """A rotation.

    Attributes
    ----------
    rotate
        Rotates unrotated loadings of shape (b, n_items, n_factors) and arranges the factors.
    names
        Of the factors, in their order.
    oblique
        Whether factors may correlate.
    criterion
        What is minimized from the unrotated axes on; ``None`` for another way.
    """

    rotate: Callable[[FloatArray], Rotated]
    names: tuple[str, ...]
    oblique: bool
    criterion: Criterion | None = None


def procedure(rotation: Rotation, instrument: Instrument, n_factors: int) -> Procedure:
    """Make the rotation that an option names.

    Parameters
    ----------
    rotation
        What was chosen.
    instrument
        Its key is the target of a target rotation.
    n_factors
        One factor is not rotated.

    Raises
    ------
    OptionError
        A target rotation of more or fewer factors than subscales.
    """
    names = tuple(f"F{number}" for number in range(1, n_factors + 1))
    if rotation is Rotation.TARGET:
        return _towards_key(instrument, n_factors)
    if n_factors == 1 or rotation is Rotation.NONE:
        return Procedure(rotate=_by_variance(unrotated), names=names, oblique=False)
    if rotation is Rotation.PROMAX:
        return Procedure(rotate=_by_variance(promax), names=names, oblique=True)
    if rotation is Rotation.VARIMAX:
        varimax = Varimax()
        return Procedure(
            rotate=_by_variance(lambda loadings: rotate_orthogonally(loadings, varimax)),
            names=names,
            oblique=False,
            criterion=varimax,
        )
    criterion: Criterion = Geomin() if rotation is Rotation.GEOMIN else Quartimin()
    return Procedure(
        rotate=_by_variance(lambda loadings: rotate_obliquely(loadings, criterion)),
        names=names,
        oblique=True,
        criterion=criterion,
    )


def better_elsewhere(turn: Procedure, loadings: FloatArray, rotated: Rotated) -> tuple[str, ...]:
    """Look from random starts for a lower minimum than the one found.

    Parameters
    ----------
    turn
        The rotation.
    loadings
        Unrotated, shape (n_items, n_factors).
    rotated
        What it made of them.

    Returns
    -------
    tuple of str
        A caution if there is one.
    """
    if turn.criterion is None:
        return ()
    n_factors = loadings.shape[1]
    drawn = np.random.default_rng(1).standard_normal((RANDOM_STARTS, n_factors, n_factors))
    starts = np.linalg.qr(drawn)[0]
    copies = np.tile(loadings, (RANDOM_STARTS, 1, 1))
    again = rotate_obliquely if turn.oblique else rotate_orthogonally
    lowest = float(again(copies, turn.criterion, starts).value.min())
    found = float(rotated.value[0])
    if lowest >= found - 1e-5 * max(abs(found), 1e-3):
        return ()
    return (
        "Random starts reach a lower value of the rotation criterion than the usual start does.",
    )


def _by_variance(rotate: Callable[[FloatArray], Rotated]) -> Callable[[FloatArray], Rotated]:
    return lambda loadings: rotate(loadings).by_variance()


def _towards_key(instrument: Instrument, n_factors: int) -> Procedure:
    scales = list(instrument)
    if n_factors != len(scales):
        raise OptionError(
            "n_factors", f"a target rotation has one factor for each of {len(scales)} subscale(s)"
        )
    items = instrument.scored_items
    key = np.array([[float(item in scale.items) for scale in scales] for item in items])
    target = ZeroTarget(zeros=key == 0.0)
    names = tuple(scale.name for scale in scales)

    def rotate(loadings: FloatArray) -> Rotated:
        if n_factors == 1:
            return unrotated(loadings).by_variance()
        left, _, right = np.linalg.svd(loadings.transpose(0, 2, 1) @ key)
        rotated = rotate_obliquely(loadings, target, left @ right)
        signs = np.where((rotated.loadings * key).sum(axis=1) < 0.0, -1.0, 1.0)
        order = np.tile(np.arange(n_factors), (len(loadings), 1))
        return rotated.arranged(order, signs)

    return Procedure(rotate=rotate, names=names, oblique=n_factors > 1)
