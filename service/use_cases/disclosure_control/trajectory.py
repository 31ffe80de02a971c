"""Growth: the persons of successive occasions are parts of one another."""

from __future__ import annotations

from typing import Any

from psychometrics.disclosure import shown_sizes

Json = dict[str, Any]


def trajectory(result: Json) -> Json:
    """Withhold numbers of persons on occasions that differ by 1 to 10: so many came or left."""
    dropout = result["dropout"]
    sizes = [one for one in dropout["by_occasion"] if one is not None]
    shown = shown_sizes({result["n_persons"]}, sizes)
    return {
        **result,
        "dropout": {
            **dropout,
            "by_occasion": [one if one in shown else None for one in dropout["by_occasion"]],
        },
    }
