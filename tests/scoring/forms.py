"""Forms that are odd in what the common ones never are."""

from __future__ import annotations

from psychometrics.instrument import Instrument, Scale

ODD = Instrument(
    id="odd",
    version="1",
    n_items=7,
    minimum=0,
    maximum=3,
    subscales={
        "one": Scale(name="one", items=(6,), minimum_answered=1),
        "three": Scale(name="three", items=(2, 7, 1), minimum_answered=2),
    },
    reversed_items=(2, 6),
)
"""Items that are not scored, a scale of one item, and answers from zero."""
