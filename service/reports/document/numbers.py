"""Numbers as text, in APA style: no leading zero where one is the bound, p < .001, true minus.

References
----------
American Psychological Association (2020). Publication manual (7th ed.), 6.36.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from service.reports.record import Json

NONE = "–"
"""A number that is not there: not estimable, or withheld because it would count few persons."""

Write = Callable[[float | None], str]


def number(value: float | None, digits: int = 2) -> str:
    """Write a number that may exceed one."""
    if value is None:
        return NONE
    text = f"{value:,.{digits}f}"
    return _sign(text if float(text.replace(",", "")) else text.lstrip("-"))


def bounded(value: float | None, digits: int = 2) -> str:
    """Write a number that cannot exceed one (a correlation, a reliability) without leading zero."""
    text = number(value, digits)
    return text.replace("0.", ".", 1) if text.lstrip("−").startswith("0.") else text


def index(value: float | None) -> str:
    """Write an index of fit to three digits."""
    return bounded(value, 3)


def count(value: float | None) -> str:
    """Write a number of things."""
    return number(value, 0)


def share(value: float | None) -> str:
    """Write a share as a percentage."""
    return NONE if value is None else f"{number(100 * value, 1)}%"


def p_value(value: float | None) -> str:
    """Write a p-value."""
    if value is None:
        return NONE
    return "< .001" if value < 0.001 else bounded(value, 3)


def p_of(value: float | None) -> str:
    """Write a p-value with its letter, for a sentence."""
    text = p_value(value)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def interval(given: Json | None, write: Write = bounded) -> str:
    """Write an interval's limits in brackets."""
    if given is None or given["lower"] is None or given["upper"] is None:
        return NONE
    return f"[{write(given['lower'])}, {write(given['upper'])}]"


def estimate(given: Json | None, write: Write = bounded) -> str:
    """Write an estimate with its interval; alone where it has none."""
    if given is None or given.get("estimate") is None:
        return NONE
    value = write(given["estimate"])
    limits = given.get("interval")
    shown = interval(limits, write)
    return value if shown == NONE else f"{value} {shown}"


def level(estimates: Iterable[Json | None]) -> str:
    """Write the coverage of the first interval there is, for a header."""
    for one in estimates:
        limits = None if one is None else one.get("interval")
        if limits is not None and limits["level"] is not None:
            return f"{number(100 * limits['level'], 1).removesuffix('.0')}%"
    return "95%"


def test(statistic: float | None, df: float | None, p: float | None) -> str:
    """Write a chi-square test."""
    if statistic is None or df is None:
        return NONE
    return f"χ²({count(df)}) = {number(statistic)}, {p_of(p)}"


def listed(words: Iterable[object]) -> str:
    """Write words as a list in a sentence."""
    found = [str(word) for word in words]
    if len(found) < 2:
        return "".join(found)
    return f"{', '.join(found[:-1])} and {found[-1]}"


def _sign(text: str) -> str:
    return text.replace("-", "−")
