"""Who visits the pages, both kinds of database, and one server for each."""

from tests.pages.visiting import (  # noqa: F401 pytest finds them by their names here
    key,
    person,
    strict,
    visitor,
)
from tests.service.conftest import (  # noqa: F401 the same
    clinic,
    database,
    new_address,
    postgresql,
    pytest_generate_tests,
    server,
)
