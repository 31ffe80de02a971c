"""Which parameters are free, which are fixed and which are equal.

A group's parameters are one row: for each item (a, d_1, …, d_{width−1}), then (η₁, η₂) of its
density. Each place holds the number of a free parameter, or −1 where it is fixed at ``base``.
Places with the same number are equal; that is how groups share items and items share a slope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from psychometrics.irt.quadrature import STANDARD_NORMAL
from psychometrics.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The places of the parameters.

    Attributes
    ----------
    index
        Shape (n_groups, n_items × width + 2): number of the free parameter, −1 for a fixed one.
    base
        The fixed values, same shape.
    n_items, width
        Number of items, and the largest number of categories of any item.
    n_free
        Number of free parameters.
    """

    index: IntArray
    base: FloatArray
    n_items: int
    width: int
    n_free: int

    def full(self, free: FloatArray) -> FloatArray:
        """Return all parameters, same shape as ``index``."""
        values = self.base.copy()
        values[self.index >= 0] = free[self.index[self.index >= 0]]
        return values

    def free(self, full: FloatArray) -> FloatArray:
        """Return the free parameters; of equal places the mean."""
        used = self.index >= 0
        total = np.bincount(self.index[used], full[used], self.n_free)
        return np.asarray(total / np.bincount(self.index[used], minlength=self.n_free))

    def gradient(self, full: FloatArray) -> FloatArray:
        """Sum derivatives by all parameters into those by the free ones, shape (n_free,)."""
        used = self.index >= 0
        return np.asarray(np.bincount(self.index[used], full[used], self.n_free))

    def matrix(self, blocks: Sequence[FloatArray]) -> FloatArray:
        """Sum each group's matrix of second derivatives into that of the free parameters."""
        found = np.zeros((self.n_free, self.n_free))
        for index, block in zip(self.index, blocks, strict=True):
            used = np.flatnonzero(index >= 0)
            if np.unique(index[used]).size == used.size:
                found[np.ix_(index[used], index[used])] += block[np.ix_(used, used)]
            else:
                np.add.at(found, np.ix_(index[used], index[used]), block[np.ix_(used, used)])
        return found

    def items(self, full: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Split all parameters into slopes (G, J), intercepts (G, J, width − 1), densities (G, 2).

        An intercept after an item's last category is ``-inf``.
        """
        shape = (full.shape[0], self.n_items, self.width)
        items = full[:, :-2].reshape(shape)
        return items[..., 0], items[..., 1:], full[:, -2:]


def free_parameters(
    n_categories: IntArray,
    *,
    shared: BoolArray,
    common_slope: bool,
    n_groups: int,
    densities: FloatArray | None = None,
) -> Layout:
    """Lay out the free parameters of one or more groups.

    Parameters
    ----------
    n_categories
        Of each item, shape (n_items,).
    shared
        Which items have the same parameters in all groups, shape (n_items,).
    common_slope
        Whether all items of a group have one slope, which all groups share as well.
    n_groups
        Number of groups; the first is the reference, standard normal.
    densities
        Natural parameters at which all groups' densities are fixed, shape (n_groups, 2); without
        them the means and variances of all groups but the reference are free.
    """
    width, n_items = int(n_categories.max()), n_categories.size
    exists = np.arange(width) < n_categories[:, None]
    index = np.full((n_groups, n_items, width), -1)
    number = 0
    if common_slope:
        index[:, :, 0], number, exists[:, 0] = 0, 1, False
    for item in range(n_items):
        places = np.flatnonzero(exists[item])
        for group in range(1 if shared[item] else n_groups):
            target = slice(None) if shared[item] else slice(group, group + 1)
            index[target, item, places] = np.arange(number, number + places.size)
            number += places.size
    density = np.full((n_groups, 2), -1)
    fixed = np.tile(STANDARD_NORMAL, (n_groups, 1)) if densities is None else densities
    if densities is None:
        density[1:] = np.arange(number, number + 2 * (n_groups - 1)).reshape(-1, 2)
        number += 2 * (n_groups - 1)
    base = np.zeros((n_groups, n_items, width))
    base[:, ~(np.arange(width) < n_categories[:, None])] = -np.inf
    return Layout(
        index=np.concatenate([index.reshape(n_groups, -1), density], axis=1),
        base=np.concatenate([base.reshape(n_groups, -1), fixed], axis=1),
        n_items=n_items,
        width=width,
        n_free=number,
    )
