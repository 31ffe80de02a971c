"""An instrument: which items make which subscale, and how they are keyed.

A definition that exists is consistent: :class:`Instrument` refuses contradictions when it is made,
so nothing downstream checks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from psychometrics.errors import InstrumentError
from psychometrics.types import BoolArray, FloatArray, IntArray

MAXIMUM_ITEMS = 500
LOWEST_ANSWER = 0
HIGHEST_ANSWER = 100
TOTAL = "total"
RESERVED_NAMES = frozenset({TOTAL, "general", "method"})
"""Names that scores and factors of every instrument already carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One subscale.

    Attributes
    ----------
    name
        The field's word, for example ``goal``.
    items
        Item numbers as on the form (from 1), in the definition's order.
    minimum_answered
        From how many answered items a score is prorated; below it there is none.
    """

    name: str
    items: tuple[int, ...]
    minimum_answered: int

    @property
    def columns(self) -> IntArray:
        """Columns of the items in a persons × items array, shape (n_items of the scale,)."""
        return np.asarray(self.items, dtype=np.int64) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """An immutable, self-checking instrument definition.

    Attributes
    ----------
    id, version
        Name the scoring rule, for example ``wai-sr-client`` and ``1.0.0``.
    n_items
        Number of items on the form.
    minimum, maximum
        Lowest and highest answer of every item, as integers.
    subscales
        Disjoint subscales, in the definition's order.
    reversed_items
        Numbers of the reverse-keyed items.
    total
        Whether the sum over all subscales is a score of the instrument.

    Raises
    ------
    InstrumentError
        With a JSON pointer into the definition, when it contradicts itself.
    """

    id: str
    version: str
    n_items: int
    minimum: int
    maximum: int
    subscales: Mapping[str, Scale] = field(hash=False)
    reversed_items: tuple[int, ...] = ()
    total: bool = True
    _reversed_mask: BoolArray = field(init=False, repr=False, compare=False)
    _membership: FloatArray = field(init=False, repr=False, compare=False)
    _lengths: FloatArray = field(init=False, repr=False, compare=False)
    _score_names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _score_lengths: FloatArray = field(init=False, repr=False, compare=False)
    _minimums: FloatArray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_response_range(self)
        _check_subscales(self)
        _check_reversed(self)
        mask = np.zeros(self.n_items, dtype=np.bool_)
        mask[np.asarray(self.reversed_items, dtype=np.int64) - 1] = True
        mask.setflags(write=False)
        object.__setattr__(self, "subscales", MappingProxyType(dict(self.subscales)))
        object.__setattr__(self, "_reversed_mask", mask)
        object.__setattr__(self, "_membership", _membership(self))
        object.__setattr__(self, "_lengths", _constant(len(scale.items) for scale in self))
        total = {TOTAL: self.lengths.sum()} if self.total else {}
        object.__setattr__(self, "_score_names", (*self.subscales, *total))
        object.__setattr__(self, "_score_lengths", _constant([*self.lengths, *total.values()]))
        object.__setattr__(self, "_minimums", _constant(one.minimum_answered for one in self))

    @property
    def reversed_mask(self) -> BoolArray:
        """Which columns are reverse-keyed, shape (n_items,)."""
        return self._reversed_mask

    @property
    def n_categories(self) -> int:
        """Number of response categories of every item."""
        return self.maximum - self.minimum + 1

    @property
    def scored_items(self) -> tuple[int, ...]:
        """Numbers of the items that belong to a subscale, in ascending order."""
        return tuple(sorted(item for scale in self for item in scale.items))

    def recode(self, answers: FloatArray) -> FloatArray:
        """Turn the reverse-keyed items (min + max − x), or turn them back.

        Parameters
        ----------
        answers
            Shape (n_persons, n_items), missing is ``nan``.
        """
        return np.where(self.reversed_mask, self.minimum + self.maximum - answers, answers)

    @property
    def membership(self) -> FloatArray:
        """Which item belongs to which subscale, shape (n_items, n_subscales), zeros and ones."""
        return self._membership

    @property
    def lengths(self) -> FloatArray:
        """Number of items of each subscale, shape (n_subscales,)."""
        return self._lengths

    @property
    def score_names(self) -> tuple[str, ...]:
        """Names of the scores: the subscales', then ``total`` where there is one."""
        return self._score_names

    @property
    def score_lengths(self) -> FloatArray:
        """Number of items behind each score, shape (n_scores,)."""
        return self._score_lengths

    @property
    def score_ranges(self) -> dict[str, tuple[int, int]]:
        """Lowest and highest possible value of each score."""
        return {
            name: (int(size) * self.minimum, int(size) * self.maximum)
            for name, size in zip(self.score_names, self.score_lengths, strict=True)
        }

    @property
    def minimums(self) -> FloatArray:
        """From how many answered items each subscale is prorated, shape (n_subscales,)."""
        return self._minimums

    def __iter__(self) -> Iterator[Scale]:
        """Iterate over the subscales in the definition's order."""
        return iter(self.subscales.values())

    def subscale_of(self, item: int) -> str | None:
        """Name of the subscale that holds an item, or ``None`` for an item that is not scored."""
        return next((scale.name for scale in self if item in scale.items), None)


def _check_response_range(instrument: Instrument) -> None:
    if not 1 <= instrument.n_items <= MAXIMUM_ITEMS:
        raise InstrumentError("/items", f"must lie between 1 and {MAXIMUM_ITEMS}")
    if instrument.maximum <= instrument.minimum:
        raise InstrumentError("/response/maximum", "must be greater than the minimum")
    if instrument.minimum < LOWEST_ANSWER:
        raise InstrumentError("/response/minimum", f"must be at least {LOWEST_ANSWER}")
    if instrument.maximum > HIGHEST_ANSWER:
        raise InstrumentError("/response/maximum", f"must be at most {HIGHEST_ANSWER}")


def _membership(instrument: Instrument) -> FloatArray:
    membership = np.zeros((instrument.n_items, len(instrument.subscales)))
    for column, scale in enumerate(instrument):
        membership[scale.columns, column] = 1.0
    membership.setflags(write=False)
    return membership


def _constant(numbers: Iterable[float]) -> FloatArray:
    made = np.array(list(numbers), dtype=np.float64)
    made.setflags(write=False)
    return made


def _check_subscales(instrument: Instrument) -> None:
    if not instrument.subscales:
        raise InstrumentError("/subscales", "must name at least one subscale")
    owner: dict[int, str] = {}
    for name, scale in instrument.subscales.items():
        if name in RESERVED_NAMES:
            raise InstrumentError(f"/subscales/{name}", "is a reserved name, choose another")
        if not scale.items:
            raise InstrumentError(f"/subscales/{name}", "must hold at least one item")
        for position, item in enumerate(scale.items):
            pointer = f"/subscales/{name}/{position}"
            _check_item_exists(instrument, item, pointer)
            if item in owner:
                raise InstrumentError(pointer, f"item {item} is already in {owner[item]!r}")
            owner[item] = name
        if not 1 <= scale.minimum_answered <= len(scale.items):
            raise InstrumentError(
                f"/missing/minimum_answered/{name}",
                f"must lie between 1 and the subscale's {len(scale.items)} items",
            )


def _check_reversed(instrument: Instrument) -> None:
    for position, item in enumerate(instrument.reversed_items):
        pointer = f"/reversed/{position}"
        _check_item_exists(instrument, item, pointer)
        if item in instrument.reversed_items[:position]:
            raise InstrumentError(pointer, f"item {item} is named twice")
        if instrument.subscale_of(item) is None:
            raise InstrumentError(pointer, f"item {item} belongs to no subscale")


def _check_item_exists(instrument: Instrument, item: int, pointer: str) -> None:
    if not 1 <= item <= instrument.n_items:
        raise InstrumentError(
            pointer, f"there is no item {item} on a {instrument.n_items}-item form"
        )
