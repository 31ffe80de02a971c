"""Which factor model figures show: the best proper one, else the form's own where it is proper."""

from __future__ import annotations

from collections.abc import Sequence

from psychometrics.cfa.options import Structure, names_of
from service.reports.record import Json, ReportRecord

_CLAIMED = tuple(
    name
    for structure in (Structure.CORRELATED_FACTORS, Structure.ONE_FACTOR)
    for name in names_of(structure)
)


def shown_model(record: ReportRecord, section_name: str = "cfa") -> Json | None:
    """Return the model that is drawn, ``None`` where no solution is proper.

    Parameters
    ----------
    record
        The finished analysis.
    section_name
        ``"cfa"`` or ``"cfa_continuous"``.
    """
    section = record.section(section_name)
    if section is None:
        return None
    proper = {one["model"]: one for one in section["models"] if one["proper"] and one["loadings"]}
    names: Sequence[str | None] = (section["best"], *_CLAIMED)
    return next((proper[name] for name in names if name in proper), None)


def factors_of(model: Json) -> list[str]:
    """Names of the factors that items load on, in the model's order."""
    return list(dict.fromkeys(loading["factor"] for loading in model["loadings"]))
