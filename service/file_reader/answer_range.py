"""Whether the numbers fit the form's range; if not, what they look like, and what is asked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psychometrics.instrument import Instrument
from psychometrics.items.response_range import CUSTOMARY_RANGES
from psychometrics.types import FloatArray
from service.file_reader.questions import Choice, Remarks, counted, listed

MISSING_CODES = frozenset(
    {-1, -2, -3, -6, -7, -8, -9, -66, -77, -88, -98, -99, -777, -888, -99.9, -999, -9999,
     9, 66, 77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 9999}
)  # fmt: skip
"""Numbers that are used for missing answers, besides zero."""

_DO_NOT_KNOW, _LONGEST_CODE = 8, 9999

NARROW_RANGE = "narrow-range"
"""Code of the question whether the form was answered on a shorter range."""

_ENOUGH = 120
"""Answers before the absence of the highest ones says anything: ten persons and twelve items."""

_SEVERAL = 3
_MANY = 0.01
"""Share of answers outside the range from which another range is supposed."""


def check_range(
    answers: FloatArray,
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
    *,
    accepted: Sequence[str] = (),
) -> bool:
    """Ask about numbers outside the range, or about a range that is not used.

    Parameters
    ----------
    answers
        Numbers as they stand, shape (n_rows, n_items), missing is ``nan``.
    instrument
        The form.
    columns
        Names of the item columns.
    remarks
        Gathers the questions.
    accepted
        Codes of questions that were answered with "as it stands".

    Returns
    -------
    bool
        Whether single cells outside the range are already spoken of.
    """
    given = answers[np.isfinite(answers)]
    if not given.size:
        return False
    outside = given[(given < instrument.minimum) | (given > instrument.maximum)]
    if not outside.size:
        if NARROW_RANGE not in accepted:
            _ask_narrower(given, instrument, columns, remarks)
        return False
    return _ask_outside(given, outside, instrument, columns, remarks)


def _ask_outside(
    given: FloatArray,
    outside: FloatArray,
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
) -> bool:
    low, high = instrument.minimum, instrument.maximum
    values = sorted(set(outside.tolist()))
    beyond = [value for value in values if not _may_be_code(value, outside, instrument)]
    inside = given[(given >= low) & (given <= high)]
    coded = [value for value in values if value not in beyond]
    core = given[~np.isin(given, coded)]
    if not core.size:
        core = given
    if beyond == [low - 1] and core.max() <= high - 1 and core.size > 1:
        _ask_zero_based(core, coded, instrument, columns, remarks)
        return True
    if not beyond or (beyond == [low - 1] and inside.size and inside.max() == high):
        _ask_missing([*coded, *beyond], given, instrument, columns, remarks)
        return True
    if outside.size >= _SEVERAL and outside.size / given.size >= _MANY:
        _ask_other_range(core, outside.size, instrument, columns, remarks, values)
        return True
    return False


def _may_be_code(value: float, outside: FloatArray, instrument: Instrument) -> bool:
    """Whether a number may stand for missing: a usual code, or the only one, apart and repeated."""
    if value in MISSING_CODES or (value == _DO_NOT_KNOW and instrument.maximum < _DO_NOT_KNOW - 1):
        return True
    apart = not instrument.minimum - 1 <= value <= instrument.maximum + 1
    alone = bool((outside == value).all()) and outside.size >= _SEVERAL
    return alone and apart and value.is_integer() and abs(value) <= _LONGEST_CODE


def _plain(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def _ask_zero_based(
    core: FloatArray,
    coded: Sequence[float],
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
) -> None:
    low, high = instrument.minimum, instrument.maximum
    missing = [_plain(value) for value in coded]
    also = f", and {listed(missing)} stands for a missing answer" if missing else ""
    remarks.ask(
        "zero-based",
        f"The answers seem to use {low - 1} to {high - 1}, the form is answered {low} to {high}: "
        f"is 1 to be added to each{also}?",
        columns,
        Choice(
            label=f"add 1 to every answer{also}",
            mapping={"add": 1, **({"missing": missing} if missing else {})},
        ),
        *(
            [Choice(label=f"{low - 1} is a missing answer",
                    mapping={"missing": [str(low - 1), *missing]})]
            if core.max() < high - 1 else []
        ),
    )  # fmt: skip


def _ask_missing(
    values: Sequence[float],
    given: FloatArray,
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
) -> None:
    codes = [_plain(value) for value in sorted(values)]
    n = int(np.isin(given, list(values)).sum())
    low, high = instrument.minimum, instrument.maximum
    seen = sorted({*given.tolist()})
    ranges = [one for one in CUSTOMARY_RANGES if one[0] == low and one[1] == seen[-1]]
    other = "".join(f", or was the form answered {one[0]} to {one[1]}" for one in ranges)
    remarks.ask(
        "missing-code",
        f"{counted(n, 'cell')} of the items hold{'s' if n == 1 else ''} {listed(codes)}, outside "
        f"{low} to {high}: does that stand for a missing answer{other}?",
        columns,
        Choice(label=f"yes, {listed(codes)} is missing", mapping={"missing": codes}),
    )


def _ask_other_range(
    core: FloatArray,
    n: int,
    instrument: Instrument,
    columns: Sequence[str],
    remarks: Remarks,
    outside: Sequence[float],
) -> None:
    low, high = instrument.minimum, instrument.maximum
    covering = (
        f"{one[0]} to {one[1]}"
        for one in CUSTOMARY_RANGES
        if one[0] <= core.min() and core.max() <= one[1]
    )
    used = next(covering, None)
    seem = f"they seem to use {used}" if used else "they seem to use another scale"
    alone = [_plain(value) for value in outside] if len(outside) == 1 else []
    remarks.ask(
        "other-range",
        f"{counted(n, 'answer')} lie{'s' if n == 1 else ''} outside {low} to {high}; {seem}: "
        "choose or define the form with that range, or convert the answers"
        + (f", or say that {alone[0]} stands for a missing answer." if alone else "."),
        columns,
        *[Choice(label=f"{one} is a missing answer", mapping={"missing": [one]}) for one in alone],
    )


def _ask_narrower(
    given: FloatArray, instrument: Instrument, columns: Sequence[str], remarks: Remarks
) -> None:
    low, high = instrument.minimum, instrument.maximum
    if given.size < _ENOUGH or high - low < 4 or given.max() > high - 2:
        return
    top = int(given.max())
    used = next(
        (f"{one[0]} to {one[1]}" for one in CUSTOMARY_RANGES if one[0] == low and one[1] == top),
        f"{low} to {top}",
    )
    remarks.ask(
        NARROW_RANGE,
        f"No answer is above {top}, but the form goes to {high}: was it answered {used}, on "
        "another form?",
        columns,
        Choice(label=f"no, it was answered {low} to {high}", mapping={"accept": [NARROW_RANGE]}),
    )
