"""Gather from finished sections the evidence that the rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from psychometrics.criterion.results import Timing
from psychometrics.disclosure import is_small, protected_proportion
from psychometrics.instrument import TOTAL, Instrument
from psychometrics.invariance.options import Step
from psychometrics.types import Estimate
from psychometrics.validity.evidence import Evidence
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.scores import CLOSE, MORE_AT_AN_END, STRICT, ScoreVerdict, Use, below
from psychometrics.validity.wilson_interval import wilson_interval
from service.use_cases.validity.computed import is_computed, sentence
from service.use_cases.validity.item_response_evidence import of_item_responses
from service.use_cases.validity.judged_structure import (
    CLAIMED,
    SIMPLER,
    Judged,
    fit,
    judged_structure,
    meets_strict_bounds,
)
from service.use_cases.validity.score_evidence import pair_correlations

Json = Mapping[str, Any]


def gather(
    sections: Mapping[str, Json],
    instrument: Instrument,
    options: ValidityOptions,
    scores: Sequence[ScoreVerdict],
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
    scores
        The verdict on each score.
    """
    judged = judged_structure(sections, instrument)
    parts: list[dict[str, Any]] = [
        _of_sample(sections["sample"]),
        _of_size(sections, judged.claimed),
        _of_structure(sections, instrument, judged),
        of_item_responses(sections["irt"]),
        _of_consistency(sections["reliability"], instrument),
        _of_extremes(sections["items"]),
        _of_groups(sections["comparison"], sections["invariance"]),
        _of_error(sections, options.minimal_important_change),
        _of_change(sections["responsiveness"]),
        _of_outcomes(sections["criterion"], sections["sufficiency"]),
    ]
    names = {f"{name}_reason": str(section.get("reason", "")) for name, section in sections.items()}
    numbers: dict[str, float | None] = {"total_usable": _total_usable(scores)}
    for part in parts:
        names |= part.pop("names", {})
        numbers |= part
    return Evidence(**numbers, names=names)


def _total_usable(scores: Sequence[ScoreVerdict]) -> float | None:
    total = next((one for one in scores if one.score == TOTAL), None)
    return None if total is None else float(total.code is Use.USE)


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
    shown, n_persons = protected["sample"], sections["sample"]["n_persons"]
    groups = protected["comparison"].get("groups", ())
    few_pairs = is_small(evidence.n_pairs)
    hidden = {
        ("complete_share",): shown["n_complete"] is None,
        ("n_used", "n_more"): is_small(evidence.n_used) or is_small(_difference(evidence)),
        ("missing_share",): shown["missing"] is None,
        ("missing_item",): evidence.missing_item not in {one["missing"] for one in shown["items"]},
        _ENDS: protected_proportion(evidence.extreme_share, n_persons) is None,
        _PAIRS: few_pairs,
        _AREA: any(
            one.get("n_anchor") is None
            for one in protected["responsiveness"].get("scales", {}).values()
        ),
        ("n_pairs",): few_pairs or protected["retest"].get("n_persons") is None,
        ("smallest_group",): is_small(evidence.smallest_group)
        or any(group["n"] is None for group in groups),
    }
    withheld: dict[str, Any] = {name: None for names in hidden if hidden[names] for name in names}
    return replace(evidence, **withheld)


_ENDS = ("extreme_share", "extreme_lower", "extreme_upper")
_AREA = ("auc", "auc_lower", "auc_upper")
_PAIRS = ("icc", "icc_lower", "icc_upper", "smallest_detectable_change", "change_ratio")


def _difference(evidence: Evidence) -> float | None:
    """Return how many persons the factor models leave out."""
    if evidence.n_used is None or evidence.n_persons is None:
        return None
    return evidence.n_persons - evidence.n_used


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


def _of_size(sections: Mapping[str, Json], claimed: Json | None) -> dict[str, Any]:
    """Hold the persons that the judged model rests on against the number it needs."""
    sufficiency = sections["sufficiency"]
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
    n_used = sections["sample"]["n_persons"] if claimed is None else claimed["n_persons"]
    return {
        "n_used": n_used,
        "n_required": factors["required"],
        "n_more": factors["required"] - n_used,
        "names": {"groups_more": more},
    }


def _of_structure(
    sections: Mapping[str, Json], instrument: Instrument, judged: Judged
) -> dict[str, Any]:
    n_factors = len(instrument.subscales)
    found: dict[str, Any] = {"n_factors": n_factors, "names": {"closest": "", "best": ""}}
    cfa, claimed = judged.cfa, judged.claimed
    if cfa is None or claimed is None:
        return found
    models = {model["model"]: model for model in cfa["models"]}
    found["claimed_proper"] = float(claimed["proper"])
    found["ordered"] = float(judged.ordered)
    found |= fit(claimed) if claimed["proper"] else {}
    if n_factors > 1:
        close = pair_correlations(sections, claimed)
        found |= _distinct(cfa, close)
        simpler = [model for name, model in models.items() if name in SIMPLER and model["proper"]]
        found["simpler_preferred"] = float(cfa["best"] in SIMPLER)
        found["claimed_best"] = float(cfa["best"] in CLAIMED)
        found["simpler_fits"] = float(any(meets_strict_bounds(model) for model in simpler))
        found["names"] = {"closest": _closest(close), "best": cfa["best"] or "none is named"}
    general = [models[name] for name in ("bifactor", "bifactor+method") if name in models]
    found |= _general(next((model for model in general if model["proper"]), None))
    return found


def _distinct(cfa: Json, close: Mapping[frozenset[str], Estimate]) -> dict[str, Any]:
    """Return how close the closest pair is, and whether every pair is told apart."""
    ratios = [one["ratio"] for one in cfa["heterotrait_monotrait"]]
    closest = _closest_pair(close)
    interval = None if closest is None else closest[1].interval
    met = [below(one.interval, CLOSE, STRICT) for one in close.values()]
    return {
        "htmt": None if None in ratios else _at_most_one(ratios),
        "factor_correlation": None if closest is None else closest[1].estimate,
        "factor_correlation_lower": None if interval is None else interval.lower,
        "factor_correlation_upper": None if interval is None else interval.upper,
        "distinct": 0.0 if False in met else None if None in met or not met else 1.0,
    }


def _at_most_one(ratios: Sequence[float]) -> float | None:
    """Return the largest ratio; above 1 it counts as 1."""
    return min(max(ratios), 1.0) if ratios else None


def _closest_pair(
    close: Mapping[frozenset[str], Estimate],
) -> tuple[frozenset[str], Estimate] | None:
    known = [(pair, one) for pair, one in close.items() if one.estimate is not None]
    return max(known, key=lambda pair: abs(float(pair[1].estimate or 0.0)), default=None)


def _closest(close: Mapping[frozenset[str], Estimate]) -> str:
    closest = _closest_pair(close)
    return "" if closest is None else " and ".join(sorted(closest[0]))


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
        if name in instrument.subscales and scale["alpha"]["estimate"] is not None
    }
    if not alphas:
        return {"names": {"lowest_scale": "a subscale"}}
    lowest = min(alphas, key=lambda name: float(alphas[name]["estimate"]))
    interval = alphas[lowest].get("distribution_free_interval")
    return {
        "alpha": alphas[lowest]["estimate"],
        "alpha_lower": None if interval is None else interval["lower"],
        "alpha_upper": None if interval is None else interval["upper"],
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
        return {
            "names": {"extreme_scale": "a scale", "extreme_end": "highest", "extreme_advice": ""}
        }
    share, scale, end, n_scored = max(found, key=lambda one: float(one[0]))
    interval = wilson_interval(share, n_scored)
    return {
        "extreme_share": share,
        "extreme_lower": interval.lower,
        "extreme_upper": interval.upper,
        "names": {
            "extreme_scale": "the total" if scale == TOTAL else scale,
            "extreme_end": end,
            "extreme_advice": MORE_AT_AN_END[end],
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
            for status in ("permitted", "partial", "bounded", "refused")
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
        "icc_upper": lowest and lowest["interval"] and lowest["interval"]["upper"],
        "smallest_detectable_change": scales[widest]["smallest_detectable_change"],
        "change_ratio": _largest_ratio(
            (scales[name]["smallest_detectable_change"], change)
            for name, change in important.items()
        ),
        "names": {"widest_scale": "the total" if widest == TOTAL else widest},
    }


def _of_error(sections: Mapping[str, Json], named: Mapping[str, float]) -> dict[str, Any]:
    """Describe measurement error by the declared retest, else by those who say they did not change.

    A named minimal important change comes before one that an anchor of known reliability gives.
    """
    retest, change = sections["retest"], sections["responsiveness"]
    found = _of_retest(retest, named)
    if not is_computed(change):
        return found
    scales = change["scales"]
    if is_computed(retest):
        errors = {name: one["smallest_detectable_change"] for name, one in retest["scales"].items()}
    else:
        errors = {name: one["smallest_detectable_change"] for name, one in scales.items()}
        widest = TOTAL if TOTAL in scales else next(iter(scales))
        found |= {
            "n_pairs": min(one["n_unchanged"] for one in scales.values()),
            "smallest_detectable_change": errors[widest],
            "names": {"widest_scale": "the total" if widest == TOTAL else widest},
        }
    if named:
        pairs = ((errors.get(name), important) for name, important in named.items())
        found["change_ratio"] = _largest_ratio(pairs)
    elif change["anchor_reliability"] is not None:
        found["change_ratio"] = _decided_ratio(
            (errors.get(name), one["minimal_important_change"]["adjusted_predictive"]["interval"])
            for name, one in scales.items()
        )
    return found


def _decided_ratio(pairs: Iterable[tuple[float | None, Json | None]]) -> float | None:
    """Return the largest ratio of error to important change, by the interval's cautious end.

    ``None`` where an interval holds the error, so that it decides neither way.
    """
    ratios = []
    for detectable, interval in pairs:
        if detectable is None or interval is None:
            return None
        if interval["lower"] > detectable:
            ratios.append(detectable / interval["lower"])
        elif 0.0 < interval["upper"] <= detectable:
            ratios.append(detectable / interval["upper"])
        else:
            return None
    return max(ratios, default=None)


def _of_change(change: Json) -> dict[str, Any]:
    """Describe responsiveness: the verdicts of all scales, and the worst area under the curve."""
    if not is_computed(change):
        return {"names": {"auc_scale": "a scale"}}
    rated = {
        name: one for name, one in change["scales"].items() if one["verdict"] != "not-assessed"
    }
    if not rated:
        return {"names": {"auc_scale": "a scale", "responsiveness_reason": NOT_RATED}}
    verdicts = [one["verdict"] for one in rated.values()]
    areas = {name: one["minimal_important_change"]["roc"] for name, one in rated.items()}
    known = {name: roc for name, roc in areas.items() if roc["auc"] is not None}
    worst = min(known, key=lambda name: float(known[name]["auc"]), default=next(iter(rated)))
    interval = areas[worst]["interval"] or {}
    hypotheses = [one["status"] for one in rated[worst]["hypotheses"]]
    return {
        "responsive": float(all(one == "sufficient" for one in verdicts)),
        "unresponsive": float("insufficient" in verdicts),
        "auc": areas[worst]["auc"],
        "auc_lower": interval.get("lower"),
        "auc_upper": interval.get("upper"),
        "change_held": float(hypotheses.count("holds")) if hypotheses else None,
        "change_failed": float(hypotheses.count("fails")) if hypotheses else None,
        "names": {"auc_scale": "the total" if worst == TOTAL else worst},
    }


NOT_RATED = "No scale's change could be held against the rated change."


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
    tested = [
        one["held"]
        for one in criterion["hypotheses"]
        if one["timing"] in timely and one["interval"] is not None
    ]
    return {
        "n_outcomes": len(measured),
        "n_predicted": sum(one["timing"] == Timing.PREDICTIVE.value for one in measured),
        "n_hypotheses": len(tested),
        "share_held": tested.count(True) / len(tested) if tested else None,
        "share_failed": tested.count(False) / len(tested) if tested else None,
        "enough_outcomes": _enough(sufficiency),
        "names": names,
    }


def _enough(sufficiency: Json) -> float | None:
    verdicts = sufficiency.get("verdicts", ())
    found = [one["sufficient"] for one in verdicts if one["question"] == "outcomes"]
    return float(all(found)) if found else None
