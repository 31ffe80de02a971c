"""The catalogue of instruments, and the keys that whoever runs the service has confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from schemas.definition import Definition, parse_definition
from schemas.validation_errors import Fault, RefusedInputError, UnreadableInputError


@cache
def shipped_definitions() -> Mapping[str, Definition]:
    """Read the definitions that come with the service, by id in alphabetical order."""
    folder = files("service.catalog") / "definitions"
    found = (parse_definition(file.read_bytes()) for file in folder.iterdir())
    return {
        definition.instrument.id: definition
        for definition in sorted(found, key=lambda definition: definition.instrument.id)
    }


def find_definition(name: str) -> Definition:
    """Find a definition by catalogue id or by the path of a definition file.

    Raises
    ------
    UnreadableInputError
        If it is neither, or the file is not JSON.
    RefusedInputError
        If the file's definition is malformed.
    """
    shipped = shipped_definitions().get(name)
    if shipped is not None:
        return shipped
    path = Path(name)
    if path.is_file():
        return parse_definition(path.read_bytes())
    known = ", ".join(shipped_definitions())
    detail = f"The instrument is neither the path of a definition file nor one of {known}."
    raise UnreadableInputError(detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Instruments by id.

    Attributes
    ----------
    definitions
        By id.
    confirmed
        Ids whose unverified key whoever runs the service has confirmed.
    """

    definitions: Mapping[str, Definition]
    confirmed: frozenset[str] = frozenset()

    def scoring_rule(self, definition: Definition | None) -> Definition:
        """Return the definition if answers may be scored by it.

        Raises
        ------
        RefusedInputError
            If there is none, or its key is neither known nor confirmed.
        """
        if definition is None:
            detail = "There is no instrument of this id; GET /v1/instruments lists them."
            raise _refused("unknown-instrument", detail)
        if definition.key_status == "unverified" and definition.instrument.id not in self.confirmed:
            detail = (
                "The key of this instrument is unverified. Whoever runs the service can confirm it "
                "(ALLIANCE_CONFIRMED_KEYS) after checking it against the form."
            )
            raise _refused("unverified-key", detail)
        return definition


def _refused(code: str, detail: str) -> RefusedInputError:
    return RefusedInputError([Fault(pointer="/instrument", code=code, detail=detail)])
