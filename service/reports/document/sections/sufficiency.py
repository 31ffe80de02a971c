"""Whether the sample is large enough for the questions."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Bullets, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.record import Json

TITLE = "Is the sample large enough?"


def sufficiency(sources: Sources) -> Section:
    """Hold the numbers of persons against what the questions need."""
    found = sources.record.section("sufficiency")
    if found is None:
        return absent("sufficiency", TITLE, sources)
    blocks = (
        Bullets(items=tuple(_verdict(one) for one in found["verdicts"])),
        *said(_sparse(found["requirements"])),
        *table(
            "sufficiency",
            "Persons needed and found",
            header=columns("Question", "Where", "Needed", "Found", "Enough", words=(0, 1, 4)),
            rows=[_row(one) for one in _shown(found["requirements"])],
            notes=(
                "Single items are shown where they do not have enough. – withheld.",
                *dict.fromkeys(_rule(one) for one in found["requirements"]),
            ),
        ),
        *cautions(found),
    )
    return Section(name="sufficiency", title=TITLE, blocks=blocks)


def _verdict(one: Json) -> str:
    question = _question(one)
    if one["sufficient"]:
        return f"{question}: enough persons."
    more = one["more"]
    return f"{question}: not enough" + (
        f"; {numbers.count(more)} more are needed." if more else "."
    )


def _shown(requirements: list[Json]) -> list[Json]:
    """Leave single categories out, and single items where they have enough."""
    return [
        one
        for one in requirements
        if one["question"] != "categories" and not (one["question"] == "items" and one["met"])
    ]


def _sparse(requirements: list[Json]) -> str:
    """Say how many categories too few persons chose; which ones would tell of few persons."""
    met = [one["met"] for one in requirements if one["question"] == "categories"]
    return f"{met.count(False)} of {len(met)} categories were chosen too seldom." if met else ""


def _row(one: Json) -> tuple[str, ...]:
    return (
        _question(one),
        one["where"],
        numbers.count(one["required"]),
        numbers.count(one["observed"]),
        "yes" if one["met"] else "no",
    )


def _rule(one: Json) -> str:
    return f"{_question(one)}: {one['rule']} ({labels.STATUSES.get(one['status'], one['status'])})"


def _question(one: Json) -> str:
    return labels.QUESTIONS.get(one["question"], labels.named(one["question"]))
