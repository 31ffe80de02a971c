"""How consistently the scales measure."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Bullets, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.record import Json

TITLE = "Reliability: internal consistency"
_COEFFICIENTS = (
    ("alpha", "α"),
    ("omega", "ω"),
    ("ordinal_alpha", "Ordinal α"),
    ("ordinal_omega", "Ordinal ω"),
)
_TOTAL = (
    ("omega_total", "ω total"),
    ("omega_hierarchical", "ω hierarchical"),
    ("explained_common_variance", "ECV"),
)


def reliability(sources: Sources) -> Section:
    """Write coefficients with their intervals and definitions."""
    found = sources.record.section("reliability")
    if found is None:
        return absent("reliability", TITLE, sources)
    blocks = (
        *_coefficients(found),
        *_general(found),
        *_deleted(found),
        *_clustering(found),
        *said("What the coefficients mean:"),
        Bullets(
            items=tuple(
                f"{labels.named(name)}: {text}" for name, text in found["definitions"].items()
            )
        ),
        *(note for scale in found["scales"].values() for note in cautions(scale)),
        *cautions(found),
    )
    return Section(name="reliability", title=TITLE, blocks=blocks)


def _coefficients(found: Json) -> tuple[Block, ...]:
    scales = found["scales"]
    level = numbers.level(one["alpha"] for one in scales.values())
    return table(
        "reliability",
        "Internal consistency",
        header=columns(
            "Scale", "Items", *(f"{title} [{level}]" for _, title in _COEFFICIENTS), "SD", "SEM"
        ),
        rows=[
            (
                labels.named(name),
                numbers.count(len(one["items"])),
                *(numbers.estimate(_judged(one[key])) for key, _ in _COEFFICIENTS),
                numbers.number(one["sd"]),
                numbers.estimate(_measurement_error(one), numbers.number),
            )
            for name, one in scales.items()
        ],
        notes=(
            (
                f"n = {numbers.count(found['n_persons'])} persons with complete answers. SEM: "
                "standard error of measurement, in points of the sum score. Intervals are "
                "distribution-free; Feldt's interval of α stands in the numbers (JSON)."
            ),
        ),
    )


def _judged(coefficient: Json) -> Json:
    """Take the interval that judgements rest on, where there are two."""
    known = coefficient.get("distribution_free_interval", coefficient.get("interval"))
    return {**coefficient, "interval": known}


def _measurement_error(scale: Json) -> Json:
    return {
        "estimate": scale["standard_error_of_measurement"],
        "interval": scale.get("standard_error_of_measurement_interval"),
    }


def _general(found: Json) -> tuple[Block, ...]:
    scales = {name: one for name, one in found["scales"].items() if one["omega_total"] is not None}
    reasons = [
        f"{labels.named(name)}, {title}: {one[key]['reason']}"
        for name, one in scales.items()
        for key, title in _TOTAL
        if one[key] is not None and one[key]["reason"]
    ]
    return table(
        "reliability-total",
        "What the total rests on",
        header=columns("Scale", *(f"{title} [95%]" for _, title in _TOTAL)),
        rows=[
            (labels.named(name), *(numbers.estimate(one[key]) for key, _ in _TOTAL))
            for name, one in scales.items()
        ],
        notes=(
            "Essentially one dimension if ECV is above .70 and ω hierarchical above .80.",
            *reasons,
        ),
    )


def _deleted(found: Json) -> tuple[Block, ...]:
    return table(
        "if-item-deleted",
        "Reliability without single items",
        header=columns("Item", "Scale", "α without it", "ω without it", words=(0, 1)),
        rows=[
            (
                str(one["item"]),
                labels.named(name),
                numbers.bounded(one["alpha"]),
                numbers.bounded(one["omega"]),
            )
            for name, scale in found["scales"].items()
            for one in scale["if_item_deleted"]
        ],
    )


def _clustering(found: Json) -> tuple[Block, ...]:
    rows = [
        (
            labels.named(name),
            numbers.estimate(one["clustering"]["icc"]),
            numbers.number(one["clustering"]["design_effect"]),
            numbers.bounded(one["clustering"]["alpha_within"]),
            numbers.bounded(one["clustering"]["alpha_between"]),
        )
        for name, one in found["scales"].items()
        if one["clustering"] is not None
    ]
    return table(
        "clusters",
        "What belonging together does",
        header=columns("Scale", "ICC", "Design effect", "α within", "α between"),
        rows=rows,
    )
