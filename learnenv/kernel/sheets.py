"""A table that somebody uploads as CSV: what is wrong is told, and it waits for a second click."""

from __future__ import annotations

import base64
import csv
import io
import zlib
from collections.abc import Mapping

from flask_babel import gettext as _

from learnenv.kernel.errors import InvalidInputError

LARGEST = 1_000_000
"""Bytes."""
MOST_ROWS = 5_000


def wrap(data: bytes) -> str:
    """Return a file as text that the page with the preview sends back, small enough for a form."""
    return base64.b64encode(zlib.compress(data)).decode()


def unwrap(text: str) -> bytes:
    """Return the file that a preview was of. Raises InvalidInputError for anything else."""
    try:
        packed = base64.b64decode(text, validate=True)
        return zlib.decompressobj().decompress(packed, LARGEST + 1)  # never more: it may be a bomb
    except (ValueError, zlib.error):
        raise InvalidInputError(_("Choose the file again."), field="file") from None


def rows_of(data: bytes, columns: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows below the titles: number as a spreadsheet counts, and value by column.

    `columns` gives the column of each title, in lower case; "kind" and "name" must be there.
    Empty rows are left out. Raises InvalidInputError when it is no such file.
    """
    if not data:
        raise InvalidInputError(_("Choose a file."), field="file")
    if len(data) > LARGEST:
        raise InvalidInputError(_("The file may be 1 MB at most."), field="file")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(
            _("The file is not UTF-8. Save it as “CSV UTF-8”."), field="file"
        ) from None
    delimiter = ";" if ";" in text.split("\n", 1)[0] else ","
    rows = csv.reader(io.StringIO(text.replace("\0", "")), delimiter=delimiter)
    try:
        titles = [columns.get(title.strip().lower(), "") for title in next(rows, [])]
    except csv.Error:
        titles = []
    if "kind" not in titles or "name" not in titles:
        raise InvalidInputError(
            _("The first row must have at least the titles soort and naam."), field="file"
        )
    try:
        found = [
            (number, {t: cell.strip() for t, cell in zip(titles, row, strict=False) if t})
            for number, row in enumerate(rows, start=2)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        raise InvalidInputError(
            _("This is not a readable CSV file. Save it as “CSV UTF-8”."), field="file"
        ) from None
    if not found:
        raise InvalidInputError(_("There are no rows below the titles."), field="file")
    if found[-1][0] > MOST_ROWS + 1:
        raise InvalidInputError(
            _("The file may have %(number)s rows at most.", number=MOST_ROWS), field="file"
        )
    return found
