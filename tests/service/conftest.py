"""What the service's tests share: both kinds of database, and one server for each.

A test that takes ``database``, or that is marked ``both_stores`` and takes the server, runs on
SQLite and on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from service.adapters.database.engine import Database
from service.adapters.database.migrate import migrate
from tests.postgresql import Postgresql, running_postgresql
from tests.service.server import Client, Server, running_server

STORES = ("sqlite", "postgresql")

NewAddress = Callable[[str], str]
"""Makes an empty database in a store and returns its address."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of the server on both stores where they are marked so, else on the embedded."""
    if "server" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_stores")
        stores = STORES if both else STORES[:1]
        metafunc.parametrize("server", stores, indirect=True, scope="session")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL server that forgets everything in a power cut."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def new_address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> NewAddress:
    def make(store: str) -> str:
        if store == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database') / 'alliance.db'}"
        server: Postgresql = request.getfixturevalue("postgresql")
        return server.new_database()

    return make


@pytest.fixture(params=STORES)
def database(request: pytest.FixtureRequest, new_address: NewAddress) -> Iterator[Database]:
    """An empty database with all tables."""
    made = Database(new_address(request.param))
    migrate(made)
    yield made
    made.close()


@pytest.fixture(scope="session")
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_address: NewAddress,
) -> Iterator[Server]:
    address = {} if request.param == "sqlite" else {"DATABASE_URL": new_address(request.param)}
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, "--workers=2", ALLIANCE_KEY_CACHE="1", **address) as running:
        yield running


@pytest.fixture(scope="session")
def clinic(server: Server) -> Client:
    """A tenant's key with all ordinary scopes."""
    return server.client("clinic")


@pytest.fixture(scope="session")
def stranger(server: Server) -> Client:
    """Another tenant's key."""
    return server.client("stranger")


@pytest.fixture
def nobody(server: Server) -> Client:
    return Client(url=server.url, key=None)
