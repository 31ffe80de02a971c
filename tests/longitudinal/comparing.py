"""Compares results with R's, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from psychometrics.longitudinal.results import Effect

PATHS, ERRORS, FIT = 1e-3, 2e-3, 1e-3
"""Tolerances of estimates, standard errors and fit. Ours are within 1e-4 of them: lavaan's own
iteration ends there in flat directions."""


def cells(ours: object, theirs: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield (where, ours, theirs) for every number and word that R gives."""
    if isinstance(theirs, dict):
        for name, value in theirs.items():
            mine = ours[name] if isinstance(ours, Mapping) else getattr(ours, name, None)
            yield from cells(mine, value, f"{path}.{name}")
    elif isinstance(theirs, list):
        assert isinstance(ours, tuple), path
        assert len(ours) == len(theirs), path
        for place, (mine, value) in enumerate(zip(ours, theirs, strict=True)):
            yield from cells(mine, value, f"{path}[{place}]")
    else:
        yield path, ours, theirs


def check(ours: object, theirs: Any, tolerance: float) -> None:
    for path, mine, value in cells(ours, theirs):
        if value is None:
            assert mine is None, path
        elif isinstance(value, bool | str):
            assert mine == value, path
        else:
            assert mine is not None, path
            assert np.isclose(mine, value, rtol=tolerance, atol=tolerance), (path, mine, value)


def check_effect(ours: object, theirs: dict[str, Any]) -> None:
    """Compare an estimate, its error and its interval; a p-value of R's is left out."""
    check(ours, {"estimate": theirs["estimate"]}, PATHS)
    check(ours, {name: theirs[name] for name in ("standard_error", "interval")}, ERRORS)


FIT_MEASURES = (
    "n_persons",
    "n_parameters",
    "chi_square",
    "df",
    "p_value",
    "scaled",
    "log_likelihood",
    "aic",
    "bic",
)
INDICES = ("cfi", "tli", "rmsea", "rmsea_interval", "srmr", "scaled_indices", "robust_indices")


def check_fit(ours: Any, theirs: dict[str, Any]) -> None:
    """Compare every fit measure; an improper solution has no indices here."""
    assert ours.converged is theirs["converged"]
    assert ours.proper is theirs["proper"]
    check(ours, {name: theirs[name] for name in FIT_MEASURES}, FIT)
    if not theirs["proper"]:
        assert ours.cautions
        assert all(getattr(ours, name) is None for name in INDICES)
        return
    given = {name: theirs[name] for name in INDICES}
    if ours.scaled is None:  # ML: R repeats the naive indices as empty ones
        given["scaled_indices"] = None
    check(ours, given, FIT)


def check_correlation(ours: Effect, theirs: dict[str, Any]) -> None:
    """Compare a correlation; R's interval counts where it stays within ±1, its estimate too."""
    if abs(theirs["estimate"]) >= 1.0:
        assert ours.estimate is None
        assert ours.reason
        return
    ends = theirs["interval"]
    if max(-ends["lower"], ends["upper"]) <= 1.0:
        check_effect(ours, theirs)
        return
    check(ours, {"estimate": theirs["estimate"]}, PATHS)
    check(ours, {"standard_error": theirs["standard_error"]}, ERRORS)
    if ours.interval is None:
        assert ours.standard_error is not None
        assert ours.standard_error >= 1.0
        assert ours.reason
    else:
        assert -1.0 < ours.interval.lower < theirs["estimate"] < ours.interval.upper < 1.0
