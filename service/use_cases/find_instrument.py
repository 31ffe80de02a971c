"""Find the definition that a caller means: the catalogue's, or one of the tenant's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from schemas.definition import Definition
from schemas.validation_errors import Fault, RefusedInputError
from service.catalog.catalog import Catalog
from service.errors import ConflictError, NotFoundError


class TenantDefinitions(Protocol):
    """Definitions that tenants made themselves."""

    def add(self, tenant_id: str, definition: Definition) -> None:
        """Keep a definition."""
        ...

    def find(self, tenant_id: str, instrument_id: str) -> Definition | None:
        """Find a tenant's definition."""
        ...

    def list(self, tenant_id: str) -> list[Definition]:
        """List a tenant's definitions."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruments:
    """All instruments a tenant can name.

    Attributes
    ----------
    catalog
        Those that come with the service.
    own
        Those of the tenants.
    """

    catalog: Catalog
    own: TenantDefinitions

    def list(self, tenant_id: str) -> list[Definition]:
        """List the catalogue's definitions, then the tenant's own."""
        return [*self.catalog.definitions.values(), *self.own.list(tenant_id)]

    def get(self, tenant_id: str, instrument_id: str) -> Definition:
        """Return a definition by its address.

        Raises
        ------
        NotFoundError
            If the tenant has none of this id.
        """
        definition = self._find(tenant_id, instrument_id)
        if definition is None:
            raise NotFoundError("There is no instrument of this id.")
        return definition

    def add(self, tenant_id: str, definition: Definition) -> bool:
        """Keep a tenant's own definition.

        Returns
        -------
        bool
            Whether it is new; ``False`` if the tenant has this very one already.

        Raises
        ------
        ConflictError
            If the catalogue, or the tenant, has another one of this id.
        """
        if definition.instrument.id in self.catalog.definitions:
            raise ConflictError("The catalogue has an instrument of this id; choose another id.")
        try:
            self.own.add(tenant_id, definition)
        except ConflictError:
            kept = self.own.find(tenant_id, definition.instrument.id)
            if kept is None or kept.document != definition.document:
                raise
            return False
        return True

    def scoring_rule(self, tenant_id: str, instrument_id: object) -> Definition:
        """Return the definition that a request names for scoring.

        Raises
        ------
        RefusedInputError
            If there is none, or its key is neither known nor confirmed.
        """
        if not isinstance(instrument_id, str):
            detail = "Must be the id of an instrument."
            raise RefusedInputError(
                [Fault(pointer="/instrument", code="wrong-type", detail=detail)]
            )
        return self.catalog.scoring_rule(self._find(tenant_id, instrument_id))

    def _find(self, tenant_id: str, instrument_id: str) -> Definition | None:
        shipped = self.catalog.definitions.get(instrument_id)
        if shipped is not None or not instrument_id.isprintable():
            return shipped
        return self.own.find(tenant_id, instrument_id)
