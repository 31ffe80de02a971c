"""Contingency tables of all pairs of items at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from psychometrics.types import BoolArray, FloatArray, IntArray

BEYOND = 40.0
"""Stands for an infinite threshold: its normal density underflows to zero, its square does not."""


_ROUNDING = 1e-12  # proportions are rounded when they pass through thresholds and back


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Counts of one sample or of a batch of samples (replicates).

    Attributes
    ----------
    single
        How many chose each category, shape (…, n_items, width).
    pairs
        How many chose each pair of categories, shape (…, n_pairs, width, width), for the pairs
        (1, 2), (1, 3), …, (2, 3), … of items; the first item of a pair varies along the rows.
    """

    single: FloatArray
    pairs: FloatArray


def item_pairs(n_items: int) -> tuple[IntArray, IntArray]:
    """Return first and second item of each pair, in the order (1, 2), (1, 3), …, (2, 3), …."""
    first, second = np.triu_indices(n_items, 1)
    return first, second


def count(codes: IntArray, width: int) -> Tables:
    """Count categories and pairs of categories.

    Parameters
    ----------
    codes
        Shape (…, n_persons, n_items), with values 0 … width − 1; ``width`` is missing.
    width
        Number of categories.

    Returns
    -------
    Tables
        The counts; each pair from the persons who answered both of its items.
    """
    *batch, n_persons, n_items = codes.shape
    # Products of zeros and ones are exact in single precision up to 2^24 persons.
    indicators = (codes[..., None] == np.arange(width)).astype(np.float32)
    indicators = indicators.reshape(*batch, n_persons, n_items * width)
    products = np.swapaxes(indicators, -1, -2) @ indicators
    products = products.reshape(*batch, n_items, width, n_items, width)
    first, second = item_pairs(n_items)
    pairs = np.moveaxis(products, -2, -3)[..., first, second, :, :]
    return Tables(
        single=indicators.sum(axis=-2, dtype=np.float64).reshape(*batch, n_items, width),
        pairs=pairs.astype(np.float64),
    )


def thresholds(single: FloatArray) -> FloatArray:
    """Return where a standard normal must be cut to give the observed proportions.

    Parameters
    ----------
    single
        Counts of each category, shape (…, n_items, width), those of an item not all zero.

    Returns
    -------
    FloatArray
        Shape (…, n_items, width − 1), ascending; ±`BEYOND` where everyone is on one side.
    """
    below = single.cumsum(axis=-1)[..., :-1] / single.sum(axis=-1, keepdims=True)
    return np.asarray(np.clip(ndtri(below), -BEYOND, BEYOND))


def perfectly_ordered(tables: Tables, cuts: FloatArray) -> BoolArray:
    """Say which pairs of items have a likelihood that rises up to ρ = 1 or ρ = −1.

    At ρ = ±1 only the cells on a staircase between the thresholds are possible; the likelihood has
    its maximum there exactly when every observed cell is one of them. A table with two categories
    in both items is left out, for its empty corner is filled (:func:`without_empty_corner`).

    Parameters
    ----------
    tables
        Counts of one sample or of a batch.
    cuts
        Thresholds, shape (…, n_items, width − 1).

    Returns
    -------
    BoolArray
        Shape (…, n_pairs).
    """
    first, second = item_pairs(cuts.shape[-2])
    below, ends = ndtr(cuts), (*cuts.shape[:-1], 1)
    upper = np.concatenate((below, np.ones(ends)), axis=-1)
    lower = np.concatenate((np.zeros(ends), below), axis=-1)
    row_low, row_high = lower[..., first, :, None], upper[..., first, :, None]
    low, high = lower[..., second, None, :], upper[..., second, None, :]
    rising = np.minimum(row_high, high) - np.maximum(row_low, low) > _ROUNDING
    falling = np.minimum(row_high, 1 - low) - np.maximum(row_low, 1 - high) > _ROUNDING
    observed = tables.pairs > 0
    binary = (tables.single > 0).sum(axis=-1) == 2
    cells = (-2, -1)
    on_staircase = (rising | ~observed).all(axis=cells) | (falling | ~observed).all(axis=cells)
    return np.asarray(on_staircase & ~(binary[..., first] & binary[..., second]))


def compact(codes: IntArray, tables: Tables) -> tuple[IntArray, Tables]:
    """Renumber categories so that in each sample those that occur come first.

    Parameters
    ----------
    codes
        Shape (…, n_persons, n_items).
    tables
        Their counts.

    Returns
    -------
    tuple[IntArray, Tables]
        Codes and counts in the new order; the same ones where no category is empty.
    """
    if (tables.single > 0).all():
        return codes, tables
    *_, width = tables.single.shape
    order = np.argsort(tables.single == 0, axis=-1, stable=True)
    rank = np.full((*order.shape[:-1], width + 1), width)
    np.put_along_axis(rank, order, np.arange(width), axis=-1)
    renumbered = np.take_along_axis(rank.mT, codes, axis=-2)
    return renumbered, count(renumbered, width)


def without_empty_corner(pairs: FloatArray, two_by_two: BoolArray) -> tuple[FloatArray, BoolArray]:
    """Add half a person to the empty cell of a 2 × 2 table, keeping its margins.

    With one empty cell the likelihood has its maximum at |ρ| = 1 although the margins do not force
    it. Half a person is added to the empty cell and the one opposite, and taken from the other two
    (lavaan's ``zero.add = c(0.5, 0)`` with ``zero.keep.margins = TRUE``). Larger tables stay as
    they are.

    Parameters
    ----------
    pairs
        Counts, shape (n_tables, width, width).
    two_by_two
        Which tables have two categories in both items, shape (n_tables,).

    Returns
    -------
    tuple[FloatArray, BoolArray]
        The counts to use, and which tables were changed.
    """
    corner = pairs[:, :2, :2]
    changed = two_by_two & ((corner == 0).sum(axis=(1, 2)) == 1)
    if not changed.any():
        return pairs, changed
    on_diagonal = (np.diagonal(corner, axis1=1, axis2=2) == 0).any(axis=1)
    sign = np.where(on_diagonal, 0.5, -0.5) * changed
    adjusted = pairs.copy()
    adjusted[:, :2, :2] += sign[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    return adjusted, changed
