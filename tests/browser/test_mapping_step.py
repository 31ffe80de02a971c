"""The mapping step: files that ask, answered on the page, with script and without, on a phone."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.test_pages import DESK, PHONE, serious, sign_in

GERMAN = dict(zip("12345", ["Selten", "Manchmal", "Oft", "Sehr oft", "Immer"], strict=True))


@pytest.fixture(scope="module")
def forms(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three files of the set; Qualtrics' with labels in place of its numbers."""
    source = data / "files" / "qualtrics_numeric" / "data.csv"
    rows = list(csv.reader(io.StringIO(source.read_text(), newline="")))
    items = [place for place, name in enumerate(rows[0]) if name.startswith("Q5_")]
    for row in rows[3:]:
        for place in items:
            row[place] = GERMAN.get(row[place], row[place])
    labels = tmp_path_factory.mktemp("forms") / "labels.csv"
    with labels.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return {
        "labels": labels,
        "wide": data / "files" / "wide_longitudinal" / "data_prefix.csv",
        "alphabet": data / "files" / "spss" / "autorecode.sav",
    }


def begin(page: Page, file: Path) -> None:
    page.goto("/samples/new")
    page.get_by_label("Form that was answered").select_option("wai-sr-client")
    page.get_by_label("Name of the sample").fill(file.stem)
    page.get_by_label("File with the answers").set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()


def look_again(page: Page, file: Path) -> None:
    chosen = page.get_by_label("File with the answers")
    if not chosen.input_value():  # without script the form came back empty
        chosen.set_input_files(file)
    page.get_by_role("button", name="Look again").click()
    expect(page.get_by_role("heading", level=2, name="nothing is kept yet")).to_be_visible()


def keep(page: Page, file: Path) -> None:
    chosen = page.get_by_label("File with the answers")
    if not chosen.input_value():
        chosen.set_input_files(file)
    page.get_by_role("button", name="Keep these answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(file.stem)


@pytest.mark.parametrize("script", [True, False])
def test_labels_are_asked_for_once_and_kept_in_their_order(
    new_page: NewPage, key: str, forms: dict[str, Path], script: bool, tmp_path: Path
) -> None:
    page = new_page(java_script_enabled=script)
    sign_in(page, key)
    begin(page, forms["labels"])
    expect(page.get_by_role("alert")).to_contain_text("Which answer (1 to 5) does each label")
    expect(page.get_by_text("Qualtrics", exact=True)).to_be_visible()
    assert "192.0.2." not in page.content(), "no address of a person"
    picture(page, tmp_path, f"labels-{script}")
    page.get_by_label("Selten < Manchmal < Oft < Sehr oft < Immer").check()
    look_again(page, forms["labels"])
    expect(page.get_by_text("160", exact=True).first).to_be_visible()
    keep(page, forms["labels"])


def test_occasions_in_one_row_are_shown_as_occasions(
    new_page: NewPage, key: str, forms: dict[str, Path], tmp_path: Path
) -> None:
    page = new_page()
    sign_in(page, key)
    begin(page, forms["wide"])
    expect(page.get_by_role("heading", level=2, name="nothing is kept yet")).to_be_visible()
    expect(page.get_by_text("A row holds 2 occasions (t1, t2)")).to_be_visible()
    expect(page.get_by_text("320", exact=True).first).to_be_visible()
    picture(page, tmp_path, "wide")
    assert serious(page) == []
    page.set_viewport_size(PHONE)
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
    picture(page, tmp_path, "wide-phone")
    page.set_viewport_size(DESK)
    keep(page, forms["wide"])


def test_numbers_that_contradict_their_labels_are_asked_about(
    new_page: NewPage, key: str, forms: dict[str, Path], tmp_path: Path
) -> None:
    page = new_page()
    sign_in(page, key)
    begin(page, forms["alphabet"])
    expect(page.get_by_role("alert")).to_contain_text("do not follow the order of their labels")
    assert page.get_by_role("button", name="Keep these answers").count() == 0
    assert page.locator("input[type=radio][name^=answer]:checked").count() == 0
    picture(page, tmp_path, "alphabet")
    assert serious(page) == []
    choice = page.get_by_label("the labels are right")
    choice.focus()
    page.keyboard.press("Space")
    look_again(page, forms["alphabet"])
    keep(page, forms["alphabet"])


def test_a_role_that_is_changed_in_the_table_counts(
    new_page: NewPage, key: str, data: Path
) -> None:
    page, file = new_page(), data / "files" / "canonical" / "data.csv"
    sign_in(page, key)
    begin(page, file)
    expect(page.get_by_role("heading", level=2, name="nothing is kept yet")).to_be_visible()
    page.get_by_label("Role of column plus_m").select_option("left out")
    assert page.get_by_role("button", name="Keep these answers").count() == 0
    look_again(page, file)
    expect(page.get_by_label("Role of column plus_m")).to_have_value("left out")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save this mapping").click()
    assert download.value.suggested_filename == "mapping.json"
    assert "plus_m" in Path(download.value.path()).read_text()
    keep(page, file)
    expect(page.get_by_role("row", name="plus_m")).to_have_count(0)


def picture(page: Page, folder: Path, name: str) -> None:
    """Keep a picture for those who want to look."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
