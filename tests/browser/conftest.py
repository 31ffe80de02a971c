"""A real server, and a real browser without a window that talks to nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.service.server import Server, running_server

PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

NewPage = Callable[..., Page]
"""Opens a page in a profile of its own; takes what a Playwright context takes."""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server"), "--workers=1") as running:
        yield running


@pytest.fixture
def new_page(server: Server, browser: Browser) -> Iterator[NewPage]:
    opened: list[BrowserContext] = []

    def make(**options: object) -> Page:
        context = browser.new_context(base_url=server.url, **options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context.new_page()

    yield make
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def key(server: Server) -> str:
    return server.new_key("browser")


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Path:
    """A folder with a file that is right, and the same one with faults in known cells."""
    folder = tmp_path_factory.mktemp("files")
    header, *rows = [line.split(",") for line in (data / "wai_250.csv").read_text().split()]
    beside = ["person", "clinician", "session_number", "site", *header, "plus_m"]
    right = [
        [f"p{n}", f"c{n % 20}", "2", "north" if n % 2 else "south", *row, str(30 + n % 40)]
        for n, row in enumerate(rows)
    ]
    wrong = [list(row) for row in right]
    first_item = beside.index("i1")
    wrong[0][first_item], wrong[4][first_item + 6] = "99", "often"
    for name, table in (("right", right), ("wrong", wrong)):
        lines = [",".join(row) for row in [beside, *table]]
        (folder / f"{name}.csv").write_text("\n".join(lines))
    return folder
