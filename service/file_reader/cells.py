"""Cells: a text, a number, nothing, or something that is no answer (a date, an error)."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from enum import Enum

from service.file_reader.limits import CLOSELY_LOOKED_AT


class Odd(Enum):
    """A cell that holds neither a text nor a number."""

    DATE = "a date"
    ERROR = "an error value"
    UNCOMPUTED = "a formula whose result is not stored"
    TRUTH = "TRUE or FALSE"


Cell = str | float | Odd | None

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,18}[.,]?[0-9]{0,18}|[.,][0-9]{1,18})(?:[eE][+-]?[0-9]{1,3})?"
)
_DATE = re.compile(
    r"(?:19|20)\d\d[-/.]\d\d?[-/.]\d\d?(?:[ T].{0,30})?"
    r"|\d\d?[-/.]\d\d?[-/.](?:19|20)?\d\d(?: .{0,30})?"
    r"|\d{1,2}[-/. ]{1,2}(?P<after>[^\W\d_]{3,10})\.?(?:[-/. ]{1,2}\d{2,4})?"
    r"|(?P<before>[^\W\d_]{3,10})\.?[-/. ]{1,2}\d{1,4}"
)
_MONTHS = frozenset(
    [
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "mär",
        "mrz",
        "mai",
        "okt",
        "dez",
        "ene",
        "abr",
        "ago",
        "dic",
        "fév",
        "avr",
        "aoû",
        "déc",
        "mei",
        "maa",
        "gen",
        "mag",
        "giu",
        "lug",
        "set",
        "ott",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "januar",
        "februar",
        "märz",
        "juni",
        "juli",
        "oktober",
        "dezember",
    ]
)
"""Names of months; Excel turns ``3-1`` into ``01-Mar``."""

_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?")
_FORCED_TEXT = re.compile(r"=\"([^\"]*)\"|'([^']*)")
"""Ways to keep Excel from reading a text as a number."""

MISSING_WORDS = frozenset(
    {
        "na", "n/a", "#n/a", "n.a.", "nan", "null", "#null!", "none", ".", "..", "-", "--", "---",
        "–", "—", "?", "missing", "mv", "k. a.", "k.a.", "ka", "k. a", "keine angabe", "<na>",
    }
)  # fmt: skip
"""Cells that stand for a missing answer wherever they occur, in lower case."""

NO_ANSWER_WORDS = frozenset(
    {
        "no answer", "not answered", "not applicable", "prefer not to say", "prefer not to answer",
        "don't know", "dont know", "do not know", "does not apply", "refused", "skipped", "unknown",
        "no response", "keine antwort", "weiß nicht", "weiss nicht",
        "nicht beantwortet", "sin respuesta", "no sabe", "pas de réponse", "ne sait pas",
    }
)  # fmt: skip
"""Labels that say that no answer was given; they are proposed as missing."""


def tidy(cell: object) -> Cell:
    """Strip a text; what is empty or not a number is nothing."""
    if isinstance(cell, str):
        text = cell.strip()
        if text[:1] in {"=", "'"} and (forced := _FORCED_TEXT.fullmatch(text)):
            text = (forced[1] or forced[2] or "").strip()
        return text or None
    if isinstance(cell, float) and math.isnan(cell):
        return None
    return cell  # type: ignore[return-value]  # the readers give nothing else


def is_missing_word(cell: Cell) -> bool:
    """Whether a text stands for a missing answer."""
    return isinstance(cell, str) and len(cell) < 30 and cell.lower() in MISSING_WORDS


def as_number(cell: Cell) -> float | None:
    """Read a number as people and programs write it, with a decimal point or comma."""
    if isinstance(cell, int | float):
        return float(cell) if math.isfinite(cell) else None
    if not isinstance(cell, str) or len(cell) > 40:
        return None
    text = cell.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
        text = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)
    if not _NUMBER.fullmatch(text):
        return None
    return float(text.replace(",", "."))


def may_have_thousands(cells: Iterable[Cell]) -> bool:
    """Whether every number with a comma has it before three digits, as in ``1,234``."""
    written = [cell for cell in cells if isinstance(cell, str) and "," in cell]
    return bool(written) and all(_THOUSANDS.fullmatch(cell) for cell in written)


def is_date(cell: Cell) -> bool:
    """Whether a cell is a date, as a spreadsheet or a text says it."""
    if cell is Odd.DATE:
        return True
    if not isinstance(cell, str) or len(cell) >= 50:
        return False
    match = _DATE.fullmatch(cell)
    if match is None:
        return False
    month = match["after"] or match["before"]
    return month is None or month.casefold() in _MONTHS


def as_text(cell: Cell) -> str | None:
    """Write a cell as a person sees it; a whole number without its decimal point."""
    if cell is None or isinstance(cell, Odd):
        return None
    if isinstance(cell, str):
        return cell
    return str(int(cell)) if float(cell).is_integer() else repr(float(cell))


def folded(text: str) -> str:
    """Make texts comparable that differ in case, spaces or typographic signs only."""
    plain = unicodedata.normalize("NFKC", text[:CLOSELY_LOOKED_AT]).replace("’", "'")
    return " ".join(plain.casefold().split())
