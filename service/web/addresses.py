"""Where addresses lead, remembered: the common ones have no variable part and come often."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.routing import Rule

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_REMEMBERED_AT_MOST = 1000

Known = dict[tuple[str, str, str | None], Rule]
"""Rules without variable parts, by method, path and host."""


def remembered(environ: WSGIEnvironment, known: Known) -> Rule | None:
    """Return where an earlier request of this address led."""
    return None if "HTTP_UPGRADE" in environ else known.get(_place(environ))


def _place(environ: WSGIEnvironment) -> tuple[str, str, str | None]:
    return environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("HTTP_HOST")


class Addresses:
    """The map of addresses, bound to a request only when it must be asked.

    Parameters
    ----------
    environ
        The request's.
    bind
        Binds the map to it.
    known
        Where earlier requests led; shared by all.
    """

    def __init__(self, environ: WSGIEnvironment, bind: Callable[[], Any], known: Known) -> None:
        self._environ = environ
        self._bind = bind
        self._known = known

    def match(self, **options: Any) -> tuple[Rule, Mapping[str, Any]]:
        """Find the rule and the variable parts; see :meth:`werkzeug.routing.MapAdapter.match`."""
        environ, known = self._environ, self._known
        rule = remembered(environ, known)
        if rule is not None:
            return rule, {}
        rule, parts = self._bind().match(**options)
        if not parts and "HTTP_UPGRADE" not in environ:
            if len(known) >= _REMEMBERED_AT_MOST:
                known.clear()
            known[_place(environ)] = rule
        return rule, parts

    def __getattr__(self, name: str) -> Any:
        """Return whatever else the bound map can do."""
        return getattr(self._bind(), name)
