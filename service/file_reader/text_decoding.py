"""Text files: which encoding they are in."""

from __future__ import annotations

import codecs

from schemas.validation_errors import UnreadableInputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OLD_ENCODINGS = ["cp1252", "mac_roman", "cp850", "cp1250", "cp1251", "cp1253", "cp1254"]
_LOOKED_AT = 200_000
_SIGNS = frozenset("\N{NO-BREAK SPACE}‘’‚“”„–—…•°§€£«»¿¡´·²³½®©™ªº")
"""Signs beside letters that people type."""


def decode(data: bytes, named: str | None = None) -> tuple[str, str]:
    """Decode a text file.

    Parameters
    ----------
    data
        The file.
    named
        The encoding, where somebody said it.

    Returns
    -------
    text, encoding
        The text without a byte-order mark, and the encoding's name.

    Raises
    ------
    UnreadableInputError
        If it is no text, or not in the encoding that was named.
    """
    if named is not None:
        return _in(data, named), named
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _in(data, encoding), encoding
    encoding = _without_mark(data)
    return _in(data, encoding), encoding


def _without_mark(data: bytes) -> str:
    start = data[:_LOOKED_AT]
    if b"\0" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        if max(even, odd) > len(start) // 5:
            return "utf-16-le" if odd > even else "utf-16-be"
        raise UnreadableInputError("The file holds a NUL character; it is not a text file.")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _old_encoding(data)
    return "utf-8"


def _old_encoding(data: bytes) -> str:
    from charset_normalizer import from_bytes

    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_LOOKED_AT]
    usual = ("cp1252", "mac_roman") if b"\n" in data[:_LOOKED_AT] else ("mac_roman", "cp1252")
    likely = next((one for one in usual if _reads_as_words(telling, one)), None)
    if likely is None:
        best = from_bytes(telling, cp_isolation=_OLD_ENCODINGS, enable_fallback=False).best()
        likely = "cp1252" if best is None else best.encoding
    try:
        data.decode(likely)
    except UnicodeDecodeError:
        return "latin-1"
    return likely


def _reads_as_words(data: bytes, encoding: str) -> bool:
    """Whether all that is not ASCII are single letters within words, or typographic signs."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    places = [place for place, sign in enumerate(text) if not sign.isascii()]
    return all(
        text[place] in _SIGNS
        or (text[place].isalpha() and not _in_a_run(text, place) and _fits_case(text, place))
        for place in places
    )


def _in_a_run(text: str, place: int) -> bool:
    """Whether two further letters beside a letter are not ASCII either: another alphabet."""
    return sum(not sign.isascii() for sign in text[max(0, place - 2) : place + 3]) > 2


def _fits_case(text: str, place: int) -> bool:
    """Whether a capital letter does not follow a small one."""
    return not (text[place].isupper() and place and text[place - 1].islower())


def _in(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except (LookupError, UnicodeDecodeError, UnicodeError):
        detail = f"The file is not in the encoding {encoding}; save it as UTF-8."
        raise UnreadableInputError(detail) from None
    if "\0" in text:
        raise UnreadableInputError("The file holds a NUL character; it is not a text file.")
    return text.removeprefix("\ufeff").rstrip("\x1a")
