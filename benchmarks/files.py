"""Time to inspect and score files, beside Python's own csv module on the same file.

``python -m benchmarks.files`` writes a CSV of 100,000 rows and 60 columns and a workbook of 50,000
rows, and prints seconds of computing, memory and the ratio to reading the CSV with ``csv.reader``.
"""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import openpyxl

ITEMS = [f"i{item}" for item in range(1, 13)]


def write_csv(path: Path, n_rows: int) -> None:
    rng = np.random.default_rng(1)
    answers, others = (
        rng.integers(1, 6, (n_rows, 12)),
        np.round(rng.normal(50, 10, (n_rows, 46)), 1),
    )
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["person", "site", *ITEMS, *(f"v{place}" for place in range(46))])
        for row in range(n_rows):
            writer.writerow([f"p{row}", "north", *answers[row].tolist(), *others[row].tolist()])


def write_workbook(path: Path, n_rows: int) -> None:
    rng = np.random.default_rng(2)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(["person", "site", *ITEMS, "plus_m"])
    for row in range(n_rows):
        sheet.append([f"p{row}", "north", *rng.integers(1, 6, 12).tolist(), 45.5])
    book.save(path)


def measured(command: str, path: Path) -> tuple[float, float, float]:
    """Run a command in a process; seconds by the clock, of computing, and MiB at most."""
    program = (
        "import resource, sys; from service.cli import main; "
        f"main({[command, str(path), '--instrument', 'wai-sr-client']!r}); "
        "sys.stderr.write(str(max(resource.getrusage(who).ru_maxrss for who in "
        "(resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))))"
    )
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    clock, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime - before.ru_utime, int(done.stderr) / 1024


def peer(path: Path) -> float:
    """Seconds of computing to read a CSV with the standard library alone, as lists of texts."""
    program = f"import csv; print(sum(len(row) for row in csv.reader(open({str(path)!r}))))"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        text, book = Path(folder) / "answers.csv", Path(folder) / "answers.xlsx"
        write_csv(text, 100_000)
        write_workbook(book, 50_000)
        base = peer(text)
        print(f"{'csv.reader alone':34} {base:6.2f} s computing")
        for command, path in (("inspect", text), ("score", text), ("score", book)):
            clock, computing, memory = measured(command, path)
            print(
                f"{command + ' ' + path.name:34} {computing:6.2f} s computing "
                f"({computing / base:4.1f} x csv.reader) {clock:6.2f} s clock {memory:5.0f} MiB"
            )


if __name__ == "__main__":
    main()
