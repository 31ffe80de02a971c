"""The service's fixtures, for what happens to people's answers."""

from __future__ import annotations

from tests.service.conftest import (
    clinic,
    database,
    new_address,
    nobody,
    postgresql,
    pytest_generate_tests,
    server,
    stranger,
)

__all__ = [
    "clinic",
    "database",
    "new_address",
    "nobody",
    "postgresql",
    "pytest_generate_tests",
    "server",
    "stranger",
]
