"""Gather from finished sections what is known of each score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psychometrics.instrument import TOTAL, Instrument
from psychometrics.types import Estimate, Interval
from psychometrics.validity.options import ValidityOptions
from psychometrics.validity.scores import FEWEST_REPEATED, EndShare, Neighbour, ScoreEvidence
from psychometrics.validity.wilson_interval import wilson_interval
from service.use_cases.validity.computed import is_computed
from service.use_cases.validity.judged_structure import judged_structure, one_factor_fits

Json = Mapping[str, Any]

IMPORTANT_DMACS = 0.40
"""Difference of an item between groups from which it counts (as in the rule on groups)."""


def gather_scores(
    sections: Mapping[str, Json], instrument: Instrument, options: ValidityOptions
) -> tuple[ScoreEvidence, ...]:
    """Gather the evidence on each score, subscales first.

    Parameters
    ----------
    sections
        By name, as they were computed.
    instrument
        The form.
    options
        What was asked.
    """
    structure = judged_structure(sections, instrument)
    judged = structure.claimed
    several = len(instrument.subscales) > 1
    close = pair_correlations(sections, judged) if several else {}
    biased = _biased_items(sections["invariance"])
    found = []
    for name in instrument.score_names:
        items = _items(instrument, name)
        whole = name == TOTAL or not several
        found.append(
            ScoreEvidence(
                score=name,
                n_persons=(judged or sections["sample"])["n_persons"],
                has_models=judged is not None,
                neighbours=() if whole else _neighbours(instrument, name, close),
                general=_general(sections) if name == TOTAL and several else None,
                one_factor_fits=one_factor_fits(structure) if whole else None,
                omega=_omega(sections, name),
                ends=_ends(sections["items"], name),
                missing=_missing(sections["sample"], items),
                biased_items=tuple(item for item in biased if item in items),
                repeated=_repeated(sections["retest"], name) if options.retest else None,
            )
        )
    return tuple(found)


def pair_correlations(
    sections: Mapping[str, Json], judged: Json | None
) -> dict[frozenset[str], Estimate]:
    """Return the correlation of each pair of subscales, corrected for measurement error.

    The factor correlation of a proper solution; else the heterotrait-monotrait ratio, where it has
    an interval. A ratio above 1 counts as 1, as a correlation does not go beyond.
    """
    if judged is not None and judged["proper"]:
        return {frozenset(one["factors"]): _estimate(one) for one in judged["factor_correlations"]}
    for name in ("cfa", "cfa_continuous"):
        if is_computed(sections[name]):
            return {
                frozenset(one["factors"]): _as_correlation(one["ratio"], one.get("interval"))
                for one in sections[name]["heterotrait_monotrait"]
            }
    return {}


def _as_correlation(ratio: float | None, given: Json | None) -> Estimate:
    interval = _interval(given)
    return Estimate(
        estimate=None if ratio is None else min(ratio, 1.0),
        interval=interval
        and Interval(
            lower=min(interval.lower, 1.0), upper=min(interval.upper, 1.0), level=interval.level
        ),
    )


def _neighbours(
    instrument: Instrument, name: str, close: Mapping[frozenset[str], Estimate]
) -> tuple[Neighbour, ...]:
    unknown = Estimate(estimate=None, reason="No factor model could be computed.")
    return tuple(
        Neighbour(name=other, correlation=close.get(frozenset((name, other)), unknown))
        for other in instrument.subscales
        if other != name
    )


def _general(sections: Mapping[str, Json]) -> Estimate | None:
    """Return the hierarchical omega of the observed total, from continuous answers."""
    model = _largest_of(sections["cfa_continuous"])
    return None if model is None else _estimate(model["general_omega"])


def _largest_of(cfa: Json) -> Json | None:
    """Return the proper model of correlated factors with the most factors: the form's claim.

    One of fewer factors describes another total where it fits worse.
    """
    known = [
        model
        for model in (cfa["models"] if is_computed(cfa) else ())
        if model.get("general_omega") is not None
    ]
    return max(known, key=lambda model: len(model["factor_correlations"]), default=None)


def _omega(sections: Mapping[str, Json], name: str) -> Estimate | None:
    """Return a score's omega: of the total of several subscales the one from all their factors.

    Where answers are missing, it comes from the factor model of all of them (full information).
    """
    reliability = sections["reliability"]
    scale = reliability["scales"].get(name) if is_computed(reliability) else None
    if scale is None or scale["n_persons"] < sections["sample"]["n_persons"]:
        available = _omega_of_available(sections["cfa_continuous"], name)
        if available is not None:
            return available
    if scale is None:
        return None
    whole = scale.get("omega_total")
    return _estimate(whole if whole is not None and whole["interval"] else scale["omega"])


def _omega_of_available(cfa: Json, name: str) -> Estimate | None:
    model = _largest_of(cfa)
    found = None if model is None else (model.get("omegas") or {}).get(name)
    return None if found is None or not found.get("interval") else _estimate(found)


def _ends(items: Json, name: str) -> EndShare | None:
    scale = items["scales"].get(name) if is_computed(items) else None
    if scale is None or scale["floor"] is None:
        return None
    end = "lowest" if scale["floor"] > scale["ceiling"] else "highest"
    share = max(scale["floor"], scale["ceiling"])
    return EndShare(end=end, interval=wilson_interval(share, scale["n_scored"]))


def _missing(sample: Json, items: frozenset[int]) -> float:
    shares = [
        one["missing"] for one in sample["items"] if one["group"] is None and one["item"] in items
    ]
    return float(sum(shares) / len(shares))


def _biased_items(invariance: Json) -> Sequence[int]:
    """Return items that were released between groups and differ by an important amount."""
    partial = invariance.get("partial_invariance") or {}
    return [
        one["item"]
        for one in partial.get("effects", ())
        if one["dmacs"] is not None and abs(one["dmacs"]) >= IMPORTANT_DMACS
    ]


def _repeated(retest: Json, name: str) -> Estimate | None:
    if not is_computed(retest) or retest["n_persons"] < FEWEST_REPEATED:
        return None
    return _estimate(retest["scales"][name]["icc_2_1"])


def _items(instrument: Instrument, name: str) -> frozenset[int]:
    if name == TOTAL:
        return frozenset(instrument.scored_items)
    return frozenset(instrument.subscales[name].items)


def _estimate(given: Json) -> Estimate:
    return Estimate(
        estimate=given["estimate"],
        standard_error=given.get("standard_error"),
        interval=_interval(given.get("interval")),
    )


def _interval(given: Json | None) -> Interval | None:
    return None if given is None else Interval(**given)
