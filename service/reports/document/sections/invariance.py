"""Whether the same answers mean the same in every group, and what may be compared."""

from __future__ import annotations

from service.reports.curve_selection import drawn_effects
from service.reports.document import labels, numbers
from service.reports.document.elements import Block, Note, Section
from service.reports.document.sections.parts import Sources, absent, cautions, columns, said, table
from service.reports.figures.names import FigureName
from service.reports.indices import block_of
from service.reports.record import Json

TITLE = "Do the same answers mean the same in every group?"
COMPARISON = "Comparison of groups"
_SHUT = frozenset({"refused", "inconclusive"})
_GATE = {
    "permitted": "Groups may be compared.",
    "partial": "Groups may be compared with the items that differ released.",
    "bounded": "The difference between groups is bounded, not certified; no mean is shown.",
    "refused": "Groups must not be compared; no mean is shown.",
    "inconclusive": "Whether groups may be compared cannot be said; no mean is shown.",
}


def invariance(sources: Sources) -> Section:
    """Write the ladder of invariance, step by step."""
    found = sources.record.section("invariance")
    if found is None:
        return absent("invariance", TITLE, sources)
    blocks = (
        *said(_groups(found), _level(found)),
        *sources.figure(
            FigureName.LADDER,
            "The ladder of invariance, from the bottom upwards: each step says more alike of all "
            "groups. Right: how the indices of fit changed from the step below.",
            "Ladder: "
            + "; ".join(
                f"{step['step']} {labels.TENABLE[step['tenable']]}" for step in found["steps"]
            )
            + ".",
        ),
        *_steps(found),
        *_differences(sources, found),
        *cautions(found),
    )
    return Section(name="invariance", title=TITLE, blocks=blocks)


def comparison(sources: Sources) -> Section:
    """Write means where the gate is open, and why not where it is shut."""
    found = sources.record.section("comparison")
    if found is None:
        return absent("comparison", COMPARISON, sources)
    status = found["status"]
    opening = f"{_GATE[status]} {found['reason'] or ''}".strip()
    if status in _SHUT:
        return Section(name="comparison", title=COMPARISON, blocks=(Note(text=opening),))
    blocks = (
        *said(opening),
        *sources.figure(
            FigureName.LATENT_MEANS,
            f"Latent means with their 95% intervals; the reference group, {found['reference']}, "
            "stands at zero, and the unit is its standard deviation.",
            _spoken_means(found),
        ),
        *_latent(found),
        *_bounds(found),
        *_observed(found),
        *_freed(found),
        *cautions({"cautions": _own_cautions(sources, found)}),
    )
    return Section(name="comparison", title=COMPARISON, blocks=blocks)


def _own_cautions(sources: Sources, found: Json) -> list[str]:
    """Return the doubts that the ladder's section does not state already."""
    ladder = sources.record.section("invariance") or {}
    said_before = set(ladder.get("cautions") or ())
    return [sentence for sentence in found["cautions"] if sentence not in said_before]


def _groups(found: Json) -> str:
    sizes = numbers.listed(
        f"{group['name']} (n = {numbers.count(group['n'])})" for group in found["groups"]
    )
    return (
        f"Groups by {found['group']}: {sizes}; reference {found['reference']}. Estimator "
        f"{found['estimator']}."
    )


def _level(found: Json) -> str:
    level = found["level"]
    if level is None:
        return "Not even the same factors could be shown in all groups."
    return f"The last step that holds: {labels.STEPS.get(level, level)}."


def _steps(found: Json) -> tuple[Block, ...]:
    rules = [
        f"{labels.STEPS.get(step['step'], step['step'])}: {step['rule']}" for step in found["steps"]
    ]
    return table(
        "invariance",
        "Steps of invariance",
        header=columns(
            "Step", "Holds", "CFI", "RMSEA", "SRMR", "Difference test", "ΔCFI", "ΔRMSEA", "ΔSRMR",
            "Power", words=(0, 1, 5),
        ),
        rows=[_step(step) for step in found["steps"]],
        notes=(
            "Power: of the difference test, to see a stated departure. Low power is never a pass.",
            *dict.fromkeys(rules),
        ),
    )  # fmt: skip


def _step(step: Json) -> tuple[str, ...]:
    block, delta, difference = block_of(step["model"]), step["delta"], step["difference"]
    return (
        labels.STEPS.get(step["step"], str(step["step"])),
        labels.TENABLE[step["tenable"]],
        numbers.index(block["cfi"]),
        numbers.index(block["rmsea"]),
        numbers.index(step["model"]["srmr"]),
        numbers.NONE
        if difference is None
        else numbers.test(difference["chi_square"], difference["df"], difference["p_value"]),
        *(
            numbers.NONE if delta is None else numbers.index(delta[name])
            for name in ("cfi", "rmsea", "srmr")
        ),
        numbers.bounded(step["power"]),
    )


def _differences(sources: Sources, found: Json) -> tuple[Block, ...]:
    partial = found["partial_invariance"]
    if partial is None:
        return ()
    return (
        *sources.figure(
            FigureName.ITEM_DIFFERENCES,
            "Expected answers at the same alliance, in the reference group and in the other: where "
            f"the lines part, the item works differently. {_how_many(found)}",
            "Curves of expected answers over the alliance for items "
            f"{numbers.listed(dict.fromkeys(one['item'] for one in drawn_effects(found)))}.",
        ),
        *table(
            "item-differences",
            "Items that work differently",
            header=columns(
                "Item", "Group", "dMACS", "Signed dMACS", "Expected difference, points",
                words=(0, 1),
            ),
            rows=[
                (
                    str(one["item"]),
                    one["group"],
                    numbers.number(one["dmacs"]),
                    numbers.number(one["signed_dmacs"]),
                    numbers.number(one["expected_score_difference"]),
                )
                for one in partial["effects"]
            ],
            notes=(
                ("dMACS: difference of the expected answers at the same alliance, in standard "
                "deviations of the item (Nye & Drasgow, 2011)."),
                f"Rule of the search: {partial['rule']}",
            ),
        ),
    )  # fmt: skip


def _how_many(found: Json) -> str:
    """Say which of the items that differ are drawn."""
    n_drawn, n_found = len(drawn_effects(found)), len(found["partial_invariance"]["effects"])
    if n_drawn == n_found:
        return f"All {n_found} that differ are drawn." if n_found > 1 else ""
    return (
        f"Drawn are {n_drawn} of {n_found}, those with the largest difference whose group is not "
        "withheld; all stand in the table."
    )


def _latent(found: Json) -> tuple[Block, ...]:
    return table(
        "latent-means",
        "Latent means",
        header=columns("Group", "Factor", "Estimate [95%]", "SE", "Standardized", words=(0, 1)),
        rows=[
            (
                one["group"],
                labels.factor(one["factor"]),
                numbers.estimate(one, numbers.number),
                numbers.number(one["standard_error"]),
                numbers.number(one["standardized"]),
            )
            for one in found["latent_means"]
        ],
        notes=(f"Reference group {found['reference']}: latent means of zero.",),
    )


def _bounds(found: Json) -> tuple[Block, ...]:
    return table(
        "bounds",
        "How far bias of single items could move the differences",
        header=columns(
            "Group", "Factor", "Difference [95%]", "With bias", "Moved most by", "Robust",
            "Items that differ move it by", words=(0, 1, 4, 6),
        ),
        rows=[
            (
                one["group"],
                labels.factor(one["factor"]),
                numbers.estimate(one, numbers.number),
                numbers.interval(one["with_bias"], numbers.number),
                _moved(one["moved_most_by"]),
                numbers.number(one["robust_estimate"]),
                _moved_by_flagged(one),
            )
            for one in found["bounds"]
        ],
        notes=(
            (f"Group less {found['reference']}, in standard deviations of {found['reference']}. "
            "With bias: the 95% intervals with each item freed in turn, a robust one, and the one "
            "without what items that differ by item response theory move, taken together. A "
            "direction is told only where it excludes zero."),
        ),
    )  # fmt: skip


def _moved(moved: Json | None) -> str:
    if moved is None:
        return numbers.NONE
    return f"item {moved['item']} ({numbers.number(moved['by'])})"


def _moved_by_flagged(bound: Json) -> str:
    items = bound.get("flagged_items")  # results of earlier releases have none
    if not items or bound["moved_by_flagged"] is None:
        return numbers.NONE
    word = "item" if len(items) == 1 else "items"
    return f"{numbers.number(bound['moved_by_flagged'])} ({word} {numbers.listed(map(str, items))})"


def _spoken_means(found: Json) -> str:
    means = "; ".join(
        f"{one['group']}, {labels.factor(one['factor'])} {numbers.estimate(one, numbers.number)}"
        for one in found["latent_means"]
    )
    return f"Points with intervals, one for each group and factor: {means}."


def _observed(found: Json) -> tuple[Block, ...]:
    return table(
        "observed-means",
        "Observed means",
        header=columns("Group", "Scale", "n", "M", "SD", "Effect size [95%]", words=(0, 1)),
        rows=[
            (
                one["group"],
                labels.named(one["scale"]),
                numbers.count(one["n"]),
                numbers.number(one["mean"]),
                numbers.number(one["sd"]),
                numbers.NONE
                if one["effect_size"] is None
                else f"{numbers.number(one['effect_size'])} "
                f"{numbers.interval(one['interval'], numbers.number)}",
            )
            for one in found["observed_means"]
        ],
    )


def _freed(found: Json) -> tuple[Block, ...]:
    if not found["freed"]:
        return ()
    items = numbers.listed(
        f"item {one['item']} ({numbers.listed(one['parameters'])})" for one in found["freed"]
    )
    return said(f"Released: {items}.")
