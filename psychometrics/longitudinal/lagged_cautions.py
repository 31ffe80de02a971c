"""What to heed about lagged effects."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psychometrics.longitudinal.options import PanelModel
from psychometrics.longitudinal.panel import Panel
from psychometrics.types import FloatArray

CONFOUNDING = (
    (
        "A cause that changes from session to session and moves both, such as the device's fit, "
        "pain or a repair, is not excluded: the model holds constant what is stable in a person, "
        "not what varies."
    ),
    (
        "An effect within a session, or faster than the time between sessions, shows in the "
        "correlation of the same session and has no direction."
    ),
    "Both are rated by the same person: a mood of the day colours both ratings.",
)
"""What the design cannot exclude."""

CLPM = (
    "The cross-lagged model without random intercepts mixes differences between persons with "
    "changes within a person; its paths may have either sign for reasons that are no effect."
)
UNEQUAL = (
    "The time between sessions differs; a path over a longer time is another path, and paths that "
    "are equal over time average them."
)
AFTERWARDS = (
    "On the last occasions the outcome is known where the alliance is not: outcomes after "
    "discharge follow the alliance by design and cannot precede it."
)


def cautions_of(
    panel: Panel, alliance: FloatArray, outcome: FloatArray, model: PanelModel
) -> Iterator[str]:
    """Say what the design leaves doubtful.

    Parameters
    ----------
    panel
        Occasions and times.
    alliance, outcome
        Shape (n_persons, n_occasions).
    model
        With or without random intercepts.
    """
    if model is PanelModel.CLPM:
        yield CLPM
    gaps = np.diff(panel.times)
    if gaps.size > 1 and gaps.max() > 1.5 * gaps.min():
        yield UNEQUAL
    known = np.isfinite(alliance[:, -1]), np.isfinite(outcome[:, -1])
    if known[1].sum() > 2 * known[0].sum():
        yield AFTERWARDS
