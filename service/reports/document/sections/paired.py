"""Two scores of each person: two occasions, or two respondents."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.figures.names import FigureName
from service.reports.record import Json

RETEST, AGREEMENT = (
    "Reliability on two occasions, measurement error",
    "Agreement of two respondents",
)
_READING = (
    "Difference of the two scores of each person over their mean (Bland & Altman), as shares of "
    "pairs in bins; single persons are not drawn, and bins of ten pairs or fewer are left white "
    "like empty ones. Line: mean difference (bias); dashed: limits of agreement, between which lie "
    "about 95% of the differences; grey and red bands: their 95% intervals."
)
_LIMITS_ALONE = (
    "Differences of the two scores of each person. Diamond: mean difference (bias) with its 95% "
    "interval; band: between the limits of agreement lie about 95% of the differences, thick ends: "
    "intervals of the limits. The pairs are too few to show where they lie without telling of "
    "single persons."
)


def retest(sources: Sources) -> Section:
    """Write how scores stay the same between occasions."""
    found = sources.record.section("retest")
    if found is None:
        return absent("retest", RETEST, sources)
    first, second = found["occasions"]
    blocks = (
        *said(
            f"Session {numbers.count(first)} and session {numbers.count(second)} of "
            f"{numbers.count(found['n_persons'])} persons."
        ),
        *_coefficients(found, "retest"),
        *sources.figure(FigureName.RETEST, _reading(found), _limits(found)),
        *cautions(found),
    )
    return Section(name="retest", title=RETEST, blocks=blocks)


def agreement(sources: Sources) -> Section:
    """Write how far two respondents agree."""
    found = sources.record.section("agreement")
    if found is None:
        return absent("agreement", AGREEMENT, sources)
    blocks = (
        *said(
            f"{labels.named(found['judge'])} held against {found['truth']}, "
            f"{numbers.count(found['n_persons'])} pairs."
        ),
        *_coefficients(found, "agreement"),
        *_truth_and_bias(found),
        *sources.figure(FigureName.AGREEMENT, _reading(found), _limits(found)),
        *cautions(found),
    )
    return Section(name="agreement", title=AGREEMENT, blocks=blocks)


def _coefficients(found: Json, name: str) -> tuple[Block, ...]:
    level = numbers.level(one["icc_2_1"] for one in found["scales"].values())
    return table(
        name,
        "Agreement and measurement error",
        header=columns(
            "Scale", "Pairs", f"Difference [{level}]", f"ICC(2,1) [{level}]", f"ICC(3,1) [{level}]",
            "Limits of agreement", f"SEM [{level}]", "SDC",
        ),
        rows=[_scale(key, one) for key, one in found["scales"].items()],
        notes=(
            ("ICC(2,1): absolute agreement, ICC(3,1): consistency. Limits of agreement: Bland & "
            "Altman. SEM: standard error of measurement; SDC: smallest detectable change of one "
            "person; both and the difference in points."),
        ),
    )  # fmt: skip


def _scale(name: str, one: Json) -> tuple[str, ...]:
    limits = one["limits_of_agreement"]
    ends = (limits["lower"]["estimate"], limits["upper"]["estimate"])
    return (
        labels.named(name),
        numbers.count(one["n_pairs"]),
        numbers.estimate(one["difference"], numbers.number),
        numbers.estimate(one["icc_2_1"]),
        numbers.estimate(one["icc_3_1"]),
        numbers.NONE if None in ends else f"{numbers.number(ends[0])} to {numbers.number(ends[1])}",
        numbers.estimate(one["standard_error_of_measurement"], numbers.number),
        numbers.number(one["smallest_detectable_change"]),
    )


def _truth_and_bias(found: Json) -> tuple[Block, ...]:
    return table(
        "truth-and-bias",
        f"How {found['judge']} follows {found['truth']}",
        header=columns("Scale", "Difference of level [95%]", "Tracking [95%]"),
        rows=[
            (
                labels.named(name),
                numbers.estimate(one["truth_and_bias"]["level_difference"], numbers.number),
                numbers.estimate(one["truth_and_bias"]["tracking"], numbers.number),
            )
            for name, one in found["scales"].items()
        ],
        notes=("Tracking: slope of the one score on the other, 1 where they move together.",),
    )


def _reading(found: Json) -> str:
    dense = any((one.get("density") or {}).get("mean_edges") for one in found["scales"].values())
    return _READING if dense else _LIMITS_ALONE


def _limits(found: Json) -> str:
    parts = [
        f"{labels.named(name)}: mean difference {numbers.number(one['difference']['estimate'])}, "
        f"limits {numbers.number(one['limits_of_agreement']['lower']['estimate'])} to "
        f"{numbers.number(one['limits_of_agreement']['upper']['estimate'])}"
        for name, one in found["scales"].items()
        if one["difference"]["estimate"] is not None
    ]
    return f"Differences of two scores, scale by scale. {'; '.join(parts)}."
