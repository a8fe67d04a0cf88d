"""P16: uploaded evidence is what it says, never runs, and waits for the scanner."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from learnenv.kernel import uploads
from learnenv.kernel.errors import InvalidInputError, NotFoundError
from tests.factories.certification import PDF

EICAR = r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def picture(kind: str = "PNG", size: tuple[int, int] = (20, 10), **more) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **more)
    return out.getvalue()


def package(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


DOCX = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w:document/>"}
ODT = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}
HTML = b"<html><script>alert(1)</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    ("name", "data", "media"),
    [
        ("verklaring.pdf", PDF, "application/pdf"),
        ("foto.png", picture(), "image/png"),
        ("foto.JPEG", picture("JPEG"), "image/jpeg"),
        ("brief.docx", package(DOCX), uploads.MEDIA["docx"]),
        ("brief.odt", package(ODT), uploads.MEDIA["odt"]),
    ],
)
def test_P16_what_is_allowed(app: Flask, name: str, data: bytes, media: str) -> None:
    found = uploads.accept(data, name)
    assert found.media == media
    assert found.name == name


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("plaatje.svg", SVG),
        ("pagina.html", HTML),
        ("pagina.pdf", HTML),
        ("plaatje.png", SVG),
        ("tekst.pdf", b""),
        ("zonder", PDF),
        ("half.pdf", PDF[:60]),
        ("twee.pdf", PDF + HTML),
        ("programma.pdf", b"MZ" + PDF),
        ("brief.docx", package({**DOCX, "word/vbaProject.bin": b"x"})),
        ("brief.docx", package({**DOCX, "word/embeddings/oleObject1.bin": b"x"})),
        ("brief.docx", package({**DOCX, "[Content_Types].xml": b"macroEnabled.main"})),
        ("brief.docx", package({"word/other.xml": b"x"})),
        ("brief.odt", package({**ODT, "Basic/script.xml": b"x"})),
        ("brief.odt", package(DOCX)),
        ("bom.docx", package({**DOCX, "word/media/x": b"0" * 101_000_000})),
        ("groot.pdf", PDF + b" " * uploads.LARGEST),
        ("virus.pdf", EICAR.encode()),
        ("foto.png", picture("PNG")[:40]),
        ("foto.png", picture("GIF")),
    ],
)
def test_P16_what_is_refused_with_a_sentence(app: Flask, name: str, data: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        uploads.accept(data, name)
    assert caught.value.message
    assert caught.value.field == "file"


def test_P16_a_picture_of_200_megapixels_is_refused_before_it_is_unpacked(app: Flask) -> None:
    with pytest.raises(InvalidInputError):
        uploads.accept(picture("PNG", (20_000, 10_000)), "groot.png")
    with pytest.raises(InvalidInputError, match="pixels"):
        uploads.accept(picture("PNG", (9_000, 5_000)), "groot.png")


def test_P16_metadata_of_a_picture_is_gone(app: Flask) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Geheim toestel"
    sent = picture("JPEG", exif=exif)
    assert b"Geheim toestel" in sent
    assert b"Geheim toestel" not in uploads.accept(sent, "foto.jpg").data


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd.pdf", "..\\..\\x.pdf", '"><script>.pdf', "a\nb\0c.pdf"]
)
def test_P16_the_name_is_only_for_downloading(app: Flask, name: str) -> None:
    found = uploads.accept(PDF, name)
    assert not set(found.name) & set('/\\"<>\n\0')
    file = uploads.keep(found)
    path = app.config["SETTINGS"].home / "uploads" / file[:2] / file
    assert path.read_bytes() == PDF
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    uploads.remove(file)
    assert not path.exists()


def test_P16_a_file_leaves_as_an_attachment_that_runs_nowhere(app: Flask) -> None:
    file = uploads.keep(uploads.accept(PDF, "x.pdf"))
    answer = uploads.send(file, name="x.pdf", media="application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    uploads.remove(file)
    with pytest.raises(NotFoundError):
        uploads.send(file, name="x.pdf", media="application/pdf")


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 0", uploads.Scan.CLEAN),
        ("exit 1", uploads.Scan.REFUSED),
        ("exit 2", uploads.Scan.WAITING),  # the scanner is out of order: never clean
        ('grep -q EICAR "$1" && exit 1; exit 0', uploads.Scan.CLEAN),
    ],
)
def test_P16_the_scanner_has_three_answers(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, expected: str
) -> None:
    file = uploads.keep(uploads.accept(PDF, "x.pdf"))
    command = tmp_path / "scan.sh"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o700)
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", _with_scanner(settings, str(command)))
    assert uploads.first_state() == uploads.Scan.WAITING
    assert uploads.scan(file) == expected


def test_P16_a_scanner_that_is_not_there_means_waiting(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = uploads.keep(uploads.accept(PDF, "x.pdf"))
    settings = app.config["SETTINGS"]
    monkeypatch.setitem(app.config, "SETTINGS", _with_scanner(settings, "/bestaat/niet"))
    assert uploads.scan(file) == uploads.Scan.WAITING


def _with_scanner(settings, command: str):
    from dataclasses import replace

    return replace(settings, scanner=command)
