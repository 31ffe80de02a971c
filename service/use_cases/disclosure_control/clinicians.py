"""How patients are spread over clinicians."""

from __future__ import annotations

from typing import Any

from psychometrics.disclosure import is_small, protected_count

Json = dict[str, Any]


def clinicians(found: Json) -> Json:
    """Withhold small numbers of clinicians, and of persons that one of them has."""
    n_with_several = protected_count(found["n_with_several"], found["n_clinicians"])
    sizes = {
        name: None if is_small(found[name]) else found[name]
        for name in ("smallest", "median", "largest")
    }
    return {**found, "n_with_several": n_with_several, **sizes}
