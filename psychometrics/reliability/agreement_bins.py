"""Where pairs of scores lie: mean against difference, in bins that tell of no single person.

Notes
-----
Bins are w points of the difference wide and v points of the mean high, w odd and v whole, their
edges between the values that whole scores can take, so that each bin holds equally many of them. Of
all such grids of which the bins with 11 persons or more hold three quarters of all, the one with
most such bins is taken, if possible three along each side; in standard deviations no bin is more
than twice as long as wide. Edges follow from the grid, never from the lowest or highest person.

References
----------
Bland, J. M., & Altman, D. G. (1999). Measuring agreement in method comparison studies. Statistical
Methods in Medical Research, 8, 135–160. doi:10.1177/096228029900800204
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psychometrics.disclosure import LARGEST_SMALL, protected_shares
from psychometrics.reliability.paired_results import Density
from psychometrics.types import FloatArray, IntArray

SHOWN = 0.75
FEWEST_BINS = 4
WIDEST = 2.0
_BELOW = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bins:
    """Bins that hold somebody: places along mean and difference, and how many persons."""

    means: IntArray
    differences: IntArray
    counts: IntArray

    def merged(self, v: int, w: int) -> _Bins:
        """Put v bins of the mean and w bins of the difference together, w around zero."""
        means, differences = self.means // v, (self.differences + w // 2) // w
        lowest, span = int(differences.min()), int(np.ptp(differences)) + 1
        leftmost = int(means.min())
        counts = np.bincount(
            (means - leftmost) * span + differences - lowest, weights=self.counts
        ).astype(np.int64)
        held = np.flatnonzero(counts)
        return _Bins(
            means=held // span + leftmost, differences=held % span + lowest, counts=counts[held]
        )

    def worth(self) -> tuple[int, int]:
        """How much the bins that may be shown say: rows and columns, up to three; bins.

        Nothing where they hold too few of all persons.
        """
        large = self.counts > LARGEST_SMALL
        if large.sum() < FEWEST_BINS or self.counts[large].sum() < SHOWN * self.counts.sum():
            return 0, 0
        sides = (np.unique(places[large]).size for places in (self.means, self.differences))
        return min(3, *sides), int(large.sum())


def density(first: FloatArray, second: FloatArray) -> Density | None:
    """Count pairs in bins, and withhold what tells of 10 persons or fewer.

    Parameters
    ----------
    first, second
        Scores of the same persons, shape (n_pairs,), none missing.

    Returns
    -------
    Density or None
        ``None`` where too few persons lie close to each other.
    """
    means, differences = (first + second) / 2.0, second - first
    finest = _Bins(
        means=np.floor(means + _BELOW).astype(np.int64),
        differences=np.floor(differences + 0.5).astype(np.int64),
        counts=np.ones(means.size, dtype=np.int64),
    ).merged(1, 1)
    longer = float(differences.std()) / max(float(means.std()), _BELOW)
    grids = [
        (v, w)
        for w in range(1, _widest(differences) + 1, 2)
        for v in range(1, _widest(means) + 1)
        if 0.5 <= longer * v / w <= 2.0
    ]
    v, w = max(grids, key=lambda grid: finest.merged(*grid).worth(), default=(1, 1))
    chosen = finest.merged(v, w)
    return _published(chosen, v, w) if any(chosen.worth()) else None


def _widest(values: FloatArray) -> int:
    return max(1, round(WIDEST * float(values.std())))


def _published(bins: _Bins, v: int, w: int) -> Density | None:
    protected = protected_shares(bins.counts.tolist())
    if protected is None:
        return None
    shown = {
        (mean, difference): share
        for mean, difference, share in zip(
            bins.means.tolist(), bins.differences.tolist(), protected.shares, strict=True
        )
        if share is not None
    }
    means, differences = (range(min(k), max(k) + 1) for k in zip(*shown, strict=True))
    return Density(
        mean_edges=tuple(v * k - _BELOW for k in (*means, means.stop)),
        difference_edges=tuple(w * (k - 0.5) for k in (*differences, differences.stop)),
        shares=tuple(tuple(shown.get((m, d)) for d in differences) for m in means),
        rest=protected.rest,
        step=protected.step,
    )
