"""Repeated ratings: the course of the scores, and which change matters."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, table
from service.reports.figures.names import FigureName
from service.reports.record import Json

TRAJECTORY, RESPONSIVENESS = "Course over sessions", "Responsiveness"
_READING = (
    "Line: mean of the scores of each session, band: its 95% interval. Shading: shares of persons "
    "in classes of the score; no single person is drawn, and classes of ten persons or fewer are "
    "white."
)


def trajectory(sources: Sources) -> Section:
    """Write how scores change over sessions."""
    found = sources.record.section("trajectory")
    if found is None:
        return absent("trajectory", TRAJECTORY, sources)
    blocks = (
        *_courses(found),
        *sources.figure(FigureName.MEAN_COURSE, _READING, _described(found)),
        *cautions(found),
    )
    return Section(name="trajectory", title=TRAJECTORY, blocks=blocks)


def _courses(found: Json) -> tuple[Block, ...]:
    return table(
        "trajectory",
        "Growth of each scale",
        header=columns(
            "Scale", "Persons", "Shape", "Slope [95%]", "Levels off at", "ICC",
            "Reliability of change", "Growth of the alliance", words=(0, 2, 7),
        ),
        rows=[_course(name, one) for name, one in found["scales"].items()],
        notes=(
            ("Slope: mean change per unit of the shape's time, in points. Growth of the alliance: "
            "whether the items work alike on the sessions compared, so that a change of the scores "
            "is one of the alliance."),
        ),
    )  # fmt: skip


def _course(name: str, one: Json) -> tuple[str, ...]:
    growth, plateau, gate = one["growth"], one["plateau"], one["invariance"]
    return (
        labels.named(name),
        numbers.count(one["n_persons"]),
        one["shape"] or numbers.NONE,
        numbers.NONE if growth is None else numbers.estimate(growth["slope"], numbers.number),
        numbers.NONE if plateau is None else numbers.number(plateau["from_occasion"]),
        numbers.number(one["within_person"]["icc"]),
        numbers.number(one["within_person"]["reliability_of_change"]),
        "carried" if gate["carried"] else f"not carried ({gate['status']})",
    )


def _described(found: Json) -> str:
    parts = [
        f"{labels.named(name)}: "
        + ", ".join(numbers.number(one["mean"]) for one in scale["occasion_means"])
        for name, scale in found["scales"].items()
    ]
    return f"Mean scores session by session. {'; '.join(parts)}."


def responsiveness(sources: Sources) -> Section:
    """Write whether scales show change, and which change matters."""
    found = sources.record.section("responsiveness")
    if found is None:
        return absent("responsiveness", RESPONSIVENESS, sources)
    scales = found["scales"]
    blocks = (
        *table(
            "responsiveness",
            f"Change from session {numbers.number(found['first'])} to session "
            f"{numbers.number(found['second'])}, against {found['anchor']}",
            header=columns(
                "Scale", "Persons", "SRM [95%]", "Correlation with anchor [95%]", "AUC [95%]",
                "MIC, adjusted [95%]", "SDC", "Verdict", words=(0, 7),
            ),
            rows=[_change(name, one) for name, one in scales.items()],
            notes=(
                ("SRM: standardized response mean. AUC: area under the curve of improved against "
                "others. MIC: minimal important change by predictive modelling, adjusted "
                f"({next(iter(scales.values()))['minimal_important_change']['adjustment']}). "
                "SDC: smallest detectable change; both in points."),
            ),
        ),
        *cautions(found),
    )  # fmt: skip
    return Section(name="responsiveness", title=RESPONSIVENESS, blocks=blocks)


def _change(name: str, one: Json) -> tuple[str, ...]:
    important = one["minimal_important_change"]
    roc = important["roc"]
    return (
        labels.named(name),
        numbers.count(one["n"]),
        numbers.estimate(one["standardized_response_mean"]),
        numbers.estimate(one["anchor_correlation"]),
        numbers.estimate({"estimate": roc["auc"], "interval": roc["interval"]}),
        numbers.estimate(important["adjusted_predictive"], numbers.number),
        numbers.number(one["smallest_detectable_change"]),
        one["verdict"],
    )
