"""Whether the sample is large enough for the questions."""

from __future__ import annotations

from service.reports.document import numbers, words
from service.reports.document.elements import Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.record import Json

TITLE = "Is the sample large enough?"
_SEPARATE = 12


def sufficiency(sources: Sources) -> Section:
    """Hold the numbers of persons against what the questions need."""
    found = sources.record.section("sufficiency")
    if found is None:
        return absent("sufficiency", TITLE, sources)
    blocks = (
        *said(*(_verdict(one) for one in found["verdicts"])),
        *table(
            "sufficiency",
            "Persons needed and found",
            header=columns("Question", "Where", "Needed", "Found", "Met", "Rule", words=(0, 1, 4, 5)),
            rows=[_row(one) for one in _shown(found["requirements"])],
            notes=("Requirements for single categories are shown where they are not met.",),
        ),
        *cautions(found),
    )
    return Section(name="sufficiency", title=TITLE, blocks=blocks)


def _verdict(one: Json) -> str:
    question = words.QUESTIONS.get(one["question"], words.named(one["question"]))
    if one["sufficient"]:
        return f"{question}: enough persons."
    more = one["more"]
    return f"{question}: not enough" + (
        f"; {numbers.count(more)} more are needed." if more else "."
    )


def _shown(requirements: list[Json]) -> list[Json]:
    """Leave out what a reader does not need: categories that are met, and unmet ones beyond a few."""
    unmet = [one for one in requirements if one["question"] == "categories" and not one["met"]]
    return [
        *(one for one in requirements if one["question"] != "categories"),
        *unmet[:_SEPARATE],
    ]


def _row(one: Json) -> tuple[str, ...]:
    return (
        words.QUESTIONS.get(one["question"], words.named(one["question"])),
        one["where"],
        numbers.count(one["required"]),
        numbers.count(one["observed"]),
        "yes" if one["met"] else "no",
        f"{one['rule']} ({words.STATUSES.get(one['status'], one['status'])})",
    )
