"""Item response theory: where the persons are, how many fit, and what each of them scores.

Where some persons left items out, RMSEA is withheld: with the statistic beside it, it gives the
number of persons who answered all. Sizes of groups stand in the section on invariance alone.
"""

from __future__ import annotations

from typing import Any

from psychometrics.disclosure import protected_count, protected_counts, protected_proportion

Json = dict[str, Any]

_SHARES = ("share_below_lowest", "share_above_highest", "share_at_highest_sum", "share_measured")


def irt(result: Json) -> Json:
    """Protect persons along the trait, persons flagged, and leave out the scores of persons."""
    return {
        **result,
        "scales": {name: _scale(scale) for name, scale in result["scales"].items()},
        "dif": result["dif"] and _dif(result["dif"]),
    }


def _dif(found: Json) -> Json:
    return {**found, "groups": [{**group, "n_persons": None} for group in found["groups"]]}


def _scale(scale: Json) -> Json:
    n_persons = scale["n_persons"]
    hidden = {} if scale["n_complete"] == n_persons else {"rmsea": None}
    n_complete = protected_count(scale["n_complete"], n_persons)
    return {
        **scale,
        "n_complete": n_complete,
        **{
            name: scale[name] and {**scale[name], **hidden, "n_complete": n_complete}
            for name in ("fit", "score_fit")
        },
        "items": [
            {**item, "fit": item["fit"] and {**item["fit"], **hidden}} for item in scale["items"]
        ],
        "targeting": scale["targeting"] and _targeting(scale["targeting"], n_persons),
        "person_fit": scale["person_fit"] and _person_fit(scale["person_fit"], n_persons),
        "scores": None,
    }


def _targeting(targeting: Json, n_persons: int) -> Json:
    row = protected_counts([one["persons"] for one in targeting["bins"]]).counts
    return {
        **targeting,
        **{name: protected_proportion(targeting[name], n_persons) for name in _SHARES},
        "bins": [
            {**one, "persons": count} for one, count in zip(targeting["bins"], row, strict=True)
        ],
    }


def _person_fit(found: Json, n_persons: int) -> Json:
    tested = protected_count(found["n_persons"], n_persons)
    flagged = None if tested is None else protected_count(found["n_flagged"], tested)
    return {
        **found,
        "n_persons": tested,
        "n_flagged": flagged,
        "share_flagged": None if flagged is None else found["share_flagged"],
        "n_noisy": protected_count(found["n_noisy"], n_persons),
    }
