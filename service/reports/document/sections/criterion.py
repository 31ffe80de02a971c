"""How alliance and outcomes go together, and what came first."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Bullets, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.figures.names import FigureName
from service.reports.record import Json

TITLE = "Alliance and outcomes"


def criterion(sources: Sources) -> Section:
    """Write correlations, each with its timing."""
    found = sources.record.section("criterion")
    if found is None:
        return absent("criterion", TITLE, sources)
    blocks = (
        *said(*_readings(found)),
        *sources.figure(
            FigureName.FOREST,
            "Correlations of alliance and outcomes with 95% intervals; marks tell when the "
            "alliance was rated. Beneath: published correlations from other settings, "
            "context and no norms.",
            _spoken(found),
        ),
        *_associations(found),
        *_hypotheses(found),
        *_context(found),
        *said("How the numbers are defined:"),
        Bullets(
            items=tuple(
                f"{labels.named(name)}: {text}" for name, text in found["definitions"].items()
            )
        ),
        *cautions(found),
    )
    return Section(name="criterion", title=TITLE, blocks=blocks)


def _readings(found: Json) -> list[str]:
    """Say of each outcome when the alliance was rated and how that may be read."""
    by_outcome = {one["outcome"]: one for one in found["associations"]}
    return [
        f"{labels.named(name)}: "
        f"{labels.TIMINGS.get(one['timing'], one['timing'])}. {one['reading']}"
        for name, one in by_outcome.items()
    ]


def _associations(found: Json) -> tuple[Block, ...]:
    return table(
        "criterion",
        "Correlations with outcomes",
        header=columns(
            "Outcome", "Scale", "Timing", "n", "Pearson r [95%]", "Spearman ρ [95%]",
            "Corrected for unreliability [95%]", "Allowing for clinicians [95%]",
            "Pooled over strata [95%]", words=(0, 1, 2),
        ),
        rows=[_association(one) for one in found["associations"]],
        notes=("Each method is named below; – not asked for, or not estimable.",),
    )  # fmt: skip


def _association(one: Json) -> tuple[str, ...]:
    return (
        labels.named(one["outcome"]),
        labels.named(one["scale"]),
        labels.TIMINGS.get(one["timing"], str(one["timing"])),
        numbers.count(one["n_persons"]),
        *(
            numbers.estimate(one[name])
            for name in ("pearson", "spearman", "disattenuated", "clustered", "pooled")
        ),
    )


def _hypotheses(found: Json) -> tuple[Block, ...]:
    if not found["hypotheses"]:
        return said("No hypothesis was stated beforehand.")
    return (
        *said(
            f"Of {numbers.count(found['n_tested'])} tested hypotheses "
            f"{numbers.count(found['n_held'])} held and {numbers.count(found['n_failed'])} failed; "
            "a hypothesis is open while its interval lies on both sides of what was expected."
        ),
        *table(
            "hypotheses",
            "Hypotheses stated beforehand",
            header=columns(
                "Outcome", "Scale", "Expected", "Timing", "Estimate [95%]", "Held",
                words=(0, 1, 2, 3, 5),
            ),
            rows=[
                (
                    labels.named(one["outcome"]),
                    labels.named(one["scale"]),
                    _expected(one),
                    labels.TIMINGS.get(one["timing"], str(one["timing"])),
                    numbers.estimate(one),
                    _became(one),
                )
                for one in found["hypotheses"]
            ],
        ),
    )  # fmt: skip


def _became(one: Json) -> str:
    if one["interval"] is None:
        return "not tested"
    return {True: "yes", False: "no", None: "open"}[one["held"]]


def _expected(one: Json) -> str:
    least = "" if one["minimum"] is None else f", at least {numbers.bounded(one['minimum'])}"
    most = "" if one["maximum"] is None else f", at most {numbers.bounded(one['maximum'])}"
    return f"{one['direction']}{least}{most}"


def _context(found: Json) -> tuple[Block, ...]:
    return table(
        "criterion-context",
        "Published correlations of alliance and outcome, from other settings",
        header=columns(
            "Study", "Setting", "r", "Studies", "Persons", "Source", "Known", words=(0, 1, 5, 6)
        ),
        rows=[
            (
                one["name"],
                labels.SETTINGS.get(one.get("setting") or "", one.get("setting") or numbers.NONE),
                numbers.estimate(one),
                numbers.count(one.get("n_studies")),
                numbers.count(one.get("n_persons")),
                numbers.NONE if not one.get("doi") else f"doi:{one['doi']}",
                labels.STATUSES.get(one.get("status") or "", numbers.NONE),
            )
            for one in found.get("context") or ()
        ],
        notes=("Context, not norms: other persons, other treatments, other outcomes.",),
    )


def _spoken(found: Json) -> str:
    parts = [
        f"{labels.named(one['outcome'])} with {one['scale']} {numbers.estimate(one['pearson'])}"
        for one in found["associations"]
        if one["scale"] == "total" and one["pearson"]["estimate"] is not None
    ]
    return f"Points with intervals, one row for each outcome and scale. {'; '.join(parts)}"
