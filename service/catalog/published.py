"""Published values, to stand beside a result as context; never as norms.

Each value names its source and how well it is known: ``verified`` against the source, ``secondary``
from another source that reports it, ``recalled`` and not verified.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from psychometrics.criterion.options import Reference
from schemas.analyses.criterion import ReferenceSchema


@cache
def published(topic: str) -> Sequence[Mapping[str, Any]]:
    """Read the published values of a topic: the name of a file in ``references/``."""
    file = files("service.catalog") / "references" / f"{topic}.json"
    references: Sequence[Mapping[str, Any]] = json.loads(file.read_bytes())["references"]
    return references


def alliance_and_outcome() -> tuple[Reference, ...]:
    """Return the published correlations of alliance and outcome, the most comprehensive first."""
    loaded: list[Reference] = ReferenceSchema(many=True).load(published("alliance-outcome"))
    return tuple(loaded)
