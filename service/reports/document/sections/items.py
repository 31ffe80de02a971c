"""How each item and scale is answered: distribution, floor and ceiling, key."""

from __future__ import annotations

from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.figures.names import FigureName
from service.reports.record import Json

TITLE = "Items and scores"


def items(sources: Sources) -> Section:
    """Describe items and scales."""
    found = sources.record.section("items")
    if found is None:
        return absent("items", TITLE, sources)
    blocks = (
        *_scales(found),
        *sources.figure(
            FigureName.DISTRIBUTIONS,
            "Answers to each item, highest answers at the right; numbers: share of the lowest and "
            "highest answer. Bars stand around the middle answer. Hatched: answers missing, or "
            "withheld because few persons chose them.",
            _spoken_distribution(found),
        ),
        *_items(found),
        *_screening(found),
        *sources.figure(
            FigureName.CORRELATIONS,
            "Polychoric correlations of the items, those of a subscale side by side.",
            "Triangle of colours: correlations of all pairs of items. " + _range(found),
        ),
        *cautions(found),
    )
    return Section(name="items", title=TITLE, blocks=blocks)


def _scales(found: Json) -> tuple[Block, ...]:
    return table(
        "scores",
        "Scores: distribution, floor and ceiling",
        header=columns("Scale", "n", "M", "SD", "Skewness", "At lowest score", "At highest score"),
        rows=[
            (
                labels.named(name),
                numbers.count(one["n_scored"]),
                numbers.number(one["mean"]),
                numbers.number(one["sd"]),
                numbers.number(one["skewness"]),
                numbers.share(one["floor"]),
                numbers.share(one["ceiling"]),
            )
            for name, one in found["scales"].items()
        ],
        notes=(
            (
                "Sum scores, reverse-keyed items recoded. More than 15% at the lowest or highest "
                "possible score is usually read as floor or ceiling. – withheld or not estimable."
            ),
        ),
    )


def _items(found: Json) -> tuple[Block, ...]:
    return table(
        "items",
        "Items",
        header=columns(
            "Item", "Subscale", "n", "M", "SD", "Skewness", "Kurtosis", "Missing", "Floor",
            "Ceiling", "Item-rest r", words=(0, 1),
        ),
        rows=[_item(one) for one in found["items"]],
        notes=(
            (f"N = {numbers.count(found['n_persons'])}; each item uses what it has. Item-rest r: "
            "correlation with the sum of the other items of its subscale. Kurtosis: 0 for a normal "
            "distribution. Floor and ceiling: share with the lowest and highest answer. – not "
            "estimable, or withheld because it would tell of ten persons or fewer; where a "
            "category is withheld, M and SD have one digit."),
        ),
    )  # fmt: skip


def _item(one: Json) -> tuple[str, ...]:
    rounded = None in one["category_counts"]
    digits = 1 if rounded else 2
    return (
        str(one["item"]),
        "none" if one["subscale"] is None else labels.named(one["subscale"]),
        numbers.count(one["n_answered"]),
        numbers.number(one["mean"], digits),
        numbers.number(one["sd"], digits),
        numbers.number(one["skewness"]),
        numbers.number(one["kurtosis"]),
        numbers.share(one["missing"]),
        numbers.share(one["floor"]),
        numbers.share(one["ceiling"]),
        numbers.bounded(one["item_rest_correlation"]),
    )


def _screening(found: Json) -> tuple[Block, ...]:
    suspects = found["key_check"]["suspects"]
    key = (
        "The answers do not contradict the key."
        if not suspects
        else "The answers contradict the key: "
        + "; ".join(f"item {one['item']}, {one['reason']}" for one in suspects)
        + "."
    )
    rows = [
        (labels.named(spoken), numbers.count(one["n_screened"]), numbers.count(one["n_flagged"]),
         one["rule"])
        for name, one in found["careless"].items()
        for spoken in (labels.spoken(name),)
    ]  # fmt: skip
    return (
        *said(key, _dependence(found["local_dependence"])),
        *table(
            "careless",
            "Signs of careless answering; nobody was left out for them",
            header=columns("Sign", "n looked at", "n with the sign", "Rule", words=(0, 3)),
            rows=rows,
            notes=("A ceiling alone makes long runs of the same answer.",),
        ),
    )


def _dependence(found: Json) -> str:
    if found["largest"] is None:
        return ""
    return (
        f"The largest residual correlation of two items is {numbers.bounded(found['largest'])} "
        f"(bound {numbers.bounded(found['threshold'])})."
    )


def _spoken_distribution(found: Json) -> str:
    known = [one["ceiling"] for one in found["items"] if one["ceiling"] is not None]
    if not known:
        return "Stacked bars, one for each item: share of persons by answer."
    return (
        "Stacked bars, one for each item: share of persons by answer. The highest answer was "
        f"chosen by {numbers.share(min(known))} to {numbers.share(max(known))}."
    )


def _range(found: Json) -> str:
    matrix = found["inter_item"]["polychoric"] or []
    values = [value for row, line in enumerate(matrix) for value in line[:row] if value is not None]
    if not values:
        return ""
    return f"They lie between {numbers.bounded(min(values))} and {numbers.bounded(max(values))}."
