"""The upload port: a file is what it says, gets a random name, and waits for the scanner (P16).

Allowed are PDF, PNG, JPEG, DOCX and ODT: the end of the name, the first bytes and a parser must
agree. Pictures are drawn anew without metadata. Files lie in `uploads` under LEARNENV_HOME, outside
everything that is served; they leave as attachments only.
"""

import hashlib
import io
import secrets
import shlex
import subprocess
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from flask import Response, current_app
from flask_babel import gettext as _

from learnenv.kernel.errors import InvalidInputError, NotFoundError

LARGEST = 10_000_000
"""Bytes of one file."""
MOST_PIXELS = 40_000_000
MOST_MEMBERS = 2_000
MOST_UNPACKED = 100_000_000
SCAN_SECONDS = 120
STEP = 1 << 20
MEDIA = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
}
ENDINGS = {**{ending: ending for ending in MEDIA}, "jpeg": "jpg"}
WHAT = "PDF, PNG, JPEG, DOCX, ODT"
# Parts of an office file that run, or carry another file along.
DANGEROUS = ("vbaproject", "vbadata", "activex", "embeddings/", "basic/", "scripts/", "object ")


class Scan(StrEnum):
    """What the scanner says. A scanner that does not answer never means clean."""

    WAITING = "waiting"
    CLEAN = "clean"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A file that is what it says."""

    name: str
    """Name for downloading only."""
    media: str
    data: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes, hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def accept(data: bytes, name: str, *, field: str = "file") -> Accepted:
    """Check a file. Raises InvalidInputError that says what is wrong and what to do."""
    clean = " ".join(name.replace("\\", "/").rsplit("/", 1)[-1].split())
    clean = "".join(c for c in clean if c.isprintable() and c not in '"<>|:*?')[-150:].strip(". ")
    ending = ENDINGS.get(clean.rsplit(".", 1)[-1].lower()) if "." in clean else None
    if ending is None:
        raise InvalidInputError(_("Use one of these: %(kinds)s.", kinds=WHAT), field=field)
    if not data:
        raise InvalidInputError(_("The file is empty."), field=field)
    if len(data) > LARGEST:
        raise InvalidInputError(_("A file may be 10 MB at most."), field=field)
    try:
        data = _CHECKS[ending](data)
    except InvalidInputError as error:
        raise InvalidInputError(error.message, field=field) from None
    except Exception:  # noqa: BLE001 - whatever a broken file makes a parser say
        raise InvalidInputError(
            _("This is not a readable %(kind)s file. Save it again and try once more.",
              kind=ending.upper()),
            field=field,
        ) from None  # fmt: skip
    return Accepted(name=clean, media=MEDIA[ending], data=data)


def _pdf(data: bytes) -> bytes:
    import pypdfium2

    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:]:
        raise ValueError("not a PDF")
    tail = data[data.rindex(b"%%EOF") + 5 :].strip(b"\r\n\t \0")
    if tail:
        raise ValueError("something stands behind the end")
    document = pypdfium2.PdfDocument(data)
    try:
        if len(document) < 1:
            raise ValueError("no page")
    finally:
        document.close()
    return data


def _picture(data: bytes, kind: str) -> bytes:
    from PIL import Image  # pages need none

    with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise InvalidInputError(_("The picture has too many pixels."))
        image = opened.convert("RGB" if kind == "JPEG" else "RGBA")
    out = io.BytesIO()
    image.save(out, kind, **({"quality": 90} if kind == "JPEG" else {"optimize": True}))
    return out.getvalue()


def _png(data: bytes) -> bytes:
    return _picture(data, "PNG")


def _jpg(data: bytes) -> bytes:
    return _picture(data, "JPEG")


def _office(data: bytes, needed: str) -> bytes:
    if not data.startswith(b"PK\x03\x04"):
        raise ValueError("not a package")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            raise ValueError("too many members")
        names = [member.filename.lower() for member in members]
        if any(part in name for name in names for part in DANGEROUS):
            raise InvalidInputError(
                _("The document holds a macro or another file. Save it as PDF and try again.")
            )
        if needed.lower() not in names:
            raise ValueError("a part is missing")
        left = MOST_UNPACKED
        for member in members:  # really unpacked: what the header says can be a lie
            with archive.open(member) as opened:
                while part := opened.read(STEP):
                    left -= len(part)
                    if left < 0:
                        raise ValueError("too large when unpacked")
        if needed == "word/document.xml" and b"macroEnabled" in archive.read("[Content_Types].xml"):
            raise InvalidInputError(
                _("The document holds a macro or another file. Save it as PDF and try again.")
            )
    return data


def _docx(data: bytes) -> bytes:
    return _office(data, "word/document.xml")


def _odt(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if archive.read("mimetype") != MEDIA["odt"].encode():
            raise ValueError("not an ODT")
    return _office(data, "content.xml")


_CHECKS = {"pdf": _pdf, "png": _png, "jpg": _jpg, "docx": _docx, "odt": _odt}


def _folder() -> Path:
    home: Path = current_app.config["SETTINGS"].home
    return home / "uploads"


def _path(file: str) -> Path:
    return _folder() / file[:2] / file


def keep(accepted: Accepted) -> str:
    """Store the bytes under a random name and return it; a file without a row is tidied later."""
    file = secrets.token_hex(20)
    path = _path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(accepted.data)
    part.chmod(0o600)
    part.replace(path)
    return file


def remove(file: str) -> None:
    """Remove a stored file; one that is gone already is fine."""
    if file:
        _path(file).unlink(missing_ok=True)


def stored(*, older_than: float) -> list[str]:
    """Return the names of stored files last written before `older_than` (seconds since 1970)."""
    return [
        path.name
        for path in _folder().glob("??/*")
        if path.is_file() and path.stat().st_mtime < older_than
    ]


def first_state() -> Scan:
    """Return where a new file begins: waiting when there is a scanner."""
    return Scan.WAITING if current_app.config["SETTINGS"].scanner else Scan.CLEAN


def scan(file: str) -> Scan:
    """Ask the scanner of the operator (LEARNENV_SCANNER): 0 is clean, 1 refused, else waiting."""
    command = current_app.config["SETTINGS"].scanner
    if not command:
        return Scan.CLEAN
    path = _path(file)
    if not path.is_file():
        return Scan.REFUSED
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command
            [*shlex.split(command), str(path)],
            capture_output=True,
            timeout=SCAN_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Scan.WAITING
    return {0: Scan.CLEAN, 1: Scan.REFUSED}.get(done.returncode, Scan.WAITING)


def send(file: str, *, name: str, media: str) -> Response:
    """Answer with a stored file, so that it can only be saved: never shown, never run here."""
    path = _path(file)
    if not file or not path.is_file():
        raise NotFoundError
    response = Response(path.read_bytes(), content_type=media)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def read(file: str) -> bytes | None:
    """Return the bytes of a stored file, or None when it is gone."""
    path = _path(file)
    return path.read_bytes() if file and path.is_file() else None
