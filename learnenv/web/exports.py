"""Tables as files: CSV, XLSX and ODS with the same rows as the screen, safe to open (P13)."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Response

from learnenv.kernel.clock import local, now

Cell = str | int | float | date | datetime | None
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
}
# A cell that starts like a formula is run by the spreadsheet of whoever opens the file.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Table:
    """What is shown: a name, the column titles and the rows."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def safe(value: Cell) -> Cell:
    """Return the value so that no spreadsheet takes it for a formula."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def _sheet_name(name: str) -> str:
    """Return the name without what a spreadsheet refuses in the name of a sheet."""
    clean = "".join(" " if c in "[]:*?/\\'" or ord(c) < 32 else c for c in name)  # noqa: PLR2004
    return " ".join(clean.split())[:31].strip() or "1"


UNPRINTED = dict.fromkeys((n for n in range(32) if n not in (9, 10, 13)), None)
"""Characters that XML has no place for, so that an XLSX or ODS would not open."""


def _plain(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    clean = safe(value.translate(UNPRINTED) if isinstance(value, str) else value)
    assert isinstance(clean, str | int | float)
    return clean


def to_csv(table: Table) -> bytes:
    """Return the table as CSV with a byte order mark, so that Excel reads the accents."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_plain(column) for column in table.columns])
    writer.writerows([[_plain(cell) for cell in row] for row in table.rows])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def to_xlsx(table: Table) -> bytes:
    """Return the table as XLSX, strings as text."""
    import xlsxwriter  # here, as below: most workers never write one

    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_sheet_name(table.name))
        bold = book.add_format({"bold": True})
        for c, title in enumerate(table.columns):
            sheet.write_string(0, c, str(_plain(title)), bold)
        for r, row in enumerate(table.rows, start=1):
            for c, cell in enumerate(row):
                sheet.write(r, c, _plain(cell))
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return out.getvalue()


def to_ods(table: Table) -> bytes:
    """Return the table as an OpenDocument spreadsheet."""
    from stream_write_ods import stream_write_ods

    rows = (tuple(_plain(cell) for cell in row) for row in table.rows)
    sheets = ((_sheet_name(table.name), tuple(str(_plain(c)) for c in table.columns), rows),)
    return b"".join(stream_write_ods(sheets))


WRITERS = {"csv": to_csv, "xlsx": to_xlsx, "ods": to_ods}


def download(table: Table, kind: str) -> Response:
    """Answer with the table as a file whose name says when it was made."""
    stamp = local(now()).strftime("%Y-%m-%d-%H%M")
    # A header takes ASCII only: an organisation may be called Súdwest-Fryslân or Şişli.
    folded = unicodedata.normalize("NFKD", table.name.lower()).encode("ascii", "ignore").decode()
    slug = "-".join(re.findall(r"[a-z0-9]+", folded)) or "export"
    return Response(
        WRITERS[kind](table),
        content_type=KINDS[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{slug}-{stamp}.{kind}"',
            "Cache-Control": "no-store",
        },
    )
