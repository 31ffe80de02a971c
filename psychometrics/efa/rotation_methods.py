"""The rotations one can ask for, as what is done to unrotated loadings.

Notes
-----
Oblimin, geomin and varimax start from the unrotated axes, as GPArotation and psych do; the result
is that of a local minimum. Twenty random starts then look for a lower one, and a caution tells of
it. Target rotation starts from the orthogonal axes nearest to the key.

Varimax and promax use Kaiser normalization unless the option says otherwise, as psych, R and SPSS
do; the others do not, as psych and GPArotation. Varimax with it stops where R's and so psych's
does; without it, it is GPArotation's (psych's ``Varimax``), at the exact maximum. Promax without
it is psych's ``Promax``, of which the varimax step alone is normalized.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from psychometrics.efa.options import Rotation
from psychometrics.efa.rotation import (
    Rotated,
    kaiser_normalized,
    promax,
    rotate_obliquely,
    rotate_orthogonally,
    unit_rows,
    unrotated,
    varimax,
)
from psychometrics.efa.rotation_criteria import Criterion, Geomin, Quartimin, Varimax, ZeroTarget
from psychometrics.errors import OptionError
from psychometrics.instrument import Instrument
from psychometrics.types import FloatArray

RANDOM_STARTS = 20
NORMALIZED = (Rotation.VARIMAX, Rotation.PROMAX)
"""Rotations with Kaiser normalization unless the option says otherwise."""


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
    normalize
        Whether rows have unit length while they are rotated.
    criterion
        What is minimized from the unrotated axes on; ``None`` for another way.
    """

    rotate: Callable[[FloatArray], Rotated]
    names: tuple[str, ...]
    oblique: bool
    normalize: bool = False
    criterion: Criterion | None = None


def procedure(
    rotation: Rotation, instrument: Instrument, n_factors: int, *, normalize: bool | None = None
) -> Procedure:
    """Make the rotation that an option names.

    Parameters
    ----------
    rotation
        What was chosen.
    instrument
        Its key is the target of a target rotation.
    n_factors
        One factor is not rotated.
    normalize
        Whether to use Kaiser normalization; ``None`` for what is usual for the rotation.

    Raises
    ------
    OptionError
        A target rotation of more or fewer factors than subscales, or normalization without a
        rotation.
    """
    if rotation is Rotation.NONE and normalize:
        raise OptionError("normalize", "has no meaning without a rotation")
    if normalize is None:
        normalize = rotation in NORMALIZED
    if n_factors == 1:
        normalize = False
    if rotation is Rotation.TARGET:
        return _towards_key(instrument, n_factors, normalize=normalize)
    rotate, criterion = _untargeted(rotation, n_factors, normalize=normalize)
    return Procedure(
        rotate=_by_variance(kaiser_normalized(rotate) if normalize else rotate),
        names=tuple(f"F{number}" for number in range(1, n_factors + 1)),
        oblique=n_factors > 1 and rotation not in (Rotation.NONE, Rotation.VARIMAX),
        normalize=normalize,
        criterion=criterion,
    )


def _untargeted(
    rotation: Rotation, n_factors: int, *, normalize: bool
) -> tuple[Callable[[FloatArray], Rotated], Criterion | None]:
    """Choose how loadings are rotated, and the criterion where it is minimized from the axes on."""
    if n_factors == 1 or rotation is Rotation.NONE:
        return unrotated, None
    if rotation is Rotation.PROMAX:
        return promax, None
    if rotation is Rotation.VARIMAX:
        exact = partial(rotate_orthogonally, criterion=Varimax())
        return (varimax if normalize else exact), Varimax()
    criterion: Criterion = Geomin() if rotation is Rotation.GEOMIN else Quartimin()
    return partial(rotate_obliquely, criterion=criterion), criterion


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
    turned = rotated.loadings[:1]
    if turn.normalize:
        loadings, turned = unit_rows(loadings[None])[0][0], unit_rows(turned)[0]
    n_factors = loadings.shape[1]
    drawn = np.random.default_rng(1).standard_normal((RANDOM_STARTS, n_factors, n_factors))
    starts = np.linalg.qr(drawn)[0]
    copies = np.tile(loadings, (RANDOM_STARTS, 1, 1))
    again = rotate_obliquely if turn.oblique else rotate_orthogonally
    lowest = float(again(copies, turn.criterion, starts).value.min())
    # from an orthogonal solution on: varimax as R stops it is not quite at its maximum
    found = float((rotated if turn.oblique else again(turned, turn.criterion)).value[0])
    if lowest >= found - 1e-5 * max(abs(found), 1e-3):
        return ()
    return (
        "Random starts reach a lower value of the rotation criterion than the usual start does.",
    )


def _by_variance(rotate: Callable[[FloatArray], Rotated]) -> Callable[[FloatArray], Rotated]:
    return lambda loadings: rotate(loadings).by_variance()


def _towards_key(instrument: Instrument, n_factors: int, *, normalize: bool) -> Procedure:
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

    return Procedure(
        rotate=kaiser_normalized(rotate) if normalize else rotate,
        names=names,
        oblique=n_factors > 1,
        normalize=normalize,
    )
