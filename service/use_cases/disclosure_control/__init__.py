"""Withhold what a finished result says of few persons, before it is published.

Notes
-----
In every kind: a number of persons, responses, clinicians or clusters of 1 to 10; every number of a
block that rests on 1 to 10 persons; the size of a small group, with a further group where it would
follow from the total, and the numbers that belong to these groups; small numbers of people in
cautions. The number of persons that an estimate rests on stays where it is 11 or more: its standard
error would give it anyway.

``items``
    Categories of an item with the persons who left it out as one more cell, so far as they give a
    small count away; with them floor and ceiling, skewness and kurtosis, and the digits of mean and
    standard deviation (or both). Shares of missing answers, of the lowest and highest score and of
    careless answering that are small counts, or small complements.
``sample``
    Values of a column with those who have none as one row; each item's missing answers, the same
    ones in every group; what was set aside, with the number of responses it would follow from.
``sufficiency``
    Categories of an item, the same ones in every group; what requirements observed where it is
    small or withheld elsewhere, and how many more it takes, for the difference would give it.
``criterion``
    Small counts of timings, of missing and of contradictory values; strata as groups; how many
    different values a continuous outcome has, for that is how many persons have one.
``irt``
    Persons along the trait as one row; shares that are small counts; persons flagged; the persons'
    scores are left out.
``trajectory``
    Persons of occasions that differ by 1 to 10.
``retest``, ``agreement`` and the others
    Nothing beyond what is said of every kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psychometrics.declared.shapes import Record
from psychometrics.disclosure.declared import protected
from schemas.analyses.validity import SECTIONS
from service.use_cases.disclosure_control.criterion import criterion
from service.use_cases.disclosure_control.irt import irt
from service.use_cases.disclosure_control.items import items
from service.use_cases.disclosure_control.sample import sample
from service.use_cases.disclosure_control.sufficiency import sufficiency
from service.use_cases.disclosure_control.trajectory import trajectory

Json = dict[str, Any]

_BY_KIND: Mapping[str, Callable[[Json], Json]] = {
    "items": items,
    "irt": irt,
    "sample": sample,
    "sufficiency": sufficiency,
    "criterion": criterion,
    "trajectory": trajectory,
}


def protect(kind: str, result: Mapping[str, Any]) -> Json:
    """Return a result as it may be published; what is withheld is ``None``.

    Parameters
    ----------
    kind
        The kind of analysis, or the name of a section.
    result
        Its result as JSON values; it is left as it is.
    """
    own = _BY_KIND.get(kind)
    given = own(dict(result)) if own else dict(result)
    return dict(protected(Record(declared=SECTIONS[kind]), given))
