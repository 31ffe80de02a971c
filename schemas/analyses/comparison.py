"""Options of the kind ``comparison``."""

from __future__ import annotations

from psychometrics.invariance.options import ComparisonOptions
from schemas.analyses.invariance import LadderOptionsSchema


class ComparisonOptionsSchema(LadderOptionsSchema):
    """Options of a comparison."""

    made = ComparisonOptions
