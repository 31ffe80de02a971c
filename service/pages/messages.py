"""The words of the pages that are not in their templates: labels, and what to do about a fault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.validation_errors import Fault

SETTINGS: Mapping[str, str] = {
    "orthotics-prosthetics": "Orthotics and prosthetics",
    "physical-rehabilitation": "Physical rehabilitation",
    "psychotherapy": "Psychotherapy",
    "other": "Another setting",
}

LANGUAGES: Mapping[str, str] = {"de": "Deutsch", "en": "English"}

STATUSES: Mapping[str, str] = {
    "queued": "Waiting",
    "running": "Under way",
    "succeeded": "Finished",
    "failed": "Could not be done",
    "cancelled": "Cancelled",
}

COLUMNS: Mapping[str, str] = {
    "person": "who answered",
    "clinician": "whom the answers are about",
    "site": "where",
    "respondent": "who filled in the form",
    "session_number": "which session",
    "days_since_first_visit": "days since the first visit",
    "days_since_delivery": "days since the device was delivered",
}

ADVICE: Mapping[str, str] = {
    "unauthenticated": "You are not signed in, or your session is over. Sign in and try again.",
    "forbidden": "Ask whoever gave you the key for one with this scope.",
    "not-found": "It may have been deleted, or the address is mistyped.",
    "too-large": "Split the file into parts, and add them to one sample one after the other.",
    "too-many-requests": "Wait a little, then try again.",
    "internal": "Nothing is lost that was confirmed before. Try again in a moment.",
    "unavailable": "The service is starting or its database does not answer. Try again soon.",
}
"""By kind of problem (:class:`service.errors.Problem`), what to do."""

_FAULTS: Mapping[str, tuple[str, str]] = {
    "out-of-range": (
        "Answers outside the form's range",
        "Correct the cell, or empty it when the answer is missing, even if coded 9 or 99.",
    ),
    "not-whole": (
        "Answers that are not whole numbers",
        "Answers are the numbers on the form, not means or sums. Correct or empty the cell.",
    ),
    "wrong-type": (
        "Cells that are not numbers",
        "Replace words by the numbers on the form, or empty the cell.",
    ),
    "missing-column": (
        "Items without a column",
        "Name the columns i1, i2, … in the form's order, or choose the form that was answered.",
    ),
    "wrong-item-count": (
        "More items than the form has",
        "Choose the form that was answered, or leave out the columns that do not belong to it.",
    ),
    "ambiguous-items": (
        "Several groups of columns could be the items",
        "Name the columns of this form i1, i2, …",
    ),
    "duplicate": (
        "The same name twice",
        "Each column has its own name, and each row its own id.",
    ),
    "wrong-cell-count": (
        "Rows of another length than the header",
        "Often a comma within a text: put such texts in double quotes, or save the file again.",
    ),
    "identifying": (
        "What could identify a person",
        "Put pseudonyms that only you can resolve in its place, or leave the column out.",
    ),
    "date": (
        "Dates",
        "Give days since the first visit, or since delivery, instead of dates.",
    ),
    "other-instrument": ("Samples of different forms", "Choose samples of one form."),
    "empty": ("No answers", "The file has a header and nothing below it."),
    "range-suspicion": ("What it looks like", "Compare the file with the form before you go on."),
    "unreadable": ("The file cannot be read", "Nothing of it was kept."),
    "no-file": ("No file", "Choose the file with the answers."),
    "more-faults": ("And more", "Correct these first; the others may go with them."),
    "unknown-instrument": ("The form", "Choose one of the list."),
    "unverified-key": ("The form's key is not confirmed", "Ask whoever runs the service."),
}
_OTHER = ("What is wrong", "Correct it and send the file again.")
_SHOWN = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultGroup:
    """Faults of one kind.

    Attributes
    ----------
    title, advice
        What they are, and what to do.
    details
        The first of them.
    further
        How many more there are.
    """

    title: str
    advice: str
    details: list[str]
    further: int


def grouped(faults: Iterable[Fault]) -> list[FaultGroup]:
    """Put faults of one kind together, in the order the kinds first appear."""
    by_code: dict[str, list[str]] = {}
    for fault in faults:
        by_code.setdefault(fault.code, []).append(fault.detail)
    return [
        FaultGroup(
            title=_FAULTS.get(code, _OTHER)[0],
            advice=_FAULTS.get(code, _OTHER)[1],
            details=details[:_SHOWN],
            further=len(details[_SHOWN:]),
        )
        for code, details in by_code.items()
    ]


def in_words(milliseconds: int) -> str:
    """Write a time as people read it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%-d %B %Y, %H:%M UTC")
