"""One server of each kind of database for the tests of files over HTTP."""

from tests.service.conftest import (  # noqa: F401 pytest finds them by their names here
    database,
    new_address,
    postgresql,
    pytest_generate_tests,
    server,
)
