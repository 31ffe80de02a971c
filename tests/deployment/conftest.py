"""A database of each kind, as the service's tests make it."""

from tests.service.conftest import new_address, postgresql  # noqa: F401 found by their names here
