"""Which answers are missing, and whether some items are left out more than others.

Notes
-----
Cochran's Q compares the shares of missing answers of k items over the same persons. With x_ij = 1
where person i left out item j, C_j its column sums and R_i its row sums,

    Q = (k − 1) (k Σ C_j² − (Σ C_j)²) / (k Σ R_i − Σ R_i²),

chi-square with k − 1 degrees of freedom when leaving out does not depend on the item. A small
probability means item-selective missingness: persons avoid certain items.

References
----------
Cochran, W. G. (1950). The comparison of percentages in matched samples. Biometrika, 37, 256–266.
doi:10.1093/biomet/37.3-4.256
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from psychometrics.disclosure import protected_shares
from psychometrics.items.results import (
    Missingness,
    MissingPattern,
    MissingPatterns,
    SelectiveMissingness,
)
from psychometrics.types import BoolArray, FloatArray, IntArray


def missingness(answers: FloatArray) -> Missingness:
    """Describe missing answers.

    Parameters
    ----------
    answers
        Of persons with at least one answer, shape (n_persons, n_items), missing is ``nan``.
    """
    absent = np.isnan(answers)
    patterns, counts = _patterns(absent)
    return Missingness(
        share=float(absent.mean()) if absent.size else 0.0,
        n_complete=int((~absent).all(axis=1).sum()),
        n_patterns=counts.size,
        selective=_selective(absent.astype(np.float64)),
        patterns=_published(patterns, counts),
    )


def _patterns(absent: BoolArray) -> tuple[BoolArray, IntArray]:
    """Different rows, shape (n_patterns, n_items), and how many persons have each."""
    if not absent.size:
        return absent[:0], np.zeros(0, dtype=np.int64)
    packed = np.packbits(absent, axis=1)
    rows = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, counts = np.unique(rows, return_index=True, return_counts=True)
    return absent[first], counts.astype(np.int64)


def _published(patterns: BoolArray, counts: IntArray) -> MissingPatterns | None:
    """Withhold patterns of few persons; the complete one is a pattern like the others."""
    if not patterns.any():
        return None
    protected = protected_shares(counts.tolist())
    if protected is None:
        return None
    shown = [
        MissingPattern(items=tuple((np.flatnonzero(row) + 1).tolist()), share=share)
        for row, share in zip(patterns, protected.shares, strict=True)
        if share is not None
    ]
    return MissingPatterns(
        patterns=tuple(sorted(shown, key=lambda one: (-one.share, one.items))),
        rarer=protected.rest,
        step=protected.step,
    )


def _selective(absent: FloatArray) -> SelectiveMissingness:
    n_items = absent.shape[1]
    by_item, by_person = absent.sum(axis=0), absent.sum(axis=1)
    denominator = float(n_items * by_person.sum() - (by_person**2).sum())
    df = n_items - 1
    if denominator <= 0.0:
        return SelectiveMissingness(
            statistic=None, df=df, p_value=None, reason="nobody left out some of the items"
        )
    spread = n_items * (by_item**2).sum() - by_item.sum() ** 2
    statistic = float(df * spread / denominator)
    return SelectiveMissingness(
        statistic=statistic, df=df, p_value=float(chdtrc(df, statistic)), reason=None
    )
