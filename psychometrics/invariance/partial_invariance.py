"""Partial invariance: release the items that differ, worst first, and see what remains.

Where a step is rejected, the item with the smallest p-value (``item_modification_indices``) is
released when that p-value times the number of items looked at stays below 5%, the model is fitted
again, and so on. Once some item is known to differ, a further one is released without the
correction if its own departure of concern is not excluded (``equivalence_test``): differences
rarely come alone, and an item that is not shown to be alike must not carry a mean. The search ends
when no item passes (that the step as a whole is no longer rejected does not end it: an item that
still stands out is named too), or when a factor would keep fewer than two items that are the same
in every group, or not more than half of its items: two items against two could be told either way
round, so the search would name the wrong ones as often as the right ones. An item released at a
step stays so at all later ones.

References
----------
Yoon, M., & Millsap, R. E. (2007). Detecting violations of factorial invariance using data-based
    specification searches. doi:10.1080/10705510701301677.
Steenkamp, J.-B. E. M., & Baumgartner, H. (1998). doi:10.1086/209528, for two invariant items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from psychometrics.cfa.fit_result import Fitted
from psychometrics.cfa.model import Matrix
from psychometrics.invariance.equivalence_test import exclusions
from psychometrics.invariance.identification import Design
from psychometrics.invariance.item_modification_indices import Look, corrected, looks, worst
from psychometrics.invariance.ladder import Rung, rung
from psychometrics.invariance.options import Step
from psychometrics.invariance.prepared_data import Evidence
from psychometrics.invariance.results import Freed
from psychometrics.invariance.score_test import extension_of
from psychometrics.margin import below

LOOK_RATE = 0.05
LEAST_INVARIANT = 2

RULE = (
    "Where a step is rejected, the item with the largest robust modification index (smallest "
    f"p-value) is released if its p-value times the number of items looked at is below "
    f"{LOOK_RATE:g}; then the step is fitted again. Once an item is released, others follow whose "
    f"uncorrected p-value is below {LOOK_RATE:g} and whose departure of concern is not excluded. "
    "The search ends when no item passes, or when a factor would keep fewer than "
    f"{LEAST_INVARIANT} invariant items or not more than half of its items. A released item stays "
    "released at later steps."
)

PARAMETERS: Mapping[Step, tuple[str, ...]] = {
    Step.THRESHOLDS: ("thresholds", "loading"),
    Step.METRIC: ("loading", "intercept"),
    Step.SCALAR: ("intercept",),
    Step.STRICT: ("residual variance",),
}
"""What is an item's own in each group once it is released at a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A ladder with items released.

    Attributes
    ----------
    rungs
        From the first rejected step up to the scalar one, or to where the search ended.
    freed
        Released items, in the order of release.
    released
        By item, the step.
    tenable
        Whether the scalar step may be assumed with these items released.
    """

    rungs: tuple[Rung, ...]
    freed: tuple[Freed, ...]
    released: Mapping[int, Step]
    tenable: bool | None

    @property
    def last(self) -> Fitted:
        """The highest step that was fitted."""
        return self.rungs[-1].fitted


def search(design: Design, evidence: Evidence, rungs: Sequence[Rung]) -> Search | None:
    """Release items from the first rejected step up to the scalar one.

    Parameters
    ----------
    design, evidence
        The ladder and the answers.
    rungs
        The ladder without releases.

    Returns
    -------
    Search or None
        ``None`` when no step from the second up to the scalar one is rejected.
    """
    first = _first_rejected(rungs)
    if first is None or not rungs[0].result.checks.admissible:
        return None
    going = _Going(design=design, evidence=evidence, below={one.step: one for one in rungs[:first]})
    climbed: list[Rung] = []
    for original in rungs[first:]:
        if original.step is Step.STRICT:
            break
        here = _release(going, going.again(original.step) if going.released else original)
        going.below[here.step] = here
        climbed.append(here)
        if here.rejected:
            break
    return Search(
        rungs=tuple(climbed),
        freed=tuple(going.freed),
        released=going.released,
        tenable=_verdict(climbed, rungs[:first]),
    )


def anchored(design: Design, released: Mapping[int, Step]) -> bool:
    """Whether each factor keeps two invariant items, and more than half of its items."""
    return all(_enough(*counts) for counts in _invariant_items(design, released))


def _invariant_items(design: Design, released: Mapping[int, Step]) -> list[tuple[int, int]]:
    """Count each factor's items that no step released, and all of them."""
    kept, held = [0] * design.base.n_factors, [0] * design.base.n_factors
    for row in design.base.rows(Matrix.LOADINGS):
        held[row.column] += 1
        kept[row.column] += design.base.items[row.row] not in released
    return list(zip(kept, held, strict=True))


def _enough(kept: int, held: int) -> bool:
    return kept >= min(LEAST_INVARIANT, held) and 2 * kept > held


def _first_rejected(rungs: Sequence[Rung]) -> int | None:
    """Return the position of the first rejected step below the strict one."""
    for position, one in enumerate(rungs):
        if one.step is not Step.STRICT and one.rejected:
            return position
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Going:
    """A search under way: what it is made in, and three records that grow.

    Attributes
    ----------
    design, evidence
        The ladder and the answers.
    below
        The steps done.
    released
        By item, the step.
    freed
        Released items, in the order of release.
    """

    design: Design
    evidence: Evidence
    below: dict[Step, Rung]
    released: dict[int, Step] = field(default_factory=dict)
    freed: list[Freed] = field(default_factory=list)

    def again(self, step: Step) -> Rung:
        """Fit and judge a step with what is released by now."""
        return rung(self.design, self.evidence, step, self.below, released=self.released)

    def release(self, look: Look, step: Step) -> None:
        """Release an item, and write it down."""
        self.released[look.item] = step
        self.freed.append(
            Freed(
                item=look.item,
                step=step.value,
                parameters=_parameters(step, ordered=self.design.n_thresholds is not None),
                index=look.index,
                df=look.df,
                corrected_p_value=min(look.p_value * self.design.base.n_items, 1.0),
            )
        )


def _release(going: _Going, here: Rung) -> Rung:
    """Release items at one step until it stands or none can be released."""
    rejected = here.rejected
    while True:
        look = _next(going, here, rejected=rejected)
        if look is None:
            return here
        going.release(look, here.step)
        here = going.again(here.step)


def _next(going: _Going, here: Rung, *, rejected: bool) -> Look | None:
    """Return the item to release next at a step that was or was not rejected at first."""
    design, evidence, step = going.design, going.evidence, here.step
    rows = tuple(_candidates(design, step, going.released))
    if not rows:
        return None
    extension = extension_of(here.fitted, rows, design=design, step=step, evidence=evidence)
    found = () if extension is None else looks(extension, design, evidence.total, rows)
    look = worst(found)
    if extension is None or look is None:
        return None
    if rejected and below(corrected(look, len(found)), LOOK_RATE):
        return look
    if not going.released or not below(look.p_value, LOOK_RATE):
        return None
    larger = going.below[design.larger_step(step) or step].fitted
    told = exclusions(extension, rows, fitted=here.fitted, larger=larger, design=design, step=step)
    open_to_doubt = {one.item for one in told if not one.excluded}
    doubted = (one for one in found if one.item in open_to_doubt)
    return worst([one for one in doubted if below(one.p_value, LOOK_RATE)])


def _parameters(step: Step, *, ordered: bool) -> tuple[str, ...]:
    """Name what is a released item's own."""
    if step is Step.THRESHOLDS and not ordered:
        return ()
    return PARAMETERS[step]


def _candidates(design: Design, step: Step, released: Mapping[int, Step]) -> Iterator[int]:
    """Yield rows of items that may still be released."""
    for row, item in enumerate(design.base.items):
        if item in released or not design.restricts(step, row):
            continue
        if anchored(design, {**released, item: step}):
            yield row


def _verdict(climbed: Sequence[Rung], before: Sequence[Rung]) -> bool | None:
    """Whether the scalar step may be assumed: every step up to it, unless it restricts nothing."""
    asked = [one for one in (*before, *climbed) if not one.equivalent]
    if any(one.result.tenable is False for one in asked) or climbed[-1].step is not Step.SCALAR:
        return False
    return True if all(one.result.tenable is True for one in asked) else None
