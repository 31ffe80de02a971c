"""Which version of the fit indices a report shows: robust, else scaled, else uncorrected."""

from __future__ import annotations

from service.reports.record import Json


def version_of(model: Json) -> str:
    """Return ``"robust"``, ``"scaled"`` or ``"uncorrected"``."""
    for name in ("robust", "scaled"):
        block = model.get(f"{name}_indices")
        if block is not None and block["cfi"] is not None and block["rmsea"] is not None:
            return name
    return "uncorrected"


def block_of(model: Json) -> Json:
    """Return the block that holds the shown CFI, TLI, RMSEA and its interval."""
    version = version_of(model)
    block: Json = model if version == "uncorrected" else model[f"{version}_indices"]
    return block


def indices_shown(model: Json) -> dict[str, float | None]:
    """Return CFI, TLI, RMSEA and SRMR as they are shown."""
    block = block_of(model)
    return {
        "cfi": block["cfi"],
        "tli": block["tli"],
        "rmsea": block["rmsea"],
        "srmr": model["srmr"],
    }
