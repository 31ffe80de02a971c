from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import unquote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from playwright.sync_api import Page as View

from service.reports.record import ReportedSample, ReportRecord
from service.reports.render import Format, render_report

_VOID = {"meta", "link", "br", "hr", "img", "input"}
SCREENS: list[tuple[int, Literal["light", "dark"], Literal["screen", "print"]]] = [
    (1100, "light", "screen"),
    (390, "dark", "screen"),
    (1100, "dark", "print"),
]


class Page(HTMLParser):
    """Collects elements and checks that they are closed in the order they were opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_identifiers_are_unique_and_every_link_leads_somewhere(page: Page) -> None:
    identifiers = [str(one["id"]) for _, one in page.elements if "id" in one]
    assert [name for name, times in Counter(identifiers).items() if times > 1] == []
    targets = [str(one["href"])[1:] for one in page.all("a") if str(one["href"]).startswith("#")]
    assert len(targets) > 15
    assert set(targets) <= set(identifiers)
    for _, one in page.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set((one.get(name) or "").split()) <= set(identifiers)


def test_the_page_is_self_contained_and_has_no_script(page: Page, html: str) -> None:
    assert not [tag for tag, _ in page.elements if tag in {"script", "link", "iframe", "object"}]
    for _, one in page.elements:
        for name in ("src", "href", "xlink:href", "srcset", "data"):
            value = one.get(name) or "#"
            assert value.startswith(("#", "data:")), value
        assert not [name for name in one if name.startswith("on")]
    assert "@import" not in html
    assert "url(http" not in html


def test_the_page_says_its_language_and_has_landmarks(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "en"
    for landmark in ("header", "main", "nav", "footer"):
        assert len(page.all(landmark)) == 1
    assert len(page.all("h1")) == 1
    assert next(one for one in page.all("a"))["class"] == "skip"


def test_every_table_has_a_caption_and_headers_with_scope(page: Page) -> None:
    assert len(page.all("caption")) == len(page.all("table")) > 15
    assert {one.get("scope") for one in page.all("th")} == {"col", "row"}


def test_every_table_can_be_had_as_csv(page: Page) -> None:
    links = [one for one in page.all("a") if "download" in one]
    assert len(links) == len(page.all("table"))
    fit = next(one for one in links if one["download"] == "models-ordinal.csv")
    lines = unquote(str(fit["href"]).split(",", 1)[1]).splitlines()
    assert lines[0].startswith("Model,Proper")
    assert len(lines) == 6


def test_names_from_the_data_are_text_and_never_markup(merged: ReportRecord) -> None:
    evil = '<script>alert("x")</script><img src=x onerror=alert(1)>'
    changed = replace(merged, samples=(ReportedSample(name=evil),))
    shown = Page(render_report(changed, Format.HTML).decode())
    assert not [tag for tag, _ in shown.elements if tag in {"script", "img"}]
    assert evil in "".join(shown.text)


def test_a_report_of_too_few_persons_or_of_nothing_is_a_whole_page(
    few: ReportRecord, nothing: ReportRecord
) -> None:
    for record in (few, nothing):
        shown = Page(render_report(record, Format.HTML).decode())
        assert len(shown.all("h2")) == 23
        assert "Not computed." in "".join(shown.text)


@pytest.fixture(scope="module")
def view(html: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    """The page in a real browser."""
    page = tmp_path_factory.mktemp("report") / "report.html"
    page.write_text(html)
    opened = browser.new_page(bypass_csp=True)
    opened.goto(page.as_uri())
    yield opened
    opened.close()


@pytest.mark.parametrize(("width", "scheme", "media"), SCREENS)
def test_the_page_passes_axe_on_a_screen_on_a_phone_and_in_print(
    view: View,
    width: int,
    scheme: Literal["light", "dark"],
    media: Literal["screen", "print"],
) -> None:
    view.set_viewport_size({"width": width, "height": 800})
    view.emulate_media(color_scheme=scheme, media=media)
    found = Axe().run(view)
    assert found.violations_count == 0, found.generate_report()
    assert view.evaluate("document.documentElement.scrollWidth") <= width
