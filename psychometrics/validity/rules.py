"""What a rule is: conditions on the evidence, and the words that go with them.

Notes
-----
A condition is met, missed or, where the evidence is missing, unknown (Kleene's strong three-valued
logic): a conjunction with a missed part is missed whatever else is unknown, one with an unknown
part and no missed one is unknown. So nothing passes for want of evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Rating(Enum):
    """How a measurement property is rated, in COSMIN's words."""

    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"
    INDETERMINATE = "indeterminate"
    NOT_ASSESSED = "not-assessed"


class Code(Enum):
    """The answer in a word."""

    HOLDS_UP = "holds-up"
    HOLDS_UP_IN_PART = "holds-up-in-part"
    DOES_NOT_HOLD_UP = "does-not-hold-up"
    CANNOT_SAY = "cannot-say"
    WRONG_FORM = "wrong-form"


class Status(Enum):
    """How well the source of a rule is known."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    RECALLED = "recalled"
    CHOSEN = "chosen"


class Relation(Enum):
    """How a number is held against a bound."""

    AT_LEAST = "at_least"
    ABOVE = "above"
    AT_MOST = "at_most"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """A number of the evidence against a bound."""

    number: str
    relation: Relation
    bound: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whether a number of the evidence is known (or is not)."""

    number: str
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """How a property was rated by an earlier rule."""

    measurement_property: str
    ratings: frozenset[Rating]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllOf:
    """Every part; met when there is none."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOf:
    """At least one part; missed when there is none."""

    parts: tuple[Condition, ...]


Condition = Compare | Known | Rated | AllOf | AnyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Words for a case.

    Attributes
    ----------
    when
        The case.
    words
        A sentence; ``{name}`` or ``{name:.2f}`` stands for a number or name of the evidence.
    """

    when: Condition
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one measurement property is rated.

    Attributes
    ----------
    id, measurement_property
        Names; the property is COSMIN's.
    title
        The property in words.
    statement
        The rule as a sentence.
    status, source, doi
        Where it comes from and how well that is known.
    caution
        What a reader must know of it.
    assessed, sufficient, insufficient
        Conditions; a property that is assessed and neither is indeterminate.
    numbers
        Which numbers of the evidence it rests on.
    because
        Remarks that explain the rating.
    remedies
        Remarks on what would change it.
    phrases
        By rating: clauses for the answer, of which the first that is met counts; a rating without
        one is not mentioned.
    headline
        Whether the answer says of this property whenever it was assessed, with any rating.
    """

    id: str
    measurement_property: str
    title: str
    statement: str
    status: Status
    source: str
    doi: str | None
    caution: str
    assessed: Condition
    sufficient: Condition
    insufficient: Condition
    numbers: tuple[str, ...]
    because: tuple[Remark, ...]
    remedies: tuple[Remark, ...]
    phrases: Mapping[Rating, tuple[Remark, ...]]
    headline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, its case, and its words.

    Attributes
    ----------
    code
        The answer in a word.
    when
        Its case; of several the first that is met counts.
    words
        A sentence; ``{sufficient}``, ``{insufficient}``, ``{indeterminate}`` and ``{not-assessed}``
        stand for the clauses of the properties with that rating.
    """

    code: Code
    when: Condition
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """Rules that belong together.

    Attributes
    ----------
    id, version
        Their name.
    rules
        One for each property, in the order they are rated.
    answers
        In the order they are tried; the last one's case is always met.
    """

    id: str
    version: str
    rules: tuple[Rule, ...]
    answers: tuple[Answer, ...]
