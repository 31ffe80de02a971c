"""What computed a result, by name and version."""

from __future__ import annotations

from importlib.metadata import version

_NAMED = ("alliance", "numpy", "scipy", "factor-analyzer")


RELEASE = version(_NAMED[0])
"""Version of this program."""


def software() -> dict[str, str]:
    """Versions of what computed a result."""
    return {name: version(name) for name in _NAMED}
