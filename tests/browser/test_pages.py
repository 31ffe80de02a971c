"""The whole way through the pages, in a real browser: with script, without it, by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage

SERIOUS = {"serious", "critical"}

Look = Callable[[Page], None]
"""Looks at a page on the way."""


def nothing(_: Page) -> None:
    """Look at nothing."""


def is_accessible(page: Page) -> None:
    page.wait_for_load_state()
    found = Axe().run(page).response["violations"]
    serious = [
        (violation["id"], [node["html"] for node in violation["nodes"]])
        for violation in found
        if violation["impact"] in SERIOUS
    ]
    assert serious == [], page.url


def fits_the_window(page: Page) -> None:
    """Whether nothing stands out at the side."""
    page.wait_for_load_state()
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], page.url


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
    page.get_by_role("button", name="Bring the file").click()
    faults = page.get_by_role("alert")
    expect(faults).to_contain_text("Row 2, item 1")
    expect(faults).to_contain_text("Row 6, item 7")
    assert "often" not in faults.inner_text()
    look(page)
    page.get_by_label("File with the answers").set_input_files(files / "right.csv")
    page.get_by_role("button", name="Bring the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Our <clinic>")
    expect(page.get_by_text("Physical rehabilitation")).to_be_visible()
    expect(page.get_by_role("row", name="site")).to_contain_text("north: 125, south: 125")
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


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_the_whole_way_from_signing_in_to_signing_out(
    new_page: NewPage, key: str, files: Path, script: bool
) -> None:
    page = new_page(java_script_enabled=script)
    sign_in(page, key)
    bring(page, files)
    ask(page)
    read(page)
    talk(page)
    page.get_by_role("link", name="Alliance").click()
    page.get_by_role("link", name="Our <clinic>").first.click()
    page.get_by_role("link", name="Delete the sample").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    expect(page.get_by_role("link", name="Our <clinic>")).to_have_count(0)
    sign_out(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(new_page: NewPage, key: str, files: Path, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    sign_in(page, key, is_accessible)
    bring(page, files, is_accessible)
    ask(page, is_accessible)
    read(page, is_accessible)
    talk(page, is_accessible)
    page.get_by_role("link", name="Alliance").click()
    page.get_by_role("link", name="Our <clinic>").first.click()
    page.get_by_role("link", name="Delete the sample").click()
    is_accessible(page)
    page.goto("/nonsense")
    is_accessible(page)


def test_every_page_fits_a_phone(new_page: NewPage, key: str, files: Path) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    sign_in(page, key, fits_the_window)
    bring(page, files, fits_the_window)
    ask(page, fits_the_window)
    read(page, fits_the_window)
    talk(page, fits_the_window)


def test_nothing_is_refused_by_the_pages_own_policy(
    new_page: NewPage, key: str, files: Path
) -> None:
    """No script, style or image that the content security policy forbids, and no script error."""
    page = new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("/")[2]))
    sign_in(page, key)
    bring(page, files)
    ask(page)
    read(page)
    assert not [line for line in said if "Content Security Policy" in line or "Error" in line]
    assert len(asked) == 1, "pages ask nobody but the service"


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


def test_a_form_is_not_sent_twice_by_an_impatient_hand(
    new_page: NewPage, key: str, files: Path
) -> None:
    page = new_page()
    sign_in(page, key)
    page.goto("/samples/new")
    page.get_by_label("Form that was answered").select_option("wai-sr-client")
    page.get_by_label("Name of the sample").fill("Sent once")
    page.get_by_label("File with the answers").set_input_files(files / "right.csv")
    page.get_by_role("button", name="Bring the file").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sent once")
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("link", name="Sent once")).to_have_count(1)
