"""What each item measures, where on the trait, and whether for all alike."""

from __future__ import annotations

from collections.abc import Iterator

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Note, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.figures.names import FigureName
from service.reports.record import Json

TITLE = "Where the items measure (item response theory)"


def irt(sources: Sources) -> Section:
    """Write items, fit, information and targeting of each scale, and items that differ."""
    found = sources.record.section("irt")
    if found is None:
        return absent("irt", TITLE, sources)
    scales = found["scales"]
    blocks = (
        *said(
            "Graded response models, one for each scale: discrimination in the logistic metric, "
            "thresholds in standard deviations of the alliance in the reference group."
        ),
        *_scales(scales),
        *_items(scales),
        *sources.figure(
            FigureName.ITEM_CATEGORIES,
            "How likely each answer is at each level of the alliance. An answer whose curve is "
            "nowhere the highest separates nobody.",
            "One panel an item with a curve for each answer.",
        ),
        *sources.figure(
            FigureName.INFORMATION,
            "How precisely each scale measures along the alliance; where its curve lies below the "
            "dotted line, single scores are not reliable.",
            "Curves of information along the alliance, one a scale.",
        ),
        *_targeting(scales),
        *sources.figure(
            FigureName.TARGETING,
            "Persons (above) and thresholds of the items (below) along the alliance. Persons to "
            "the right of all thresholds cannot be told apart.",
            "Bars of persons above, bars of thresholds below, one panel a scale.",
        ),
        *_short_forms(scales),
        *_dif(sources, found["dif"]),
        *_notes(scales),
        *cautions(found),
    )
    return Section(name="irt", title=TITLE, blocks=blocks)


def _scales(scales: Json) -> tuple[Block, ...]:
    fitted = {name: one for name, one in scales.items() if one["reliability"]}
    return table(
        "irt-scales",
        "Fit and reliability of each scale",
        header=columns(
            "Scale", "Persons", "C2", "RMSEA", "CFI", "Marginal reliability", "Largest Q3",
            "Structural validity by COSMIN's rule", words=(0, 7),
        ),
        rows=[
            (
                name,
                numbers.count(one["n_persons"]),
                _c2(one["fit"]),
                numbers.index(one["fit"] and one["fit"]["rmsea"]),
                numbers.index(one["fit"] and one["fit"]["cfi"]),
                numbers.bounded(one["reliability"]["marginal"]),
                numbers.bounded(one["q3_critical"] and one["q3_critical"]["largest"]),
                labels.RATINGS.get(one["structural_validity"]["rating"], numbers.NONE),
            )
            for name, one in fitted.items()
        ],
        notes=(
            ("C2 from complete answers. COSMIN's rule for item response theory stands beside the "
            "factor analysis, which alone is judged above; its source is recalled, not verified."),
        ),
    )  # fmt: skip


def _c2(fit: Json | None) -> str:
    if fit is None or fit["m2"] is None:
        return numbers.NONE
    return f"{numbers.number(fit['m2'])} ({numbers.count(fit['df'])})"


def _items(scales: Json) -> tuple[Block, ...]:
    rows = [(name, item) for name, one in scales.items() for item in one["items"]]
    return table(
        "irt-items",
        "Items",
        header=columns("Item", "Scale", "Discrimination", "Thresholds", "S-X² (df)", "p",
                       words=(0, 1)),
        rows=[
            (
                str(item["item"]),
                name,
                _with_error(item["discrimination"], item["discrimination_standard_error"]),
                ", ".join(numbers.number(value) for value in item["thresholds"]),
                _s_x2(item["fit"]),
                numbers.p_value(item["fit"] and item["fit"]["p_value"]),
            )
            for name, item in rows
        ],
        notes=("Standard errors in parentheses, from the observed information.",),
    )  # fmt: skip


def _with_error(value: float | None, error: float | None) -> str:
    text = numbers.number(value)
    return text if error is None else f"{text} ({numbers.number(error)})"


def _s_x2(fit: Json | None) -> str:
    if fit is None or fit["s_x2"] is None:
        return numbers.NONE
    return f"{numbers.number(fit['s_x2'])} ({numbers.count(fit['df'])})"


def _targeting(scales: Json) -> tuple[Block, ...]:
    shown = {name: one["targeting"] for name, one in scales.items() if one["targeting"]}
    return table(
        "irt-targeting",
        "Persons and thresholds",
        header=columns(
            "Scale", "Lowest threshold", "Highest threshold", "Persons above it",
            "Measured from", "to", "Persons within",
        ),
        rows=[
            (
                name,
                numbers.number(one["lowest_threshold"]),
                numbers.number(one["highest_threshold"]),
                numbers.share(one["share_above_highest"]),
                numbers.number(one["measured_from"]),
                numbers.number(one["measured_to"]),
                numbers.share(one["share_measured"]),
            )
            for name, one in shown.items()
        ],
        notes=("Measured: where the reliability of a single score is .70 or more.",),
    )  # fmt: skip


def _short_forms(scales: Json) -> tuple[Block, ...]:
    rows = [(name, form) for name, one in scales.items() for form in one["short_forms"]]
    return table(
        "irt-short-forms",
        "Items that keep most of the reliability",
        header=columns("Scale", "Items", "Which", "Marginal reliability", "Lost", words=(0, 2)),
        rows=[
            (
                name,
                numbers.count(form["n_items"]),
                ", ".join(str(item) for item in form["items"]),
                numbers.bounded(form["marginal_reliability"]),
                numbers.bounded(form["lost"]),
            )
            for name, form in rows
        ],
        notes=("A selection from these answers looks better than it will be in others.",),
    )


def _dif(sources: Sources, found: Json | None) -> tuple[Block, ...]:
    if found is None:
        return ()
    flagged = [one for one in found["items"] if one["flagged"]]
    groups = ", ".join(str(group["name"]) for group in found["groups"])
    sentence = (
        f"Items that differ between {found.get('between', 'groups')} ({groups}; the first is the "
        "reference): "
        f"{numbers.count(len(flagged))} of {numbers.count(len(found['items']))} tested."
    )
    return (
        *said(sentence if found["items"] else ""),
        *table(
            "irt-dif",
            "Items that differ",
            header=columns(
                "Item", "Scale", "Likelihood ratio (df)", "Adjusted p", "Difference, points",
                "dMACS", "Class", "Logistic regression, ΔR²", words=(0, 1, 6),
            ),
            rows=[
                (
                    str(one["item"]),
                    one["scale"],
                    f"{numbers.number(one['chi_square'])} ({numbers.count(one['df'])})",
                    numbers.p_value(one["adjusted_p_value"]),
                    numbers.number(one["effect"]["expected_score_difference"]),
                    numbers.number(one["effect"]["dmacs"]),
                    one["class"],
                    numbers.index(one["logistic"] and one["logistic"]["r2_change"]),
                )
                for one in found["items"]
            ],
            notes=(
                ("Anchors purified, Holm's adjustment within a scale. Difference: expected answer "
                "of the other group less that of the reference at the same alliance."),
            ),
        ),
        *sources.figure(
            FigureName.ITEM_DIF,
            "Expected answers to items that differ, at the same alliance.",
            "Two curves an item, one for each group, with the area between them shaded; "
            f"{numbers.count(len(flagged))} items differ.",
        ),
        *said(*_shifts(found)),
        *(
            Note(text=f"{labels.named(name)}: {reason}.")
            for name, reason in found["reasons"].items()
        ),
        *cautions(found),
    )  # fmt: skip


def _shifts(found: Json) -> Iterator[str]:
    """Say what the items that differ do to a comparison of groups."""
    flagged = {one["scale"] for one in found["items"] if one["flagged"]}
    for shift in found["shifts"]:
        if shift["scale"] in flagged and shift["moved"] is not None:
            yield (
                f"{labels.named(shift['scale'])}: taking all items as equal moves the latent "
                f"difference of the groups by {numbers.number(shift['moved'])} SD."
            )


def _notes(scales: Json) -> Iterator[Block]:
    for name, one in scales.items():
        if one["reason"]:
            yield Note(text=f"{labels.named(name)}: not estimated; {one['reason']}.")
        for caution in one["cautions"]:
            yield Note(text=f"{labels.named(name)}: {caution}")
