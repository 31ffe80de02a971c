"""Shares of persons or forms as they may be handed on."""

from __future__ import annotations

from psychometrics.disclosure.counts import protected_proportion
from psychometrics.monitoring.results import SharedOut
from psychometrics.validity.wilson_interval import wilson_interval


def shared_out(count: int, total: int) -> SharedOut:
    """Return a share with Wilson's interval, withheld where it gives 1 to 10 away."""
    share = protected_proportion(count / total, total) if total else None
    if share is None:
        return SharedOut(share=None, interval=None)
    return SharedOut(share=share, interval=wilson_interval(share, total))
