"""One server for all tests of the service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.service.server import Client, Server, running_server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, "--workers=2", ALLIANCE_KEY_CACHE="1") as running:
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
