"""Whether these groups may be compared at all: five answers, each with its reason.

=============  =================================================================================
permitted      every step up to the scalar one is tenable: no test speaks against it, and what would
               matter is excluded, in several items together and in every single one
partial        a step was rejected, but with the items that differ released every step up to the
               scalar one is tenable; each factor keeps two invariant items at least, and more
               than half of its items
bounded        none of these, but fewer than half of each factor's items differ: the latent
               difference stands with how far bias of single items could move it (``bounds``)
refused        the factors themselves differ, or half or more of a factor's items do
inconclusive   too few persons, categories collapsed away or never used by a group, or no admissible
               solution
=============  =================================================================================

No mean is computed here; ``comparison`` asks first.

References
----------
Byrne, B. M., Shavelson, R. J., & Muthén, B. (1989). Testing for the equivalence of factor
    covariance and mean structures: the issue of partial measurement invariance.
    doi:10.1037/0033-2909.105.3.456.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from psychometrics.cfa.model import Matrix
from psychometrics.invariance.bounds import Bounds, has_direction
from psychometrics.invariance.identification import Design
from psychometrics.invariance.ladder import Rung
from psychometrics.invariance.options import Step
from psychometrics.invariance.partial_invariance import anchored
from psychometrics.invariance.unused_categories import unused_categories
from psychometrics.invariance.workflow import Study

LEAST_PERSONS = 100
"""Persons a group needs; fewer are too few for any factor analysis (COSMIN)."""

LEAST_ORDERED = 2
"""Items of each factor that must keep three categories or more."""


class Status(Enum):
    """What the gate answers; the value is the contract's name."""

    PERMITTED = "permitted"
    PARTIAL = "partial"
    BOUNDED = "bounded"
    REFUSED = "refused"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The gate's answer.

    Attributes
    ----------
    status
        The answer.
    reason
        Why, in a sentence without any figure of a group.
    """

    status: Status
    reason: str


def ruling(found: Study) -> Ruling:
    """Decide whether groups may be compared."""
    obstacle = _obstacle(found)
    if obstacle is not None:
        return obstacle
    asked = [one for one in found.rungs if one.step is not Step.STRICT and not one.equivalent]
    if found.search is not None:
        return _with_releases(found)
    undecided = next((one for one in asked if one.result.tenable is not True), None)
    if undecided is not None:
        return Ruling(status=Status.BOUNDED, reason=_undecided(undecided))
    return Ruling(
        status=Status.PERMITTED,
        reason="Every step up to equal intercepts is tenable: the same answers mean the same.",
    )


def _obstacle(found: Study) -> Ruling | None:
    """Return what stands in the way before the ladder is even asked."""
    first = found.rungs[0].result
    if min(found.evidence.n_persons) < LEAST_PERSONS:
        return Ruling(
            status=Status.INCONCLUSIVE,
            reason=f"Too few persons: every group needs {LEAST_PERSONS} or more.",
        )
    if _collapsed(found.design, found.groups[0].responses.instrument.n_categories):
        return Ruling(
            status=Status.INCONCLUSIVE,
            reason=(
                "Categories collapsed away: too many categories are empty in some group, so a "
                f"factor keeps fewer than {LEAST_ORDERED} items with three categories."
            ),
        )
    if unused_categories(found.design, found.evidence):
        return Ruling(
            status=Status.INCONCLUSIVE,
            reason=(
                "A group never uses categories that the others use: a shorter range of answers "
                "and another mean cannot be told apart."
            ),
        )
    if not first.checks.admissible:
        return Ruling(
            status=Status.INCONCLUSIVE,
            reason="The model of each group by itself has no admissible solution.",
        )
    if first.tenable is False:
        return Ruling(
            status=Status.REFUSED,
            reason="The factors themselves do not fit each group (configural step).",
        )
    return None


def _collapsed(design: Design, n_categories: int) -> bool:
    """Whether merging left a factor with fewer than two items of three categories."""
    if design.n_thresholds is None or n_categories < 3:
        return False
    for column in range(design.base.n_factors):
        held = [r.row for r in design.base.rows(Matrix.LOADINGS) if r.column == column]
        kept = sum(design.n_thresholds[row] > 1 for row in held)
        if kept < min(LEAST_ORDERED, len(held)):
            return True
    return False


def _with_releases(found: Study) -> Ruling:
    search = found.search
    if search is None:
        raise ArithmeticError("a ladder without a rejected step has no search")
    if search.tenable is True and anchored(found.design, search.released):
        return Ruling(
            status=Status.PARTIAL,
            reason=(
                "Some items work differently; without them every step up to equal intercepts is "
                "tenable, so latent means may be compared and observed scores may not."
            ),
        )
    if search.tenable is None:
        undecided = [one for one in search.rungs if one.result.tenable is None]
        step = (undecided or [search.rungs[-1]])[0]
        return Ruling(status=Status.BOUNDED, reason=_undecided(step))
    return Ruling(
        status=Status.BOUNDED,
        reason=(
            f"The {search.rungs[-1].step.value} step is rejected and releasing items that differ "
            "does not change that: the same answers do not mean quite the same."
        ),
    )


def with_bounds(ruled: Ruling, found: Bounds | None) -> Ruling:
    """Decide whether a difference that is not certified can be bounded.

    Parameters
    ----------
    ruled
        The ladder's answer.
    found
        The bounds; ``None`` where the ladder shut the gate.
    """
    if ruled.status is not Status.BOUNDED or found is None:
        return ruled
    if not found.results:
        return Ruling(
            status=Status.INCONCLUSIVE,
            reason=f"{ruled.reason} The model with equal intercepts has no admissible solution.",
        )
    if found.overwhelmed:
        return Ruling(
            status=Status.REFUSED,
            reason=f"Half or more of the items of {' and '.join(found.overwhelmed)} work "
            "differently: nothing in these answers tells which half to believe.",
        )
    said = (
        "A difference keeps its direction whatever single items do."
        if has_direction(found.results)
        else "Bias of a single item could turn the direction of each difference."
    )
    return Ruling(
        status=Status.BOUNDED,
        reason=f"{ruled.reason} Latent differences stand with how far bias of single items could "
        f"move them; observed means stay hidden. {said}",
    )


def _undecided(one: Rung) -> str:
    checks = one.result.checks
    if one.step is Step.CONFIGURAL and checks.admissible:
        return (
            "Whether the factors fit each group (configural step) cannot be decided: fit indices "
            "fall beyond bounds, but the test does not speak strongly against them."
        )
    where = f"The {one.step.value} step cannot be decided"
    if not checks.admissible:
        return f"{where}: its solution is not admissible."
    if checks.difference is None:
        return f"{where}: its test speaks against it, but not strongly, and no single item does."
    if checks.power is not True and checks.indices is not False:
        return f"{where}: with so few persons a departure that matters would probably not be seen."
    if checks.indices is not True:
        return f"{where}: no test rejects it, but fit indices fall beyond bounds."
    return f"{where}: a departure that matters, of a single item, cannot be excluded."
