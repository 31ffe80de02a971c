"""What a column's name says of an item: ``wai_1``, ``Q5[SQ001]``, ``1. Full text …``, ``t1_wai1``.

Every run of digits may be the item's number; what stands before and after it tells which columns
belong together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import IntEnum

from service.file_reader.limits import CLOSELY_LOOKED_AT
from service.file_reader.vocabulary import words

_DIGITS = re.compile(r"[0-9]+")
_TOKEN = re.compile(r"[^\W\d_]+|[0-9]+|#")
_ENDS = re.compile(r"[\])}]*\s*[.:)\]\-–,;]?\s*")
_TECHNICAL = 20
"""Longest end of a name after the number that is no text of its own."""
_RUNS = 6
"""Runs of digits that are looked at in one name."""

_SOSCI = re.compile(r"[a-z]{2}[0-9]{2}_")
_ORDERED_WAVES = (
    ("baseline", "base", "bl", "pre", "intake", "before", "begin", "start", "test", "first",
     "erst"),
    ("mid", "second", "zweit"),
    ("third",),
    ("post", "after", "follow", "followup", "fu", "fup", "discharge", "end", "final", "retest",
     "katamnese"),
)  # fmt: skip


class Speaks(IntEnum):
    """How far a series' name says that it is the form's items."""

    OTHER = 0
    ITEM = 1
    FORM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedName:
    """One reading of a name as a numbered one.

    Attributes
    ----------
    prefix, suffix
        What stands before and after the number, in lower case; a text after it is left off.
    number
        The number.
    """

    prefix: str
    number: int
    suffix: str


def numbered_names(name: str) -> Iterator[NumberedName]:
    """Read a name as a numbered one, in every way."""
    text = name[:CLOSELY_LOOKED_AT].casefold().strip()
    for place, match in enumerate(_DIGITS.finditer(text)):
        if place == _RUNS:
            return
        if len(match[0]) <= 4:
            yield NumberedName(
                prefix=text[: match.start()].strip(),
                number=int(match[0]),
                suffix=_suffix(text[match.end() :]),
            )


def _suffix(text: str) -> str:
    """Keep a short technical end; the text of an item, and closing signs, are no part of it."""
    rest = text[_ENDS.match(text).end() :]  # type: ignore[union-attr]  # it matches nothing, too
    if not rest or len(rest) > _TECHNICAL or " " in rest.strip():
        return ""
    return text.strip().strip("])}").strip()


def speaks(prefix: str, form_words: Collection[str]) -> Speaks:
    """Say whether a prefix names the form, only items, or something else."""
    tokens = [token for token in _TOKEN.findall(prefix) if not token.isdigit()]
    if any(token in form_words or token.startswith("wai") for token in tokens):
        return Speaks.FORM
    if " " in prefix or _SOSCI.fullmatch(prefix):
        return Speaks.ITEM
    neutral = words("item") | words("wave") | {"g"}
    return Speaks.ITEM if all(token in neutral for token in tokens) else Speaks.OTHER


def form_words(instrument_id: str) -> frozenset[str]:
    """Words that name the form: the alliance's, and those of the instrument's id."""
    general = {"client", "therapist", "observer", "patient", "form", "short", "own", "my", "new",
               "scale", "test", "s", "sr"}  # fmt: skip
    tokens = {token for token in _TOKEN.findall(instrument_id.casefold()) if not token.isdigit()}
    return words("form") | {token for token in tokens - general if len(token) > 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """What of a series' name tells the occasion.

    Attributes
    ----------
    family
        The name without it: series of one family are occasions of the same items.
    name
        The occasion, ``t1`` or ``pre``; empty if the name tells none.
    """

    family: tuple[str, ...]
    name: str


def wave_of(prefix: str, suffix: str) -> Wave:
    """Split the name of a series into the family and the occasion."""
    tokens = _TOKEN.findall(f"{prefix}#{suffix}")
    family: list[str] = []
    wave: list[str] = []
    for place, token in enumerate(tokens):
        before = tokens[place - 1] if place else ""
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        if _is_wave_token(token, before, after):
            wave.append(token)
        else:
            family.append(token)
    return Wave(family=tuple(family), name="".join(wave))


def _is_wave_token(token: str, before: str, after: str) -> bool:
    if token == "#":  # noqa: S105 the item's number
        return False
    if token.isdigit():
        return before in words("wave") or before == "#" or before.startswith("wai")
    return token in words("wave") and (len(token) > 2 or after.isdigit())


def wave_order(name: str) -> tuple[int, int] | None:
    """Return what an occasion is ordered by; ``None`` if its name does not say."""
    tokens = _TOKEN.findall(name.casefold())
    digits = [int(token) for token in tokens if token.isdigit()]
    place = next(
        (place for place, known in enumerate(_ORDERED_WAVES) if set(tokens) & set(known)), None
    )
    if digits:
        return (place if place is not None and place > 0 else 0, digits[0])
    if not name:
        return (0, 0)
    return None if place is None else (place, 0)
