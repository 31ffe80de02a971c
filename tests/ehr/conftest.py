"""The service's fixtures: one server, and keys of two tenants."""

from tests.service.conftest import (  # noqa: F401 pytest finds them by their names here
    clinic,
    new_address,
    nobody,
    pytest_generate_tests,
    server,
    stranger,
)
