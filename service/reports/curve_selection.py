"""Which items' curves a report draws: the text under the figure must say the same."""

from __future__ import annotations

from service.reports.record import Json

MOST = 24
"""More panels than this are too small to read on a page."""


def drawn_effects(section: Json) -> list[Json]:
    """Return the items that differ and are drawn, the largest difference first where some are not.

    Parameters
    ----------
    section
        The section ``invariance``.
    """
    partial = section["partial_invariance"]
    effects = [] if partial is None else [one for one in partial["effects"] if _has_curve(one)]
    if len(effects) <= MOST:
        return effects
    return sorted(effects, key=lambda one: -(one["dmacs"] or 0.0))[:MOST]


def _has_curve(effect: Json) -> bool:
    """Whether there is a curve, and it is not withheld because the group is small."""
    curve = effect["curve"]
    return bool(curve["factor"]) and None not in (*curve["reference"], *curve["group"])
