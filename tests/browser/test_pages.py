"""The whole way through the pages, in a real browser: with script, without it, by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import PATIENCE_MS, NewPage
from tests.service.server import Server

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
SERIOUS = {"serious", "critical"}

Look = Callable[[Page], None]
"""Looks at a page on the way."""


def nothing(_: Page) -> None:
    """Look at nothing."""


@dataclass
class Seen:
    """What was found on the way, page by page.

    Attributes
    ----------
    unreadable
        By colour scheme, what keeps people from using a page.
    too_wide
        Pages of which something stands out at the side of a phone.
    said
        What the browser's console said.
    asked
        Whom the browser asked.
    """

    unreadable: dict[str, list[tuple[str, object]]] = field(
        default_factory=lambda: {"light": [], "dark": []}
    )
    too_wide: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)

    def look(self, page: Page) -> None:
        """Look at a page in light and dark, and on a phone."""
        page.wait_for_load_state()
        for scheme, found in self.unreadable.items():
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # light or dark
            found += serious(page)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if width[0] > width[1]:
            self.too_wide.append(page.url)
        page.set_viewport_size(DESK)

    def listen(self, page: Page) -> None:
        """Note from now on what the browser says, and whom it asks."""
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.add(request.url.split("/")[2]))


def serious(page: Page) -> list[tuple[str, object]]:
    """What axe finds on a page that keeps people from using it."""
    return [
        (page.url, (violation["id"], [node["html"] for node in violation["nodes"]]))
        for violation in Axe().run(page).response["violations"]
        if violation["impact"] in SERIOUS
    ]


def sign_in(page: Page, key: str, look: Look = nothing) -> None:
    page.goto("/")
    look(page)
    page.get_by_label("API key").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    look(page)
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    look(page)


def bring(page: Page, files: Path, look: Look = nothing) -> None:
    """Bring a file with faults, read them, and bring the corrected one."""
    page.get_by_role("link", name="New sample").first.click()
    look(page)
    page.get_by_label("Form that was answered").select_option("wai-sr-client")
    page.get_by_label("Name of the sample").fill("Our <clinic>")
    page.get_by_label("Physical rehabilitation").check()
    page.get_by_label("File with the answers").set_input_files(files / "wrong.csv")
    page.get_by_role("button", name="Look at the file").click()
    faults = page.get_by_role("alert")
    expect(faults).to_contain_text("does that stand for a missing answer?")
    expect(faults).to_contain_text("Column i7: 1 cell is a text that is no answer")
    assert "often" not in faults.inner_text()
    look(page)
    page.get_by_label("File with the answers").set_input_files(files / "right.csv")
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("heading", level=2, name="nothing is kept yet")).to_be_visible()
    expect(page.get_by_role("row", name="site where")).to_contain_text("north: 125, south: 125")
    look(page)
    chosen = page.get_by_label("File with the answers")
    if not chosen.input_value():  # without script the form came back empty
        chosen.set_input_files(files / "right.csv")
    page.get_by_role("button", name="Keep these answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our <clinic>")
    expect(page.get_by_text("Physical rehabilitation")).to_be_visible()
    expect(page.get_by_role("row", name="site where")).to_contain_text("north: 125, south: 125")
    look(page)


def ask(page: Page, look: Look = nothing) -> None:
    """Ask for the validity of the form in two groups, watch it, and read the answer."""
    page.get_by_role("radio", name="site").check()
    page.get_by_role("button", name="Make the validity report").click()
    page.wait_for_url("**/analyses/**")
    look(page)
    expect(page.get_by_text("Finished", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", name="The answer")).to_be_visible()
    look(page)


def read(page: Page, look: Look = nothing) -> None:
    """Read the report itself, and go back."""
    answer = page.locator(".answer").inner_text()
    page.get_by_role("link", name="Read the report").click()
    page.wait_for_url("**/report.html")
    expect(page.locator(".sentence")).to_have_text(answer)
    expect(page.get_by_role("navigation", name="Contents")).to_be_visible()
    look(page)
    page.go_back()


def talk(page: Page, look: Look = nothing) -> None:
    """Enter one form's answers and read what to talk about."""
    page.get_by_role("link", name="Talk about a form").click()
    page.get_by_label("Form that was answered").select_option("wai-sr-client")
    page.get_by_role("button", name="Enter the answers").click()
    for item in range(1, 13):
        page.get_by_label(f"Item {item}", exact=True).fill("3" if item in {3, 5, 7, 9} else "5")
    look(page)
    page.get_by_role("button", name="Show what to talk about").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("the bond lie lower")
    look(page)


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("API key")).to_be_visible()


def delete_all(page: Page, look: Look = nothing) -> None:
    """Delete the analysis and the sample, each after being asked."""
    page.get_by_role("link", name="Alliance").click()
    page.get_by_role("link", name="Does the form hold up here?").first.click()
    page.get_by_role("link", name="Delete this analysis").click()
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("No analysis yet.")).to_be_visible()
    page.get_by_role("link", name="Our <clinic>").first.click()
    page.get_by_role("link", name="Delete the sample").click()
    expect(page.get_by_role("button", name="Delete for good")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.get_by_role("link", name="Our <clinic>")).to_have_count(0)


def whole_way(page: Page, key: str, files: Path, look: Look = nothing) -> None:
    sign_in(page, key, look)
    bring(page, files, look)
    ask(page, look)
    read(page, look)
    talk(page, look)
    delete_all(page, look)
    page.goto("/nonsense")
    look(page)
    page.get_by_role("link", name="To the start").click()
    sign_out(page)


@pytest.fixture(scope="module")
def seen(browser: Browser, server: Server, files: Path) -> Iterator[Seen]:
    """Go the whole way once, with script, and look at every page; no colour is on its way."""
    found = Seen()
    context = browser.new_context(base_url=server.url, viewport=DESK, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    found.listen(page)
    whole_way(page, server.new_key("looking"), files, found.look)
    yield found
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(seen: Seen, scheme: str) -> None:
    assert seen.unreadable[scheme] == []


def test_every_page_fits_a_phone(seen: Seen) -> None:
    assert seen.too_wide == []


def test_nothing_is_refused_by_the_pages_own_policy(seen: Seen) -> None:
    """No script, style or image that the content security policy forbids, and no script error."""
    assert not [line for line in seen.said if "Content Security Policy" in line]
    assert not [line for line in seen.said if "Error" in line]


def test_pages_ask_nobody_but_the_service(seen: Seen) -> None:
    assert len(seen.asked) == 1


def test_the_whole_way_can_be_gone_without_script(
    new_page: NewPage, server: Server, files: Path
) -> None:
    whole_way(new_page(java_script_enabled=False), server.new_key("without-script"), files)


def test_a_file_can_be_dropped_on_its_field(new_page: NewPage, key: str) -> None:
    page = new_page()
    sign_in(page, key)
    page.goto("/samples/new")
    transfer = page.evaluate_handle(
        "() => { const d = new DataTransfer();"
        "d.items.add(new File(['i1\\n1'], 'dropped.csv')); return d; }"
    )
    page.dispatch_event(".drop", "drop", {"dataTransfer": transfer})
    assert page.evaluate("document.querySelector('#file').files[0].name") == "dropped.csv"


def test_the_keyboard_alone_is_enough_to_sign_in(new_page: NewPage, key: str) -> None:
    page = new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    while page.evaluate("document.activeElement.id") != "key":
        page.keyboard.press("Tab")
    page.keyboard.type(key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


def filled_in(page: Page, key: str, files: Path, name: str) -> Page:
    """Bring a right file for a new sample of this name, up to the moment before it is sent."""
    sign_in(page, key)
    page.goto("/samples/new")
    page.get_by_label("Form that was answered").select_option("wai-sr-client")
    page.get_by_label("Name of the sample").fill(name)
    page.get_by_label("File with the answers").set_input_files(files / "right.csv")
    return page


def test_a_form_is_not_sent_twice_by_an_impatient_hand(
    new_page: NewPage, key: str, files: Path
) -> None:
    page = filled_in(new_page(), key, files, "Sent once")
    page.get_by_role("button", name="Look at the file").dblclick()
    page.get_by_role("button", name="Keep these answers").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent once")
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("link", name="Sent once")).to_have_count(1)


def test_another_file_must_be_looked_at_before_it_is_kept(
    new_page: NewPage, key: str, files: Path
) -> None:
    page = filled_in(new_page(), key, files, "Looked at")
    page.get_by_role("button", name="Look at the file").click()
    keep = page.get_by_role("button", name="Keep these answers")
    expect(keep).to_be_visible()
    page.get_by_label("Name of the sample").fill("Looked at, renamed")
    expect(keep).to_be_visible()
    page.get_by_label("File with the answers").set_input_files(files / "wrong.csv")
    expect(keep).to_have_count(0)
    page.get_by_role("link", name="Alliance").click()
    expect(page.get_by_role("link", name="Looked at")).to_have_count(0)
