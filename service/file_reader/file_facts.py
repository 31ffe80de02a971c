"""What was understood of a file itself, before its columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """How a file was opened.

    Attributes
    ----------
    format
        Its ending without the point.
    encoding, delimiter, decimal
        Of a text file; ``None`` otherwise.
    header_row
        Number of the row that names the columns, from 1; ``None`` where no row does.
    skipped_rows
        Numbers of rows that hold titles or questions, or that were said to be passed over.
    sheet
        Of a workbook.
    preset
        The tool or program that wrote it, if recognised.
    """

    format: str
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    header_row: int | None = None
    skipped_rows: tuple[int, ...] = ()
    sheet: str | None = None
    preset: str | None = None

    def document(self) -> dict[str, Any]:
        """Write the facts as JSON values."""
        return {**asdict(self), "skipped_rows": list(self.skipped_rows)}

    def mapping(self) -> dict[str, Any]:
        """Write what opens the file in the same way again, as a mapping says it."""
        said = {
            "sheet": self.sheet,
            "header_row": self.header_row,
            "skip_rows": list(self.skipped_rows),
            "delimiter": self.delimiter,
            "decimal": self.decimal,
            "encoding": self.encoding,
        }
        return {name: value for name, value in said.items() if value}
