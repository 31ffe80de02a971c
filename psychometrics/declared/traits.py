"""The words in which a result is declared: what a number is, and whom it counts.

A result is a class under :func:`result`; each field has a type that says what kind of number it is
(:mod:`psychometrics.declared.vocabulary`), and :func:`about` for its description where the type has
none. JSON, the OpenAPI schema, disclosure control, CSV and default
tables follow from these, by :mod:`psychometrics.declared.shapes`.

Notes
-----
``marshmallow-dataclass`` and ``desert`` derive schemas that load and validate; results are only
dumped, hold NumPy arrays, and must name the population of each count, for which these have no
place. ``cattrs`` converts values but writes no schema. Each would leave the walk over a class that
is here, and the engine may import no web library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field
from enum import Enum
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


class Population(Enum):
    """Whom a whole number counts; all but ``NOBODY`` are protected in what is handed on."""

    PERSONS = "persons"
    CLINICIANS = "clinicians"
    PAIRS = "pairs"
    RESPONSES = "responses"
    CLUSTERS = "clusters"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """What is said of a field besides its Python type.

    Attributes
    ----------
    counts
        Whom a whole number counts; every whole number says it.
    basis
        Whether the numbers beside it rest on those it counts.
    minimum, maximum
        The range of its kind, limits included.
    unit
        The unit, where there is one (``points``, ``years``).
    axes
        Of an array: how many.
    chosen
        Whether it was chosen by the caller, so that it is always there and tells of nobody.
    group
        Whether it is the name of a group, whose size may be withheld.
    told
        Whether it is a sentence for people, which may name a number of them.
    gated
        Whether it holds means of groups, which stand behind the gate of invariance.
    inline
        Whether the fields of the record it holds stand beside the others in JSON.
    internal
        Whether it stays in the engine.
    description
        What it is, in a sentence.
    """

    counts: Population | None = None
    basis: bool = False
    minimum: float | None = None
    maximum: float | None = None
    unit: str | None = None
    axes: int = 0
    chosen: bool = False
    group: bool = False
    told: bool = False
    gated: bool = False
    inline: bool = False
    internal: bool = False
    description: str = ""

    def over(self, other: Trait) -> Trait:
        """Return both, this one's words where both say something."""
        said = {
            name: getattr(self if getattr(self, name) != getattr(_NOTHING, name) else other, name)
            for name in self.__slots__
        }
        return Trait(**said)


_NOTHING = Trait()


def about(
    description: str = "",
    *,
    counts: Population | None = None,
    basis: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
    unit: str | None = None,
    gated: bool = False,
    inline: bool = False,
    internal: bool = False,
    default: Any = MISSING,
    default_factory: Any = MISSING,
) -> Any:
    """Describe a field of a result; see :class:`Trait` for what may be said of it."""
    trait = Trait(
        description=description,
        counts=counts,
        basis=basis,
        minimum=minimum,
        maximum=maximum,
        unit=unit,
        gated=gated,
        inline=inline,
        internal=internal,
    )
    return field(default=default, default_factory=default_factory, metadata={Trait: trait})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(about,))
def result(given: type[T]) -> type[T]:
    """Declare a result: a frozen, slotted, keyword-only dataclass."""
    return dataclass(frozen=True, slots=True, kw_only=True)(given)


class shown(property):  # noqa: N801  # a decorator, named as ``property`` is
    """A property that is shown as a field is: its docstring describes it."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__(read)
