"""An R script that reproduces a report's numbers with lavaan, psych and semTools.

What was asked stands at its head as settings; what follows (``reproduce.R``) is the same in every
script.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Protocol

_REPRODUCED = (
    "dimensionality",
    "efa",
    "cfa",
    "cfa_continuous",
    "irt",
    "reliability",
    "invariance",
    "trajectory",
    "retest",
    "criterion",
)
_NULL = "NULL"


class Finished(Protocol):
    """A finished analysis of the kind ``validity``, as its reports see it."""

    @property
    def definition(self) -> Mapping[str, Any]:
        """The instrument's definition."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of the definition."""
        ...

    @property
    def options(self) -> Mapping[str, Any]:
        """What was asked, as given."""
        ...

    @property
    def result(self) -> Mapping[str, Any]:
        """The result, protected."""
        ...


def r_script(record: Finished) -> str:
    """Write the script that makes a report's numbers again.

    Parameters
    ----------
    record
        The finished analysis; no answer is in it, the script reads them from the exported data.
    """
    versions = ", ".join(f"{name} {number}" for name, number in record.result["software"].items())
    rule = _comment(f"{record.definition['id']} {record.definition['version']}")
    head = [
        f"# Reproduces a validity report of {rule}",
        f"# (definition {record.sha256}),",
        f"# made by {versions}.",
        "settings <- list(",
        ",\n".join(f"  {name} = {value}" for name, value in _settings(record).items()),
        ")",
    ]
    body = (files("service.reports") / "reproduce.R").read_text(encoding="utf-8")
    return "\n".join(head) + "\n" + body


def _settings(record: Finished) -> dict[str, str]:
    definition, options = record.definition, record.options
    sections = record.result["sections"]
    computed = {name: one for name, one in sections.items() if one.get("computed") is not False}
    invariance = computed.get("invariance", {})
    return {
        "n_items": _number(definition["items"]),
        "scales": _named(definition["subscales"], _numbers),
        "reversed": _numbers(definition["reversed"]),
        "minimum": _number(definition["response"]["minimum"]),
        "maximum": _number(definition["response"]["maximum"]),
        "minimum_answered": _named(_minimum_answered(definition), _number),
        "total": _truth(definition["total"]),
        "respondent": _text(sections["sample"]["respondent"]),
        "session_number": _number(options.get("session_number")),
        "group": _text(invariance.get("group")),
        "reference": _text(
            None if invariance.get("group") == "sample" else invariance.get("reference")
        ),
        "estimator": _text(invariance.get("estimator", "WLSMV")),
        "structure": _text(invariance.get("structure", "three-factor")),
        "means": _truth(computed.get("comparison", {}).get("status") == "permitted"),
        "missing": _text(options.get("missing") or "listwise"),
        "cluster": _text(options.get("cluster")),
        "models": _texts(_models(computed)),
        "occasions": _numbers(computed.get("retest", {}).get("occasions", [])),
        "sessions": _numbers(computed.get("trajectory", {}).get("occasions", [])),
        "growth": _named(_grown(computed.get("trajectory", {})), str),
        "outcomes": _texts(
            [one["name"] for one in computed.get("criterion", {}).get("outcomes", [])]
        ),
        "seed": _number(options.get("seed", 1)),
        "replicates": _number(options.get("replicates", 100)),
        "sections": _texts([name for name in _REPRODUCED if name in computed]),
    }


def _grown(trajectory: Mapping[str, Any]) -> dict[str, str]:
    """Return which growth model is shown of each scale, as R writes it."""
    return {
        name: f"list(scale = {_text(name)}, shape = {_text(scale['shape'])}, "
        f"knot = {_number(scale['growth']['knot'])})"
        for name, scale in trajectory.get("scales", {}).items()
        if scale["growth"] is not None
    }


def _models(computed: Mapping[str, Any]) -> list[str]:
    names = [
        model["model"]
        for section in ("cfa", "cfa_continuous")
        for model in computed.get(section, {}).get("models", [])
    ]
    return list(dict.fromkeys(names))


def _minimum_answered(definition: Mapping[str, Any]) -> dict[str, int]:
    given = definition.get("missing", {}).get("minimum_answered", {})
    return {name: given.get(name, len(items)) for name, items in definition["subscales"].items()}


def _text(value: str | None) -> str:
    """Write an R string; JSON's escapes are R's too, but for the slash."""
    return _NULL if value is None else json.dumps(value, ensure_ascii=True).replace("\\/", "/")


def _texts(values: list[str]) -> str:
    return f"c({', '.join(_text(value) for value in values)})" if values else "character(0)"


def _number(value: float | None) -> str:
    return _NULL if value is None else f"{value:g}"


def _numbers(values: list[float]) -> str:
    return f"c({', '.join(_number(value) for value in values)})" if values else "numeric(0)"


def _truth(value: object) -> str:
    return "TRUE" if value else "FALSE"


def _named(values: Mapping[str, Any], write: Any) -> str:
    return (
        f"list({', '.join(f'`{_name(name)}` = {write(value)}' for name, value in values.items())})"
    )


def _name(name: str) -> str:
    """Write a name between backticks."""
    return name.replace("\\", "\\\\").replace("`", "\\`")


def _comment(text: str) -> str:
    """Keep a text within its comment line."""
    return re.sub(r"\s+", " ", text)
