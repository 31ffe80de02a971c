"""Two samples of two forms: the patient's and the practitioner's."""

from __future__ import annotations

from collections.abc import Sequence

from service.records import Sample


def are_two_forms(samples: Sequence[Sample]) -> bool:
    """Whether samples are exactly two, each of a form of its own."""
    return len(samples) == 2 and samples[0].instrument != samples[1].instrument
