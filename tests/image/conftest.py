"""One image for all, and one deployment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.image.engine import FIGURES, IMAGE, Composed, composed, docker, look_for_an_engine


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in FIGURES:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def image() -> str:
    look_for_an_engine()
    docker("build", "--tag", IMAGE, ".")
    return IMAGE


@pytest.fixture(scope="session")
def deployed(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with composed(tmp_path_factory.mktemp("composed")) as made:
        yield made
