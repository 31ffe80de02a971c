"""Whether a step of the ladder may be assumed: difference test, indices and power together.

A step is

- *not tenable* when a single item stands out (``item_modification_indices``, corrected for the
  number of items) or its difference test rejects it, each at half of the step's error rate of 5%.
  Once the difference test rejects, an item needs to stand out at 5% only; while none does, the
  rejection counts from p < .001 and leaves the step undecided above;
- *tenable* when neither test rejects it, the indices stay within the bounds, a departure of concern
  is excluded for every single item (``equivalence_test``), and the difference test had the power to
  see the stated departure of several (``power``);
- undecided otherwise: what a test without power does not reject is not shown to hold.

Chen's (2007) bounds: ΔCFI ≥ −.010 with ΔRMSEA ≤ .015 or ΔSRMR ≤ .030 for loadings (and, by our
extension, thresholds), ≤ .010 for intercepts and residuals, for more than 300 persons (known to us
from secondary sources); −.005, .010, .025 and .005 for 300 or fewer (recalled, not verified).

The first step is judged by its fit: an exact-fit test that does not reject at 5%, or CFI ≥ .95 with
RMSEA ≤ .06 or SRMR ≤ .08 (Hu & Bentler, 1999, from secondary sources). Where neither is so, it is
not tenable if the exact-fit test rejects at .001, and undecided above.

References
----------
Chen, F. F. (2007). Sensitivity of goodness of fit indexes to lack of measurement invariance.
    doi:10.1080/10705510701301834.
Hu, L., & Bentler, P. M. (1999). doi:10.1080/10705519909540118.
"""

from __future__ import annotations

from dataclasses import dataclass

from psychometrics.cfa.results import FitIndices, ModelFit
from psychometrics.invariance.equivalence_test import EXCLUSION_RATE
from psychometrics.invariance.options import Step
from psychometrics.invariance.results import Checks, Delta
from psychometrics.margin import above, below, every, some

ERROR_RATE = 0.05
TEST_RATE = ERROR_RATE / 2
STRONG = 0.001
ENOUGH_POWER = 0.80
SMALL_SAMPLE = 300
CFI_BOUND, RMSEA_BOUND, SRMR_BOUND = 0.95, 0.06, 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far indices may change.

    Attributes
    ----------
    cfi
        May fall by so much.
    rmsea, srmr, srmr_loadings
        May rise by so much; SRMR by the last when loadings or thresholds become equal.
    source
        Where they come from and how sure we are of it.
    """

    cfi: float
    rmsea: float
    srmr: float
    srmr_loadings: float
    source: str

    def srmr_of(self, step: Step) -> float:
        """Return the bound for SRMR at a step."""
        return self.srmr_loadings if step in {Step.THRESHOLDS, Step.METRIC} else self.srmr


LARGE = Bounds(
    cfi=0.010,
    rmsea=0.015,
    srmr=0.010,
    srmr_loadings=0.030,
    source="Chen (2007) for more than 300 persons, known from secondary sources",
)
SMALL = Bounds(
    cfi=0.005,
    rmsea=0.010,
    srmr=0.005,
    srmr_loadings=0.025,
    source="Chen (2007) for 300 persons or fewer, recalled and not verified",
)


def bounds_for(n_persons: int) -> Bounds:
    """Return the bounds for a number of persons in all groups."""
    return SMALL if n_persons <= SMALL_SAMPLE else LARGE


def first_rule() -> str:
    """Say how the first step is judged."""
    return (
        f"Tenable if the exact-fit test does not reject at 5%, or CFI is at least {CFI_BOUND:g} "
        f"with RMSEA at most {RMSEA_BOUND:g} or SRMR at most {SRMR_BOUND:g} (Hu & Bentler, 1999, "
        f"known from secondary sources); else not tenable if that test rejects at {STRONG:g}."
    )


def rule(step: Step, n_persons: int) -> str:
    """Say how a later step is judged."""
    bounds = bounds_for(n_persons)
    return (
        f"Not tenable if a single item stands out at {TEST_RATE:g} after correction for the number "
        f"of items (at {ERROR_RATE:g} where the difference test rejects at {TEST_RATE:g}), or the "
        f"difference test rejects at {STRONG:g}; undecided if only that test rejects, at "
        f"{TEST_RATE:g}. Tenable if neither tests "
        "nor indices speak against it, a departure of concern is excluded at "
        f"{EXCLUSION_RATE:g} for every single item, and the difference test had a power of "
        f"{ENOUGH_POWER:.2f} or more to see the stated departure of several. Otherwise undecided. "
        "Bounds: CFI falls by at most "
        f"{bounds.cfi:g}, and RMSEA rises by at most {bounds.rmsea:g} or SRMR by at most "
        f"{bounds.srmr_of(step):g} ({bounds.source})."
    )


def compared_indices(smaller: ModelFit, larger: ModelFit) -> tuple[FitIndices, ...]:
    """Return the best indices that both models have, the smaller model's first."""
    if smaller.robust_indices is not None and larger.robust_indices is not None:
        return smaller.robust_indices, larger.robust_indices
    if smaller.scaled_indices is not None and larger.scaled_indices is not None:
        return smaller.scaled_indices, larger.scaled_indices
    return smaller.indices, larger.indices


def delta(smaller: ModelFit, larger: ModelFit) -> Delta:
    """Subtract the larger model's indices from the smaller one's."""
    ours, theirs = compared_indices(smaller, larger)
    kind = {id(smaller.robust_indices): "robust", id(smaller.scaled_indices): "scaled"}
    return Delta(
        cfi=_less(ours.cfi, theirs.cfi),
        rmsea=_less(ours.rmsea, theirs.rmsea),
        srmr=_less(smaller.srmr, larger.srmr),
        indices=kind.get(id(ours), "naive"),
    )


def _less(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def within(change: Delta, step: Step, n_persons: int) -> bool | None:
    """Whether indices stay within Chen's bounds; ``None`` where they do not exist."""
    if change.cfi is None or change.rmsea is None or change.srmr is None:
        return None
    bounds = bounds_for(n_persons)
    return every(
        above(change.cfi, -bounds.cfi),
        some(below(change.rmsea, bounds.rmsea), below(change.srmr, bounds.srmr_of(step))),
    )


def fits(model: ModelFit) -> bool | None:
    """Whether the first step fits."""
    indices = model.robust_indices or model.scaled_indices or model.indices
    p_value = model.p_value if model.scaled is None else model.scaled.p_value
    if p_value is not None and above(p_value, ERROR_RATE):
        return True
    if p_value is None or indices.cfi is None or indices.rmsea is None or model.srmr is None:
        return None
    close = every(
        above(indices.cfi, CFI_BOUND),
        some(below(indices.rmsea, RMSEA_BOUND), below(model.srmr, SRMR_BOUND)),
    )
    if close is not False:
        return close
    return False if below(p_value, STRONG) else None


def difference_stands(p_value: float | None, *, items: bool | None) -> bool | None:
    """Whether the difference test leaves a step standing; ``None`` where it cannot be said.

    Parameters
    ----------
    p_value
        Of the difference test.
    items
        Whether no item stands out.
    """
    if p_value is None:
        return None
    passed = above(p_value, TEST_RATE)
    if passed is not False:
        return passed
    return None if items is True and below(p_value, STRONG) is not True else False


def items_stand(corrected_p_value: float, p_value: float | None) -> bool | None:
    """Whether no item stands out; ``None`` where it cannot be said.

    Parameters
    ----------
    corrected_p_value
        Of the item that stands out most.
    p_value
        Of the difference test.
    """
    strict, usual = above(corrected_p_value, ERROR_RATE), above(corrected_p_value, TEST_RATE)
    rejected = p_value is not None and below(p_value, TEST_RATE)
    if rejected is None:
        return strict if strict is usual else None
    return strict if rejected else usual


def rests_on_power(checks: Checks) -> bool:
    """Whether nothing speaks against a step, so that power alone decides."""
    held = (checks.difference, checks.items, checks.indices, checks.single)
    return checks.admissible and all(check is True for check in held)


def tenable(checks: Checks) -> bool | None:
    """Decide from the checks of a step."""
    if not checks.admissible:
        return None
    if checks.difference is False or checks.items is False:
        return False
    return True if rests_on_power(checks) and checks.power is True else None
