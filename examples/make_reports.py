"""Write the reports of the two simulated studies, and the pictures that the README shows.

Run from the repository's root; the same studies give the same bytes. The picture of the report's
first screen is taken by the system's Chromium; without one it is left as it is.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from service.cli import main
from service.reports.figures.drawing import draw
from service.reports.figures.names import FigureName
from service.reports.record import ReportedSample, ReportRecord

HERE = Path(__file__).resolve().parent
REPORTS = HERE / "reports"
IMAGES = HERE.parent / "docs" / "images"
STUDIES = ("study_holds_up", "study_ceiling_merged")
SHOWN = (FigureName.RIVALS, FigureName.ITEM_DIFFERENCES)
FIRST_SCREEN = (940, 590)


def write_report(study: str, out: Path) -> None:
    """Write one report in the format of the file's ending."""
    options = (HERE / "study_options.json").read_text()
    status = main(
        ["report", str(HERE / f"{study}.csv"), "--instrument", "wai-sr-client", "--public",
         "--options", options, "--out", str(out)]
    )  # fmt: skip
    if status:
        raise SystemExit(status)


def write_figures(study: str) -> None:
    """Draw the figures that the README shows."""
    json_report = REPORTS / f"{study}.json"
    write_report(study, json_report)
    report = json.loads(json_report.read_text())
    json_report.unlink()
    definition = json.loads(
        (HERE.parent / "service/catalog/definitions/wai-sr-client.json").read_text()
    )
    record = ReportRecord(
        id=None,
        created_at=None,
        definition=definition,
        sha256=report["instrument"]["sha256"],
        samples=tuple(ReportedSample(**one) for one in report["samples"]),
        options=report["options"],
        result=report["result"],
    )
    for name in SHOWN:
        drawn = draw(name, record, "svg")
        if drawn is not None:
            (IMAGES / f"{name}.svg").write_bytes(drawn)


def write_first_screen(study: str) -> None:
    """Take a picture of what a reader of a report sees first."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("answer.png is left as it is: this machine has no chromium")
        return
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--force-device-scale-factor=1.5", "--blink-settings=preferredColorScheme=1",
             f"--user-data-dir={profile}", f"--window-size={','.join(map(str, FIRST_SCREEN))}",
             f"--screenshot={IMAGES / 'answer.png'}", (REPORTS / f"{study}.html").as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip


if __name__ == "__main__":
    REPORTS.mkdir(exist_ok=True)
    for name in STUDIES:
        write_report(name, REPORTS / f"{name}.html")
        print(f"{name}.html")
    write_figures("study_ceiling_merged")
    write_first_screen("study_ceiling_merged")
