from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path

import docx
from docx.oxml.ns import qn

from service.reports.record import ReportRecord
from service.reports.render import Format, render_report
from tests.programs import program


def test_it_opens_and_has_headings_tables_and_figures(file: bytes, merged: ReportRecord) -> None:
    word = docx.Document(BytesIO(file))
    text = [paragraph.text for paragraph in word.paragraphs]
    assert merged.result["verdict"]["answer"] in text
    assert len(word.tables) > 15
    assert len(word.inline_shapes) >= 9
    assert [one for one in word.paragraphs if one.style.name == "Heading 1"]


def test_tables_have_three_rules_and_no_vertical_line(file: bytes) -> None:
    for table in docx.Document(BytesIO(file)).tables:
        edges = {
            line.tag for line in table._tbl.iter() if line.getparent().tag == qn("w:tcBorders")
        }
        assert edges == {qn("w:top"), qn("w:bottom")}
        header = [edge.tag for edge in table.rows[0]._tr.iter() if edge.tag == qn("w:tblHeader")]
        assert header


def test_every_picture_is_described(file: bytes) -> None:
    for shape in docx.Document(BytesIO(file)).inline_shapes:
        assert len(shape._inline.docPr.get("descr")) > 40


def test_properties_name_no_person_and_bytes_repeat(file: bytes, merged: ReportRecord) -> None:
    properties = docx.Document(BytesIO(file)).core_properties
    assert properties.author == properties.last_modified_by == "Alliance"
    assert properties.created.isoformat().startswith("2026-01-02T03:04:05")
    assert render_report(merged, Format.DOCX) == file


def test_a_word_processor_makes_pages_of_it(file: bytes, tmp_path: Path) -> None:
    office = program("soffice", "libreoffice")
    (tmp_path / "report.docx").write_bytes(file)
    subprocess.run(
        [str(office), f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "report.docx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    made = (tmp_path / "report.pdf").read_bytes()
    assert made.startswith(b"%PDF-")
    assert len(made) > 50_000


def test_no_column_is_narrower_than_its_longest_word(file: bytes) -> None:
    """At two thirds of the letters' size a letter, which a wide and bold typeface needs."""
    for table in docx.Document(BytesIO(file)).tables:
        size = table.rows[0].cells[0].paragraphs[0].runs[0].font.size
        for column in table.columns:
            words = [word for cell in column.cells for word in cell.text.split(" ")]
            longest = max((len(word) for word in words), default=0)
            assert column.width >= 0.6 * longest * size
