"""COSMIN's criterion for structural validity by item response theory.

Sufficient if nothing speaks against unidimensionality (CFI or TLI above .95, or RMSEA below .06, or
SRMR below .08), local independence (Q3 below .37, or less than .20 above the mean of all pairs),
monotonicity (item scalability above .30) and fit (for models with slopes: no item's p value at or
below .01; for Rasch models: infit and outfit from .5 to 1.5). Insufficient if any part is violated,
indeterminate where a part is unknown. CFI, TLI, RMSEA and SRMSR are C2's.

References
----------
Prinsen, C. A. C., Mokkink, L. B., Bouter, L. M., et al. (2018). COSMIN guideline for systematic
reviews of patient-reported outcome measures. Quality of Life Research, 27, 1147–1157.
doi:10.1007/s11136-018-1798-3

Christensen, K. B., Makransky, G., & Horton, M. (2017). Critical values for Yen's Q3. Applied
Psychological Measurement, 41, 178–194. doi:10.1177/0146621616677520
"""

from __future__ import annotations

from collections.abc import Sequence

from psychometrics.irt.results import Criterion, ItemEstimates, ScaleFit, StructuralValidity

SOURCE = (
    "COSMIN, Prinsen 2018; Q3 less than .20 above the mean: Christensen et al. 2017; C2 stands for "
    "the indices of a factor analysis: chosen here"
)
_STATUS = "recalled"


def structural_validity(
    items: Sequence[ItemEstimates], fit: ScaleFit | None, *, largest: float, mean: float
) -> StructuralValidity:
    """Hold a fitted scale against the criterion.

    Parameters
    ----------
    items
        The items' estimates.
    fit
        C2 of the scale.
    largest, mean
        Of Q3 over the pairs; ``nan`` where it is unknown.
    """
    criteria = (
        _unidimensional(fit),
        *_independent(largest, mean),
        _monotone(items),
        _fitting(items),
    )
    parts = (criteria[0].met, _any_met(criteria[1:3]), criteria[3].met, criteria[4].met)
    if any(part is False for part in parts):
        rating = "insufficient"
    else:
        rating = "sufficient" if all(part is True for part in parts) else "indeterminate"
    return StructuralValidity(rating=rating, criteria=criteria, source=SOURCE, status=_STATUS)


def _any_met(criteria: Sequence[Criterion]) -> bool | None:
    if any(one.met for one in criteria):
        return True
    return None if any(one.met is None for one in criteria) else False


def _unidimensional(fit: ScaleFit | None) -> Criterion:
    bound = "CFI or TLI above .95, or RMSEA below .06, or SRMSR below .08"
    if fit is None:
        return Criterion(name="unidimensionality", value=None, bound=bound, met=None)
    met = (
        (fit.cfi is not None and fit.cfi > 0.95)
        or (fit.tli is not None and fit.tli > 0.95)
        or fit.rmsea < 0.06
        or fit.srmsr < 0.08
    )
    return Criterion(name="unidimensionality", value=fit.cfi, bound=bound, met=met)


def _independent(largest: float, mean: float) -> tuple[Criterion, Criterion]:
    known = largest == largest  # not nan
    return (
        Criterion(
            name="local independence",
            value=largest if known else None,
            bound="largest Q3 below .37",
            met=largest < 0.37 if known else None,
        ),
        Criterion(
            name="local independence, relative",
            value=largest - mean if known else None,
            bound="largest Q3 less than .20 above the mean",
            met=largest - mean < 0.20 if known else None,
        ),
    )


def _monotone(items: Sequence[ItemEstimates]) -> Criterion:
    values = [item.scalability for item in items if item.scalability is not None]
    lowest = min(values) if len(values) == len(items) else None
    return Criterion(
        name="monotonicity",
        value=lowest,
        bound="scalability of every item above .30",
        met=None if lowest is None else lowest > 0.30,
    )


def _fitting(items: Sequence[ItemEstimates]) -> Criterion:
    squares = [item.mean_squares for item in items if item.mean_squares is not None]
    if squares:
        worst = max(
            (value for one in squares for value in (one.infit, one.outfit)),
            key=lambda value: abs(value - 1.0),
        )
        return Criterion(
            name="item fit",
            value=worst,
            bound="infit and outfit of every item from .5 to 1.5",
            met=all(0.5 <= value <= 1.5 for one in squares for value in (one.infit, one.outfit)),
        )
    values = [item.fit.p_value for item in items if item.fit and item.fit.p_value is not None]
    lowest = min(values) if len(values) == len(items) else None
    return Criterion(
        name="item fit",
        value=lowest,
        bound="p value of every item's S-X² above .01",
        met=None if lowest is None else lowest > 0.01,
    )
