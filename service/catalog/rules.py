"""The rules by which an instrument is judged: versioned data in ``standards/``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from psychometrics.validity.options import Standard
from psychometrics.validity.rules import Standards
from schemas.standards import load_standards


def standards(which: Standard) -> Standards:
    """Return the rules that properties are rated by."""
    return validity_standards() if which is Standard.ALLIANCE else _cosmin()[0]


@cache
def validity_standards() -> Standards:
    """Read the rules of the kind ``validity``."""
    return load_standards(_document("validity"))


def deviations() -> Mapping[str, str]:
    """Say by property how our rule departs from COSMIN's, and why."""
    return _cosmin()[1]


@cache
def _cosmin() -> tuple[Standards, Mapping[str, str]]:
    """Read COSMIN's rules: ours, with what they replace, and how ours depart from them."""
    ours, theirs = _document("validity"), _document("cosmin-2018")
    rules = [rule | theirs["rules"].get(rule["property"], {}) for rule in ours["rules"]]
    document = {"rules": rules, **{name: theirs[name] for name in ("id", "version", "answers")}}
    return load_standards(document), theirs["deviations"]


def _document(name: str) -> Any:
    return json.loads((files("service.catalog") / "standards" / f"{name}.json").read_bytes())
