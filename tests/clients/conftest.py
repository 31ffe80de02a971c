"""One server, the clients generated from ``openapi.yaml``, an analysis of every kind."""

from tests.clients.generating import (  # noqa: F401 pytest finds them by their names here
    analyses,
    generated,
    node,
)
from tests.service.conftest import (  # noqa: F401 the same
    clinic,
    new_address,
    pytest_generate_tests,
    server,
)
