"""Key forensics: which key made published sums, and which form a file really is.

Notes
-----
A subscale's sum under a key with reversed items is linear in which items are reversed:

    sum_i = Σ_j x_ij + Σ_{j reversed} (min + max − 2 x_ij),

one equation for each person. Of all keys of a subscale (4,096 for twelve items) the one that makes
most of the sums is found by trying each; of equally good ones the nearest to the definition's.
Beyond fourteen items the least-squares solution is rounded instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from psychometrics.errors import ResponsesError
from psychometrics.instrument import Instrument, Scale
from psychometrics.items.item_rest import scale_item_rest
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, IntArray

LONGEST_EXHAUSTIVE = 14
"""Items of a subscale up to which every key is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFinding:
    """The key that made a subscale's published sums.

    Attributes
    ----------
    subscale
        Whose sums.
    n_rows
        Rows with complete answers and a sum.
    n_agree
        Of these, rows whose sum is that of the definition's key.
    reversed_items
        Items that the sums' key reverses; ``None`` when no key of these items makes them.
    n_explained
        Rows whose sum is that of the key found.
    n_equally_good
        Keys that make as many sums; more than one leaves the key open.
    wrongly_reversed, wrongly_kept
        Items reversed against the definition, and items not reversed although they should be.
    """

    subscale: str
    n_rows: int
    n_agree: int
    reversed_items: tuple[int, ...] | None
    n_explained: int
    n_equally_good: int
    wrongly_reversed: tuple[int, ...] = ()
    wrongly_kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFit:
    """How well a definition fits a file's answers.

    Attributes
    ----------
    id, version
        The definition.
    possible
        Whether item count and range allow it at all.
    n_negative
        Items that fall with the rest of their subscale under its key.
    mean_item_rest
        Mean item-rest correlation under its key; ``None`` if impossible or inestimable.
    """

    id: str
    version: str
    possible: bool
    n_negative: int
    mean_item_rest: float | None


def find_key(
    instrument: Instrument, answers: FloatArray, sums: Mapping[str, FloatArray]
) -> tuple[KeyFinding, ...]:
    """Find the key behind published subscale sums.

    Parameters
    ----------
    instrument
        The definition the sums are compared with.
    answers
        As given, nothing reversed, shape (n_persons, n_items), missing is ``nan``.
    sums
        Published sums by subscale, each of shape (n_persons,), missing is ``nan``.

    Raises
    ------
    ResponsesError
        Sums of a subscale the instrument does not have, or not one for each person.
    """
    for name, published in sums.items():
        if name not in instrument.subscales:
            raise ResponsesError(f"sums/{name}: the instrument has no such subscale")
        if published.shape != (answers.shape[0],):
            raise ResponsesError(f"sums/{name}: must have one value for each person")
    return tuple(
        _finding(instrument, instrument.subscales[name], answers, published)
        for name, published in sums.items()
    )


def compare_forms(forms: Iterable[Instrument], answers: FloatArray) -> tuple[FormFit, ...]:
    """Ask which definitions a file's answers can be of, the best first.

    Parameters
    ----------
    forms
        Definitions to try.
    answers
        As given, of any range, shape (n_persons, n_items), missing is ``nan``.
    """
    fits = [_form_fit(form, answers) for form in forms]
    return tuple(
        sorted(fits, key=lambda fit: (not fit.possible, fit.n_negative, -(fit.mean_item_rest or 0)))
    )


def _form_fit(form: Instrument, answers: FloatArray) -> FormFit:
    given = answers[np.isfinite(answers)]
    possible = (
        answers.shape[1] == form.n_items
        and given.size > 0
        and form.minimum <= given.min()
        and given.max() <= form.maximum
    )
    if not possible:
        return FormFit(
            id=form.id, version=form.version, possible=False, n_negative=0, mean_item_rest=None
        )
    correlations = scale_item_rest(form, ResponseMatrix(instrument=form, answers=answers).recoded)
    known = correlations[np.isfinite(correlations)]
    return FormFit(
        id=form.id,
        version=form.version,
        possible=True,
        n_negative=int((known < 0.0).sum()),
        mean_item_rest=float(known.mean()) if known.size else None,
    )


def _finding(
    instrument: Instrument, scale: Scale, answers: FloatArray, sums: FloatArray
) -> KeyFinding:
    given = answers[:, scale.columns]
    usable = np.isfinite(given).all(axis=1) & np.isfinite(sums)
    given, wanted = given[usable], sums[usable]
    turned = instrument.minimum + instrument.maximum - 2.0 * given
    defined = instrument.reversed_mask[scale.columns]
    keys = _candidates(given, turned, wanted, defined)
    met = _rows_met(given, turned, wanted, keys)
    best = int(met.argmax())  # keys are ordered by their distance from the definition's
    found, items = keys[best], np.asarray(scale.items)
    explained = int(met[best])
    if 2 * explained <= usable.sum():
        return KeyFinding(
            subscale=scale.name, n_rows=int(usable.sum()), n_agree=int(met[0]),
            reversed_items=None, n_explained=explained, n_equally_good=0,
        )  # fmt: skip
    return KeyFinding(
        subscale=scale.name,
        n_rows=int(usable.sum()),
        n_agree=int(met[0]),
        reversed_items=tuple(sorted(items[found].tolist())),
        n_explained=explained,
        n_equally_good=int((met == explained).sum()),
        wrongly_reversed=tuple(items[found & ~defined].tolist()),
        wrongly_kept=tuple(items[~found & defined].tolist()),
    )


def _candidates(
    given: FloatArray, turned: FloatArray, wanted: FloatArray, defined: BoolArray
) -> BoolArray:
    """List keys to try, shape (n_keys, n_items), the definition's first, then the nearest to it."""
    n_items = defined.size
    if n_items > LONGEST_EXHAUSTIVE:
        weights = np.linalg.lstsq(turned, wanted - given.sum(axis=1), rcond=None)[0]
        return np.array([defined, weights > 0.5])
    changes = (np.arange(2**n_items)[:, None] >> np.arange(n_items)) & 1
    changes = changes[np.argsort(changes.sum(axis=1), kind="stable")]
    return np.asarray(changes.astype(np.bool_) ^ defined)


def _rows_met(
    given: FloatArray, turned: FloatArray, wanted: FloatArray, keys: BoolArray
) -> IntArray:
    """Count the rows whose sum each key makes, shape (n_keys,)."""
    needed = wanted - given.sum(axis=1)
    met = np.zeros(len(keys), dtype=np.int64)
    for row, missing in zip(turned, needed, strict=True):
        met += np.abs(keys @ row - missing) < 1e-6
    return met
