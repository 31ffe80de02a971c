"""What of a finished analysis may leave the house; every format starts here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from service.reports.disclosure import DisclosureError, findings_in_text, withheld
from service.reports.record import Audience, ReportRecord
from service.reports.rscript import r_script

_MEANS = ("latent_means", "observed_means", "freed", "bounds")
_HIDDEN: dict[str, tuple[str, ...]] = {
    "permitted": (),
    "partial": (),
    "bounded": ("latent_means", "observed_means"),
}
"""What is not told by the gate's answer; behind any other answer no mean is."""


def looked_through(record: ReportRecord) -> ReportRecord:
    """Return the analysis without what must not be told to its audience.

    That is, to the public, what tells of 10 persons or fewer; and to everybody, means of groups
    that must not be compared: the engine gives none behind a shut gate, and here the gate is looked
    at again.
    """
    shown = withheld(record.result) if record.audience is Audience.PUBLIC else dict(record.result)
    return replace(record, result=_gated(shown))


def released_script(record: ReportRecord) -> str:
    """Write the R script of an analysis, looked through like every other format.

    Raises
    ------
    DisclosureError
        If it is for the public and a line of it tells of 10 persons or fewer.
    """
    script = r_script(looked_through(record))
    found = findings_in_text(script)
    if found and record.audience is Audience.PUBLIC:
        raise DisclosureError(found)
    return script


def _gated(result: dict[str, Any]) -> dict[str, Any]:
    sections = result.get("sections", {})
    comparison = sections.get("comparison", {})
    status = comparison.get("status")
    hidden = _HIDDEN.get(status, _MEANS) if status is not None else ()
    if not hidden:
        return result
    shut = {**comparison, **dict.fromkeys(hidden, ())}
    return {**result, "sections": {**sections, "comparison": shut}}
