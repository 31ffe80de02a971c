"""The service's fixtures: both kinds of database, and one server for each."""

from tests.service.conftest import (  # noqa: F401 pytest finds them by their names here
    clinic,
    database,
    new_address,
    postgresql,
    pytest_generate_tests,
    server,
)
