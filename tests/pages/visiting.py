"""Who visits the pages, with a browser without script, and the files that are brought."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

import openpyxl
import pytest
import requests

from service.identifiers import uuid7
from tests.service.server import Server, running_server

HEADER = ["person", "site", *[f"i{item}" for item in range(1, 13)], "plus_m"]
PLANTED = "31415926"
MARK = re.compile(r'name="mark" value="([0-9a-f]{64})"')


def table(rows: int = 40, **cells: object) -> list[list[object]]:
    """Rows of answers that are right, but for the cells that are given by column name."""
    made: list[list[object]] = [
        [
            f"p{row}",
            "north" if row % 2 else "south",
            *[1 + (row + item) % 5 for item in range(12)],
            row // 2,
        ]
        for row in range(rows)
    ]
    for name, value in cells.items():
        made[3][HEADER.index(name)] = value
    return [HEADER, *made]


def as_csv(rows: list[list[object]]) -> bytes:
    return "\n".join(",".join("" if c is None else str(c) for c in row) for row in rows).encode()


def as_excel(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class Browser:
    """A browser without script: keeps the cookie, and sends forms with their mark."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.server.url + path, timeout=60)

    def mark(self, path: str = "/") -> str:
        found = MARK.search(self.get(path).text)
        assert found is not None
        return found[1]

    def send(
        self, path: str, fields: Mapping[str, str], file: tuple[str, bytes] | None = None
    ) -> requests.Response:
        return self.session.post(
            self.server.url + path,
            data=fields,
            files={"file": file} if file else None,
            timeout=60,
        )

    def sign_in(self, key: str) -> requests.Response:
        return self.send("/sign-in", {"mark": self.mark(), "key": key})

    def bring(
        self, file: str, content: bytes, /, *, to: str = "/samples", **fields: str
    ) -> requests.Response:
        given = {
            "mark": self.mark("/samples/new"),
            "id": str(uuid7()),
            "name": "A sample",
            "setting": "orthotics-prosthetics",
            "instrument": "wai-sr-client",
            **fields,
        }
        return self.send(to, given, (file, content))


def n_samples(browser: Browser) -> int:
    return browser.get("/").text.count('<a href="/samples/0')


@pytest.fixture(scope="module")
def key(server: Server) -> str:
    return server.new_key("people")


@pytest.fixture
def visitor(server: Server) -> Browser:
    return Browser(server)


@pytest.fixture
def person(visitor: Browser, key: str) -> Iterator[Browser]:
    assert visitor.sign_in(key).status_code == 200
    yield visitor
    visitor.session.close()


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with limits that a test reaches at once."""
    limits = {"ALLIANCE_MAXIMUM_ROWS": "30", "ALLIANCE_FAILED_RATE": "3"}
    with running_server(tmp_path_factory.mktemp("strict"), "--workers=1", **limits) as server:
        yield server
