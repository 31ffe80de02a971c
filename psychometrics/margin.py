"""How far from a bound an estimate must lie before it decides anything.

Estimates of proper solutions agree to about 1e-8 between processors, whose linear algebra rounds
differently. Values that meet a bound exactly do occur (a variance of zero, a correlation of one,
two equal models); rounding must not decide such a case. So no estimate decides within
:data:`MARGIN` of a bound: the case is undetermined, which every rule answers in its own words.
Counts and shares of counts are exact and need no margin. What is undetermined is combined by
Kleene's strong three-valued logic.

References
----------
Kleene, S. C. (1952). Introduction to metamathematics, § 64.
"""

from __future__ import annotations

MARGIN = 1e-6
"""Of p-values, standardized estimates and fit indices."""


def above(value: float, bound: float) -> bool | None:
    """Whether an estimate lies above a bound; ``None`` within the margin of it."""
    if not abs(value - bound) > MARGIN:  # nor does what is not a number decide
        return None
    return value > bound


def below(value: float, bound: float) -> bool | None:
    """Whether an estimate lies below a bound; ``None`` within the margin of it."""
    return above(bound, value)


def every(*parts: bool | None) -> bool | None:
    """Whether all parts are so; ``None`` where an undetermined one decides."""
    if False in parts:
        return False
    return None if None in parts else True


def some(*parts: bool | None) -> bool | None:
    """Whether at least one part is so; ``None`` where an undetermined one decides."""
    if True in parts:
        return True
    return None if None in parts else False
