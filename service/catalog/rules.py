"""The rules by which an instrument is judged: versioned data in ``standards/``."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from psychometrics.validity.rules import Standards
from schemas.standards import load_standards


@cache
def validity_standards() -> Standards:
    """Read the rules of the kind ``validity``."""
    file = files("service.catalog") / "standards" / "validity.json"
    return load_standards(json.loads(file.read_bytes()))
