"""Key forensics: which key made published sums, and which form a file really is.

Notes
-----
A subscale's sum under a key with reversed items is linear in which items are reversed:

    sum_i = Σ_j x_ij + Σ_{j reversed} (min + max − 2 x_ij),

one equation for each person. Of all keys of a subscale (4,096 for twelve items) the one that makes
most of the sums is found by trying each; of equally good ones the nearest to the definition's.
Beyond fourteen items the least-squares solution is rounded instead.

Where no key of the subscale's own items makes all sums, items may have moved between subscales.
The sum is linear in all answers of the form, sum_i = c + Σ_j w_j x_ij with every w_j −1, 0 or 1; if
the answers determine the weights (full rank), least squares finds them, and the rounded weights
count only when they make most of the sums to the point, and more than any key of the own items.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from psychometrics.errors import ResponsesError
from psychometrics.instrument import Instrument, Scale
from psychometrics.items.item_rest import scale_item_rest
from psychometrics.items.results import FormFit, KeyFinding
from psychometrics.responses import ResponseMatrix
from psychometrics.types import BoolArray, FloatArray, IntArray

LONGEST_EXHAUSTIVE = 14
"""Items of a subscale up to which every key is tried."""

TOLERANCE = 1e-6
"""Within which a sum is met."""


def find_key(
    instrument: Instrument, answers: FloatArray, sums: Mapping[str, FloatArray]
) -> dict[str, KeyFinding]:
    """Find the key behind published subscale sums.

    Parameters
    ----------
    instrument
        The definition the sums are compared with.
    answers
        As given, nothing reversed, shape (n_persons, n_items), missing is ``nan``.
    sums
        Published sums by subscale, each of shape (n_persons,), missing is ``nan``.

    Returns
    -------
    dict
        By subscale, in the order of the sums.

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
    return {
        name: _finding(instrument, instrument.subscales[name], answers, published)
        for name, published in sums.items()
    }


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
    keys = _candidates(given, turned, wanted, instrument.reversed_mask[scale.columns])
    met = _rows_met(given, turned, wanted, keys)
    best = int(met.argmax())  # keys are ordered by their distance from the definition's
    finding = KeyFinding(n_rows=int(usable.sum()), n_agree=int(met[0]), n_explained=int(met[best]))
    if 2 * finding.n_explained > finding.n_rows:
        items = np.asarray(scale.items)
        n_equally_good = int((met == met[best]).sum())
        finding = replace(
            _described(finding, instrument, scale, items, items[keys[best]]),
            n_equally_good=n_equally_good,
        )
    if finding.n_explained == finding.n_rows:
        return finding
    moved = _with_moved_items(finding, instrument, scale, answers, sums)
    better = moved.n_explained * finding.n_rows > finding.n_explained * moved.n_rows
    return moved if better else finding


def _with_moved_items(
    finding: KeyFinding,
    instrument: Instrument,
    scale: Scale,
    answers: FloatArray,
    sums: FloatArray,
) -> KeyFinding:
    """Look for the sums' items among all of the form; the finding as it was if none make them."""
    usable = np.isfinite(answers).all(axis=1) & np.isfinite(sums)
    given, wanted = answers[usable], sums[usable]
    weights = _whole_weights(given, wanted)
    if weights is None:
        return finding
    defined = np.zeros(instrument.n_items)
    defined[scale.columns] = np.where(instrument.reversed_mask[scale.columns], -1.0, 1.0)
    span = instrument.minimum + instrument.maximum
    n_agree, n_explained = (
        int((np.abs(given @ key + span * (key < 0.0).sum() - wanted) < TOLERANCE).sum())
        for key in (defined, weights)
    )
    if 2 * n_explained <= wanted.size:
        return finding
    found = KeyFinding(
        n_rows=int(wanted.size), n_agree=n_agree, n_explained=n_explained, n_equally_good=1
    )
    items, turned = (np.flatnonzero(chosen) + 1 for chosen in (weights, weights < 0.0))
    return _described(found, instrument, scale, items, turned)


def _whole_weights(given: FloatArray, wanted: FloatArray) -> FloatArray | None:
    """Weights −1, 0 and 1 nearest to the least-squares ones, where answers determine them."""
    design = np.column_stack([given, np.ones(len(given))])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    weights = np.rint(np.linalg.lstsq(design, wanted, rcond=None)[0][:-1])
    if not weights.any() or np.abs(weights).max() > 1.0:
        return None
    return np.asarray(weights, dtype=np.float64)


def _described(
    finding: KeyFinding,
    instrument: Instrument,
    scale: Scale,
    items: IntArray,
    reversed_items: IntArray,
) -> KeyFinding:
    """Set a key that was found beside the definition's."""
    own, found = set(scale.items), set(items.tolist())
    turned, defined = set(reversed_items.tolist()), set(instrument.reversed_items)
    return replace(
        finding,
        items=tuple(sorted(found)),
        reversed_items=tuple(sorted(turned)),
        wrongly_reversed=tuple(sorted(turned - defined)),
        wrongly_kept=tuple(sorted((found & defined) - turned)),
        moved_in=tuple(sorted(found - own)),
        moved_out=tuple(sorted(own - found)),
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
        met += np.abs(keys @ row - missing) < TOLERANCE
    return met
