"""Both kinds of database."""

from __future__ import annotations

from tests.service.conftest import new_address, postgresql

__all__ = ["new_address", "postgresql"]
