"""What may name a person, a clinician or a response: an opaque pseudonym, and no date anywhere.

A value is refused when it looks like something that identifies a person:

==================  ==========================================================================
e-mail              holds ``@``
date                ``1980-01-31``, ``31.1.1980``, ``1/31/80``, ``31 Jan 1980``; with two digits
                    for the year only between ``/`` or ``.``, for ``01-05-12`` is how studies
                    number site, clinician and person; eight digits in one (``19800131``, ``JD
                    31011980``) where more than one in a hundred of the column's values reads so,
                    for a few random numbers do
social security     ``123-45-6789``; Nordic ``310180-123A``
telephone           ``+49 30 901820``, ``(555) 123-4567``, ``555-123-4567``
record number       ``MRN 1234``, and other abbreviations of its kind before digits
long number         nine digits or more and nothing else: record, telephone and security numbers
                    are of this length; put a letter before it
name                two words of letters (``Jane Doe``, ``Doe, Jane``), ``Jane.Doe``, ``Dr. Doe``;
                    a person's or clinician's pseudonym holds no space at all
==================  ==========================================================================

``p017``, ``1042``, ``S01-C03-P117``, ``2021-003``, UUIDs and hashes are pseudonyms. Labels (site,
respondent, further text columns) may hold words with spaces. No rule finds a bare surname: whoever
sends pseudonyms answers for them.

A column is looked at as a whole: its values are joined, mapped to their shape (every digit ``0``,
every letter ``a`` or ``A``) and searched for a few pieces; only where one is found does a regular
expression follow.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

CHANCE = 0.01
"""Up to this share of a column may read as dates of eight digits, for random numbers do."""


class Use(Enum):
    """What a text stands for."""

    PSEUDONYM = "a person or a clinician"
    NAME = "a response"
    LABEL = "a site, a respondent, a group"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    r"""One sign that a text identifies a person.

    Attributes
    ----------
    code, rule
        As a fault says it.
    pieces
        One of them stands in the shape, or in the lower-case letters, of every text that has the
        sign; lines between ``\n``.
    pattern
        Found in the texts, one a line, that have the sign.
    holds
        Asked of a match, where the pattern alone says too much.
    uses
        Where the sign counts.
    by_chance
        Whether a small share of a column may have it.
    """

    code: str
    rule: str
    pieces: tuple[str, ...]
    pattern: re.Pattern[str]
    holds: Callable[[re.Match[str]], bool] = bool
    uses: frozenset[Use] = frozenset(Use)
    by_chance: bool = False


def identifying(values: Sequence[object], use: Use) -> Iterator[tuple[int, str, str]]:
    """Find texts that look like something that identifies a person.

    Parameters
    ----------
    values
        A column; what is not a text is passed over.
    use
        What its texts stand for.

    Yields
    ------
    position, code, rule
        Of each such text, in order; the rule never repeats the text.
    """
    distinct = {value for value in values if isinstance(value, str)}
    found = {} if are_opaque(distinct) else _found(distinct, use)
    if found:
        for position, value in enumerate(values):
            if isinstance(value, str) and value in found:
                yield (position, *found[value])


def is_date_column(values: Sequence[object]) -> bool:
    """Whether all numbers of a column read as dates, as in ``20240131``."""
    given = (value for value in values if value is not None)
    first = next(given, None)
    return _is_date_number(first) and all(map(_is_date_number, given))


def _is_date_number(value: object) -> bool:
    within = isinstance(value, int | float) and _EARLIEST <= value <= _LATEST
    return within and _is_compact_date(value)


def column_name_rule(name: str) -> tuple[str, str] | None:
    """Code and rule where a column's name says that it holds dates or identifies a person."""
    for _, code, rule in identifying([name], Use.LABEL):
        return code, rule
    words = [word.lower() for word in _WORDS.findall(unicodedata.normalize("NFKC", name))]
    if _DATE_WORDS & set(words):
        return "date", DATE_RULE
    if words and words[0] in _WHOSE:
        words = words[1:]
    if "_".join(words) in _IDENTITIES:
        return "identifying", "Columns that identify a person are not taken; leave it out."
    return None


def _found(distinct: set[str], use: Use) -> dict[str, tuple[str, str]]:
    """Code and rule by text, of those that have a sign."""
    originals = [value for value in distinct if "\n" not in value]
    texts, joined = originals, _joined(originals)
    if not joined.isascii():
        texts = [_plainly(text) for text in originals]
        joined = _joined(texts)
    shape = joined.encode().translate(_SHAPES).decode("ascii") + joined.lower()
    present = {character for character in _CHARACTERS if character in shape}
    found: dict[str, tuple[str, str]] = {}
    for sign in _SIGNS:
        possible = (piece for piece in sign.pieces if present.issuperset(piece))
        if use in sign.uses and any(piece in shape for piece in possible):
            hits = {_line(joined, match) for match in sign.pattern.finditer(joined)
                    if sign.holds(match)}  # fmt: skip
            if len(hits) > (CHANCE * len(texts) if sign.by_chance else 0):
                for original, text in zip(originals, texts, strict=True):
                    if text in hits:
                        found.setdefault(original, (sign.code, sign.rule))
    return found


def _plainly(text: str) -> str:
    """Write a text with the digits and dashes of ASCII, whichever it was typed with."""
    return "".join(
        str(unicodedata.decimal(one)) if one.isdecimal()
        else "-" if unicodedata.category(one) == "Pd" or one in _MINUSES
        else one
        for one in unicodedata.normalize("NFKC", text)
    )  # fmt: skip


def are_opaque(values: Collection[object]) -> bool:
    """Whether all values are short numbers, UUIDs or hashes: the common cases, without any sign.

    They are texts then, not empty, printable and of at most 128 characters.
    """
    try:
        joined = "\n".join(values)  # type: ignore[arg-type]  # refused where one is no text
    except TypeError:
        return False
    return _OPAQUE_TEXTS.fullmatch(joined) is not None and joined.count("\n") == len(values) - 1


def _joined(texts: Sequence[str]) -> str:
    return "\n" + "\n".join(texts) + "\n"


def _line(joined: str, match: re.Match[str]) -> str:
    """Return the line in which a match stands; it may begin with the break before it."""
    place = match.start() + joined.startswith("\n", match.start())
    return joined[joined.rfind("\n", 0, place) + 1 : joined.index("\n", place)]


def _whole(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for a whole line; beginning with the break makes the search fast."""
    return re.compile(rf"\n(?:{pattern})(?=\n)")


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        dt.date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _is_written_date(match: re.Match[str]) -> bool:
    """Whether the parts are a day, a month (in either order) and a year."""
    year, first, second = match["year"], match["first"], match["second"]
    full = year if len(year) == 4 else f"20{year}"
    return _is_date(full, first, second) or _is_date(full, second, first)


def _has_compact_date(match: re.Match[str]) -> bool:
    return _is_compact_date(match["digits"])


def _is_compact_date(digits: object) -> bool:
    """Whether eight digits are year, month, day, or day and month in either order, then year."""
    text = f"{digits:.0f}" if isinstance(digits, float) else str(digits)
    first, last = (text[:4], text[4:6], text[6:]), (text[4:], text[:2], text[2:4])
    year, one, other = last
    return any(
        parts[0][:2] in {"19", "20"} and _is_date(*parts)
        for parts in (first, last, (year, other, one))
    )


def _are_capitalised(match: re.Match[str]) -> bool:
    """Whether two joined words are names: ``Jane_Doe``, and ``JANE.DOE`` only with a full stop."""
    words = match["one"], match["other"]
    if all(word.istitle() for word in words):
        return True
    return match["by"] == "." and all(len(word) > 2 and word.isupper() for word in words)


def _begins_with_date(match: re.Match[str]) -> bool:
    """Whether six digits are a date of birth, the year first or last."""
    digits = match["digits"]
    one, two, three = digits[:2], digits[2:4], digits[4:]
    return _is_date(f"20{one}", two, three) or _is_date(f"20{three}", two, one)


_SHAPES = bytes(
    ord("a") if code >= 0x80 or chr(code).islower()
    else ord("A") if chr(code).isupper()
    else ord("0") if chr(code).isdigit()
    else code
    for code in range(256)
)  # fmt: skip

_OPAQUE_TEXTS = re.compile(
    r"(?:(?:[A-Za-z]{0,2}+[0-9]{1,7}+|[A-Za-z]{1,2}+|[0-9a-fA-F-]{32,128}+)(?:\n(?!\Z)|\Z))++"
)
_EARLIEST, _LATEST = 19_000_101, 20_991_231
_MINUSES = "\u2212"
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_DATE_WORDS = frozenset(
    {
        "date",
        "dates",
        "datetime",
        "timestamp",
        "dob",
        "birthdate",
        "birthday",
        "datum",
        "geburtsdatum",
    }
)
_WHOSE = frozenset({"patient", "client", "person", "clinician", "therapist", "practitioner"})
_IDENTITIES = frozenset(
    {
        "name", "full_name", "fullname", "first_name", "firstname", "given_name", "forename",
        "last_name", "lastname", "family_name", "surname", "email", "e_mail", "email_address",
        "phone", "phone_number", "telephone", "telephone_number", "mobile_number", "address",
        "ssn", "social_security_number", "mrn", "medical_record_number", "passport",
        "nhs_number", "insurance_number", "insurance_id", "street", "zip", "zip_code", "postcode",
        "postal_code", "ip_address", "patientname", "vorname", "nachname", "geburtsname",
    }
)  # fmt: skip

DATE_RULE = "Dates are not taken; send numbers of days instead, for example days_since_first_visit."
_OPAQUE = "Must be an opaque pseudonym"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_NOT_LABELS = frozenset({Use.PSEUDONYM, Use.NAME})
_PERSONS = frozenset({Use.PSEUDONYM})


def _date(pattern: str, *pieces: str, holds: Callable[[re.Match[str]], bool] = bool) -> _Sign:
    return _Sign(
        code="date", rule=DATE_RULE, pieces=pieces, pattern=re.compile(pattern), holds=holds
    )


def _identity(
    looks_like: str, pattern: str | re.Pattern[str], *pieces: str, uses: frozenset[Use]
) -> _Sign:
    return _Sign(
        code="identifying",
        rule=f"{_OPAQUE}; it looks like {looks_like}.",
        pieces=pieces,
        pattern=re.compile(pattern),
        uses=uses,
    )


_EVERYWHERE = frozenset(Use)
_SIGNS = (
    _identity("an e-mail address", "@", "@", uses=_EVERYWHERE),
    _identity(
        "an e-mail address",
        r"(?i)[a-z0-9][(\[{]at[)\]}][a-z0-9]",
        "(at)",
        "[at]",
        "{at}",
        uses=_EVERYWHERE,
    ),
    _date(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<by>[-/. _:])"
        r"(?P<first>\d\d?)(?P=by)(?P<second>\d\d?)(?!\d)",
        *(f"0{by}{middle}{by}0" for by in "-/. _:" for middle in ("0", "00")),
        holds=_is_written_date,
    ),
    _date(
        r"(?<!\d)(?P<first>\d\d?)(?P<by>[-/. _:])(?P<second>\d\d?)(?P=by)"
        r"(?P<year>(?:19|20)\d\d)(?!\d)",
        *(f"0{by}{middle}{by}0000" for by in "-/. _:" for middle in ("0", "00")),
        holds=_is_written_date,
    ),
    _date(
        r"(?<![\d./])(?P<first>\d\d?)(?P<by>[/.])(?P<second>\d\d?)(?P=by)(?P<year>\d\d)(?![\d./])",
        *(f"0{by}{middle}{by}00" for by in "/." for middle in ("0", "00")),
        holds=_is_written_date,
    ),
    _date(
        rf"(?i)(?<![0-9a-z])\d\d?[-. /]{{0,2}}{_MONTH}[-. /,]{{0,2}}(?:19|20)?\d\d(?![0-9a-z])",
        *_MONTHS,
    ),
    _date(
        rf"(?i)(?<![0-9a-z]){_MONTH}[-. /]{{0,2}}\d\d?(?:st|nd|rd|th)?"
        r"[-. /,]{1,2}(?:19|20)\d\d(?!\d)",
        *_MONTHS,
    ),
    _date(
        rf"(?i)(?<!\d)(?:19|20)\d\d[-. /]{{0,2}}{_MONTH}[-. /]{{0,2}}\d\d?(?![0-9a-z])",
        *_MONTHS,
    ),
    _Sign(
        code="date",
        rule=DATE_RULE,
        pieces=("00000000",),
        pattern=_whole(r"[A-Za-z]{0,4}[-_. ]?(?P<digits>\d{8})[-_. ]?[A-Za-z]{0,4}"),
        holds=_has_compact_date,
        by_chance=True,
    ),
    _identity(
        "a social security number",
        r"(?<![\d-])(?!000|666|9\d\d)\d{3}(?P<by>[-. _])(?!00)\d\d(?P=by)(?!0000)\d{4}(?![\d-])",
        *(f"000{by}00{by}0000" for by in "-. _"),
        uses=_EVERYWHERE,
    ),
    _Sign(
        code="identifying",
        rule=f"{_OPAQUE}; it looks like a national identity number.",
        pieces=("\n000000-000", "\n000000+000"),
        pattern=_whole(r"(?P<digits>\d{6})[-+]\d{3}[0-9A-Y]"),
        holds=_begins_with_date,
    ),
    _identity(
        "a telephone number",
        r"\+ ?\d(?:[ ()./-]{0,2}\d){7,14}"
        r"|\(\d{2,5}\) ?\d{3}[-. ]?\d{3,5}"
        r"|(?<![\d-])[2-9]\d\d(?P<by>[-. ])\d{3}(?P=by)\d{4}(?![\d-])"
        r"|\n0\d{1,4}[ /]\d{5,}(?=\n)",
        "+0",
        "+ 0",
        "(00",
        "000-000-0000",
        "000.000.0000",
        "000 000 0000",
        "0 00000",
        "0/00000",
        uses=_EVERYWHERE,
    ),
    _identity(
        "a record number",
        r"(?i)(?<![0-9a-z])(?:mrn|ssn|dob|npi|passport|medical record)[^a-z\n]{0,4}"
        r"(?:no|nr|num|number|id)?[^a-z0-9\n]{0,3}\d+(?![0-9a-z])",
        "mrn",
        "ssn",
        "dob",
        "npi",
        "passport",
        "medical record",
        uses=_EVERYWHERE,
    ),
    _identity(
        "a record, telephone or security number (nine digits or more); put a letter before it",
        _whole(r"\d{9,}"),
        "\n000000000",
        uses=_NOT_LABELS,
    ),
    _identity(
        "a name",
        r"\n(?:Dr|Mr|Mrs|Ms|Prof|Frau|Herr)(?:\. ?| )[^\W\d_]",
        *(f"\n{letters}{by}" for letters in ("Aa", "Aaa", "Aaaa") for by in ". "),
        uses=_EVERYWHERE,
    ),
    _identity(
        "a name",
        _whole(r"(?:[^\W\d_]|['’.-])+(?:, ?| )(?:[^\W\d_]|['’., -])+"),
        " ",
        ",",
        uses=_NOT_LABELS,
    ),
    _Sign(
        code="identifying",
        rule=f"{_OPAQUE}; it looks like a name.",
        pieces=("a.A", "a_A", "a-A", "a.a", "a_a", "a-a", "A.A"),
        pattern=_whole(r"(?P<one>[^\W\d_]{2,})(?P<by>[._-])(?P<other>[^\W\d_]{2,})"),
        holds=_are_capitalised,
        uses=_PERSONS,
    ),
    _identity("a name", _whole(r"[^\W\d_]{2,}\^[^\d\n]*"), "^", uses=_NOT_LABELS),
    _identity("a name, for it holds a space or a comma", "[ ,]", " ", ",", uses=_PERSONS),
)
_CHARACTERS = frozenset("".join(piece for sign in _SIGNS for piece in sign.pieces))
