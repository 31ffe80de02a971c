"""Gather from finished sections the evidence that the rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from psychometrics.cfa.options import Structure
from psychometrics.criterion.results import Timing
from psychometrics.disclosure import is_small, protected_proportion
from psychometrics.instrument import TOTAL, Instrument
from psychometrics.invariance.options import Step
from psychometrics.validity.evidence import Evidence
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.proportions import wilson_interval
from service.use_cases.validity.sections import is_computed, sentence

Json = Mapping[str, Any]

SIMPLER = frozenset(
    f"{structure.value}{method}"
    for structure in (Structure.ONE_FACTOR, Structure.TWO_FACTOR)
    for method in ("", "+method")
)
"""Models with fewer factors than subscales, where there are three."""

CLAIMED = (Structure.THREE_FACTOR.value, f"{Structure.THREE_FACTOR.value}+method")
"""The form's claim: one factor for each subscale, with or without one of reverse-keyed items."""

STRICT_CFI, STRICT_RMSEA, STRICT_SRMR = 0.95, 0.06, 0.08
Z = 1.959964


def gather(
    sections: Mapping[str, Json], instrument: Instrument, options: ValidityOptions
) -> Evidence:
    """Gather the evidence of all sections.

    Parameters
    ----------
    sections
        By name, as they were computed.
    instrument
        The form: what it claims.
    options
        What was asked.
    """
    parts: list[dict[str, Any]] = [
        _of_sample(sections["sample"]),
        _of_size(sections["sufficiency"]),
        _of_structure(sections["cfa"], sections["cfa_continuous"], instrument),
        _of_consistency(sections["reliability"], instrument),
        _of_extremes(sections["items"]),
        _of_groups(sections["comparison"], sections["invariance"]),
        _of_retest(sections["retest"], options.minimal_important_change),
        _of_outcomes(sections["criterion"], sections["sufficiency"]),
    ]
    names = {f"{name}_reason": str(section.get("reason", "")) for name, section in sections.items()}
    numbers: dict[str, float | None] = {}
    for part in parts:
        names |= part.pop("names", {})
        numbers |= part
    return Evidence(**numbers, names=names)


def publishable(
    evidence: Evidence, sections: Mapping[str, Json], protected: Mapping[str, Json]
) -> Evidence:
    """Leave out numbers that say something of few persons.

    Parameters
    ----------
    evidence
        As gathered.
    sections
        What it was gathered from.
    protected
        The same as they will be published.
    """
    sample = sections["sample"]
    shown, n_persons = protected["sample"], sample["n_persons"]
    withheld: dict[str, Any] = {}
    if shown["n_complete"] is None:
        withheld |= {"n_complete": None, "n_more": None, "complete_share": None}
    if shown["missing"] is None:
        withheld["missing_share"] = None
    if evidence.missing_item not in {one["missing"] for one in shown["items"]}:
        withheld["missing_item"] = None
    if protected_proportion(evidence.extreme_share, n_persons) is None:
        withheld |= {"extreme_share": None, "extreme_upper": None}
    if is_small(evidence.n_pairs):
        names = ("n_pairs", "icc", "icc_lower", "smallest_detectable_change", "change_ratio")
        withheld |= dict.fromkeys(names)
    elif protected["retest"].get("n_persons") is None:
        withheld["n_pairs"] = None
    groups = protected["comparison"].get("groups", ())
    if is_small(evidence.smallest_group) or any(group["n"] is None for group in groups):
        withheld["smallest_group"] = None
    return replace(evidence, **withheld)


def _of_sample(sample: Json) -> dict[str, Any]:
    whole = [one for one in sample["items"] if one["group"] is None]
    most = max(whole, key=lambda one: one["missing"])
    return {
        "n_persons": sample["n_persons"],
        "missing_share": sample["missing"],
        "missing_item": most["missing"],
        "complete_share": sample["n_complete"] / sample["n_persons"],
        "names": {"gap_item": f"item {most['item']}"},
    }


def _of_size(sufficiency: Json) -> dict[str, Any]:
    if not is_computed(sufficiency):
        return {"names": {"groups_more": "More persons in each group"}}
    factors = next(one for one in sufficiency["requirements"] if one["question"] == "factors")
    groups = [one for one in sufficiency["requirements"] if one["question"] == "groups"]
    missing = max((one["required"] - one["observed"] for one in groups), default=0)
    more = (
        f"At least {groups[0]['required']} persons with complete answers in each group"
        if missing > 0
        else "More persons in each group, so that what is open can be decided"
    )
    return {
        "n_complete": factors["observed"],
        "n_required": factors["required"],
        "n_more": factors["required"] - factors["observed"],
        "names": {"groups_more": more},
    }


def _of_structure(ordered: Json, continuous: Json, instrument: Instrument) -> dict[str, Any]:
    """Look at the models for ordered answers, or at the others where there are none."""
    cfa = ordered if is_computed(ordered) else continuous
    n_factors = len(instrument.subscales)
    found: dict[str, Any] = {"n_factors": n_factors, "names": {"closest": "", "best": ""}}
    if not is_computed(cfa):
        return found
    models = {model["model"]: model for model in cfa["models"]}
    names = CLAIMED if n_factors > 1 else ("one-factor", "one-factor+method")
    claimed = _claimed([models[name] for name in names if name in models])
    found["claimed_proper"] = float(claimed["proper"])
    found["ordered"] = float(is_computed(ordered))
    found |= _fit(claimed) if claimed["proper"] else {}
    if n_factors > 1:
        found |= _distinct(cfa, claimed)
        simpler = [model for name, model in models.items() if name in SIMPLER and model["proper"]]
        found["simpler_preferred"] = float(cfa["best"] in SIMPLER)
        found["simpler_fits"] = float(any(_meets_strict_bounds(model) for model in simpler))
        found["names"] = {"closest": _closest(cfa), "best": cfa["best"] or "none is named"}
    general = [models[name] for name in ("bifactor", "bifactor+method") if name in models]
    found |= _general(next((model for model in general if model["proper"]), None))
    return found


def _claimed(models: Sequence[Json]) -> Json:
    """Choose the claimed model: the plain one unless only the one with a method factor fits."""
    proper = [model for model in models if model["proper"]]
    fitting = [model for model in proper if _meets_strict_bounds(model)]
    return (fitting or proper or models)[0]


def _fit(model: Json) -> dict[str, Any]:
    """Return the best indices that a model has: robust, else scaled, else uncorrected."""
    versions = (model["robust_indices"], model["scaled_indices"], model)
    best = next(one for one in versions if one is not None and one["cfi"] is not None)
    return {"cfi": best["cfi"], "rmsea": best["rmsea"], "srmr": model["srmr"]}


def _meets_strict_bounds(model: Json) -> bool:
    fit = _fit(model)
    if None in fit.values():
        return False
    close = fit["rmsea"] <= STRICT_RMSEA or fit["srmr"] <= STRICT_SRMR
    return bool(fit["cfi"] >= STRICT_CFI and close)


def _distinct(cfa: Json, claimed: Json) -> dict[str, Any]:
    ratios = [one["ratio"] for one in cfa["heterotrait_monotrait"]]
    found: dict[str, Any] = {"htmt": None if None in ratios else max(ratios, default=None)}
    pairs = [one for one in claimed["factor_correlations"] if "method" not in one["factors"]]
    if claimed["proper"] and pairs:
        closest = max(pairs, key=lambda one: abs(one["estimate"]))
        error = closest["standard_error"]
        found["factor_correlation"] = closest["estimate"]
        # Wald's, as it is held against 1: the interval that is shown never reaches it
        found["factor_correlation_upper"] = (
            None if error is None else abs(closest["estimate"]) + Z * error
        )
    return found


def _closest(cfa: Json) -> str:
    known = [one for one in cfa["heterotrait_monotrait"] if one["ratio"] is not None]
    closest = max(known, key=lambda one: float(one["ratio"]), default=None)
    return "" if closest is None else " and ".join(closest["factors"])


def _general(bifactor: Json | None) -> dict[str, Any]:
    if bifactor is None:
        return {}
    return {name: bifactor[name] for name in ("explained_common_variance", "omega_hierarchical")}


def _of_consistency(reliability: Json, instrument: Instrument) -> dict[str, Any]:
    if not is_computed(reliability):
        return {"names": {"lowest_scale": "a subscale"}}
    alphas = {
        name: scale["alpha"]
        for name, scale in reliability["scales"].items()
        if name in instrument.subscales
    }
    if any(alpha["estimate"] is None for alpha in alphas.values()):
        return {"names": {"lowest_scale": "a subscale"}}
    lowest = min(alphas, key=lambda name: float(alphas[name]["estimate"]))
    interval = alphas[lowest].get("distribution_free_interval")
    return {
        "alpha": alphas[lowest]["estimate"],
        "alpha_lower": None if interval is None else interval["lower"],
        "alpha_highest": max(alpha["estimate"] for alpha in alphas.values()),
        "names": {"lowest_scale": lowest},
    }


def _of_extremes(items: Json) -> dict[str, Any]:
    found = [
        (scale[end], name, word, scale["n_scored"])
        for name, scale in (items["scales"].items() if is_computed(items) else ())
        for end, word in (("floor", "lowest"), ("ceiling", "highest"))
        if scale[end] is not None
    ]
    if not found:
        return {"names": {"extreme_scale": "a scale", "extreme_end": "highest"}}
    share, scale, end, n_scored = max(found, key=lambda one: float(one[0]))
    return {
        "extreme_share": share,
        "extreme_upper": wilson_interval(share, n_scored).upper,
        "names": {
            "extreme_scale": "the total" if scale == TOTAL else scale,
            "extreme_end": end,
        },
    }


def _of_groups(comparison: Json, invariance: Json) -> dict[str, Any]:
    if not is_computed(comparison):
        return {"names": {"released": "", "work": "", "comparison_reason": ""}}
    sizes = [group["n"] for group in comparison["groups"]]
    freed = (invariance.get("partial_invariance") or {}).get("freed", ())
    rejected = [one["step"] for one in invariance.get("steps", ()) if one["tenable"] is False]
    return {
        "n_groups": max(len(sizes), 2),
        "smallest_group": min(sizes, default=None),
        **{
            status: float(comparison["status"] == status)
            for status in ("permitted", "partial", "refused")
        },
        "rejected": float(any(step != Step.STRICT.value for step in rejected)),
        "item_difference": _largest_difference(invariance),
        "names": {
            "comparison_reason": sentence(comparison["reason"]),
            "released": _listed_items(sorted({one["item"] for one in freed})),
            "work": "works" if len({one["item"] for one in freed}) == 1 else "work",
        },
    }


def _largest_difference(invariance: Json) -> float | None:
    partial = invariance.get("partial_invariance")
    effects = [] if partial is None else [one["dmacs"] for one in partial["effects"]]
    return None if not effects or None in effects else max(abs(size) for size in effects)


def _listed_items(items: Sequence[int]) -> str:
    if not items:
        return "no item"
    *others, last = map(str, items)
    return f"items {', '.join(others)} and {last}" if others else f"item {last}"


def _of_retest(retest: Json, important: Mapping[str, float]) -> dict[str, Any]:
    if not is_computed(retest):
        return {"names": {"widest_scale": "a scale"}}
    scales = retest["scales"]
    iccs = [scale["icc_2_1"] for scale in scales.values()]
    known = [icc for icc in iccs if icc["estimate"] is not None]
    lowest = min(known, key=lambda icc: float(icc["estimate"])) if known == iccs else None
    widest = TOTAL if TOTAL in scales else next(iter(scales))
    return {
        "n_pairs": retest["n_persons"],
        "icc": lowest and lowest["estimate"],
        "icc_lower": lowest and lowest["interval"] and lowest["interval"]["lower"],
        "smallest_detectable_change": scales[widest]["smallest_detectable_change"],
        "change_ratio": _largest_ratio(
            (scales[name]["smallest_detectable_change"], change)
            for name, change in important.items()
        ),
        "names": {"widest_scale": "the total" if widest == TOTAL else widest},
    }


def _largest_ratio(pairs: Iterable[tuple[float | None, float]]) -> float | None:
    ratios = [None if detectable is None else detectable / change for detectable, change in pairs]
    known = [ratio for ratio in ratios if ratio is not None]
    return max(known) if known and len(known) == len(ratios) else None


def _of_outcomes(criterion: Json, sufficiency: Json) -> dict[str, Any]:
    names = {"outcomes_more": "as many as the section on sufficiency says"}
    if not is_computed(criterion):
        return {"names": names}
    measured = [one for one in criterion["outcomes"] if sum(one["timing_counts"].values())]
    if not measured:
        return {"names": names | {"criterion_reason": "No outcome has a value."}}
    timely = {Timing.PREDICTIVE.value, Timing.CONCURRENT.value}
    held = [
        one["held"]
        for one in criterion["hypotheses"]
        if one["timing"] in timely and one["held"] is not None
    ]
    return {
        "n_outcomes": len(measured),
        "n_predicted": sum(one["timing"] == Timing.PREDICTIVE.value for one in measured),
        "n_hypotheses": len(held),
        "share_held": sum(held) / len(held) if held else None,
        "enough_outcomes": _enough(sufficiency),
        "names": names,
    }


def _enough(sufficiency: Json) -> float | None:
    verdicts = sufficiency.get("verdicts", ())
    found = [one["sufficient"] for one in verdicts if one["question"] == "outcomes"]
    return float(all(found)) if found else None
