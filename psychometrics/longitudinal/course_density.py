"""Where persons' scores lie on each occasion, in classes that tell of no single person.

The scale's range is divided into six classes of equal width; on each occasion the persons in them
are shares so coarse that no count follows (``disclosure.protected_shares``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psychometrics.disclosure import protected_shares
from psychometrics.longitudinal.trajectory_results import CourseDensity
from psychometrics.types import FloatArray

CLASSES = 6


def course_density(scores: FloatArray, span: tuple[float, float]) -> CourseDensity:
    """Count persons in classes of scores.

    Parameters
    ----------
    scores
        Shape (n_persons, n_occasions), missing is ``nan``.
    span
        Lowest and highest possible score.
    """
    edges = np.linspace(*span, CLASSES + 1)
    return CourseDensity(
        edges=tuple(float(edge) for edge in edges), shares=tuple(_shares(scores, edges))
    )


def _shares(scores: FloatArray, edges: FloatArray) -> Iterator[tuple[float | None, ...]]:
    for column in scores.T:
        counts = np.histogram(column[np.isfinite(column)], bins=edges)[0]
        found = protected_shares([int(count) for count in counts])
        yield (None,) * CLASSES if found is None else found.shares
