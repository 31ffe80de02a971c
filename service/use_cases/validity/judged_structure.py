"""Which factor models are judged, and whether they fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psychometrics.cfa.options import METHOD, Structure, names_of
from psychometrics.instrument import Instrument
from service.use_cases.validity.computed import is_computed

Json = Mapping[str, Any]

SIMPLER = frozenset(
    f"{structure.value}{method}"
    for structure in (Structure.ONE_FACTOR, Structure.TWO_FACTOR)
    for method in ("", "+method")
)
"""Models with fewer factors than subscales, where there are three."""

ONE_FACTOR = (Structure.ONE_FACTOR.value, f"{Structure.ONE_FACTOR.value}+method")

CLAIMED = tuple(
    f"{name}{method}" for method in ("", METHOD) for name in names_of(Structure.CORRELATED_FACTORS)
)
"""The form's claim: one factor for each subscale, with or without one of reverse-keyed items."""

STRICT_CFI, STRICT_RMSEA, STRICT_SRMR = 0.95, 0.06, 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The factor models that are judged: those for ordered answers, else the others.

    Attributes
    ----------
    cfa
        The section; ``None`` where no factor model could be computed.
    ordered
        Whether it is the one for ordered answers.
    claimed
        The model of the form's claim.
    """

    cfa: Json | None
    ordered: bool
    claimed: Json | None


def judged_structure(sections: Mapping[str, Json], instrument: Instrument) -> Judged:
    """Choose what is judged."""
    ordered = is_computed(sections["cfa"])
    cfa = sections["cfa"] if ordered else sections["cfa_continuous"]
    if not is_computed(cfa):
        return Judged(cfa=None, ordered=ordered, claimed=None)
    names = CLAIMED if len(instrument.subscales) > 1 else ("one-factor", "one-factor+method")
    models = {model["model"]: model for model in cfa["models"]}
    claimed = _claimed([models[name] for name in names if name in models])
    return Judged(cfa=cfa, ordered=ordered, claimed=claimed)


def one_factor_fits(judged: Judged) -> bool | None:
    """Whether a proper one-factor model meets the strict bounds; ``None`` without models."""
    if judged.cfa is None:
        return None
    single = [model for model in judged.cfa["models"] if model["model"] in ONE_FACTOR]
    return any(model["proper"] and meets_strict_bounds(model) for model in single)


def _claimed(models: Sequence[Json]) -> Json:
    """Choose the claimed model: the plain one unless only the one with a method factor fits."""
    proper = [model for model in models if model["proper"]]
    fitting = [model for model in proper if meets_strict_bounds(model)]
    return (fitting or proper or models)[0]


def fit(model: Json) -> dict[str, Any]:
    """Return the best indices that a model has: robust, else scaled, else uncorrected."""
    versions = (model["robust_indices"], model["scaled_indices"], model)
    best = next(one for one in versions if one is not None and one["cfi"] is not None)
    interval = best.get("rmsea_interval")
    return {
        "cfi": best["cfi"],
        "rmsea": best["rmsea"],
        "rmsea_lower": None if interval is None else interval["lower"],
        "srmr": model["srmr"],
    }


def meets_strict_bounds(model: Json) -> bool:
    """Whether CFI and one of RMSEA and SRMR meet the bounds of Hu and Bentler."""
    indices = fit(model)
    if None in (indices["cfi"], indices["rmsea"], indices["srmr"]):
        return False
    close = indices["rmsea"] <= STRICT_RMSEA or indices["srmr"] <= STRICT_SRMR
    return bool(indices["cfi"] >= STRICT_CFI and close)
