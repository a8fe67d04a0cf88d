"""The certificate on paper: what it shows, what it refuses, and that it fetches nothing."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import zlib
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from certificates import rendering
from certificates.rendering import (
    AssetFetcher,
    CertificateContent,
    UndrawableName,
    UndrawableText,
    UnsafeResource,
    render_pdf,
    undrawable_characters,
)
from certificates.sealing import NoSeal

MM = 72 / 25.4

CONTENT = CertificateContent(
    number="2026-000123",
    code="k7qx4mrt2b2hpz6vya3dtwe5nf",
    short_code="K7QX4MRT9B2H",
    verify_url="https://leren.example/c/k7qx4mrt2b2hpz6vya3dtwe5nf",
    verify_host="leren.example/c",
    holder_name="Anouk Şahin-de Bruijn",
    title="Werken bij de overheid 2.0",
    language="nl",
    issued_on=date(2026, 11, 23),
    hours=24,
    score_percent=86,
    outcomes=(
        "Legt uit hoe een besluit tot stand komt.",
        "Schrijft brieven die iedereen begrijpt.",
    ),
    course_version="2026.1",
    issuer_name="Leerhuis Publieke Dienst",
    signatory_name="drs. M. van den Heuvel",
    signatory_role="voorzitter examencommissie",
    assessed_by="Eindtoets en praktijkopdracht.",
    valid_until=None,
)
LONG_NAME = "Maria Anna Wilhelmina Theodora van Hoogstraten-Oudenhoven tot Nederhemert-de Vries-Bo"


def insides(pdf: bytes) -> bytes:
    """All of a file's objects readable: dictionaries hide in compressed object streams."""
    parts = [pdf]
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):
            parts.append(zlib.decompress(match[1]))
    return b"\n".join(parts)


def words(pdf: bytes, page: int = 0) -> str:
    """The text layer of a page, with line ends as spaces."""
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(document[page].get_textpage().get_text_bounded().split())


def letters(text: str) -> str:
    """A text without what a line break changes: spaces and hyphens."""
    return "".join(filter(str.isalnum, text))


def page_count(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def font_of(pdf: bytes, text: str) -> str:
    """Base name of the font in which page one draws the first letter of a text."""
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].get_textpage()
        start, _count = page.search(text, match_case=True).get_next()
        buffer = ctypes.create_string_buffer(200)
        pypdfium2.raw.FPDFText_GetFontInfo(page.raw, start, buffer, 200, ctypes.c_int())
        return buffer.value.decode()


def picture(pdf: bytes, page: int = 0, scale: float = 2):
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=scale).to_pil()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_pdf(CONTENT)


@pytest.fixture
def listener():
    """A loopback web server that counts who comes by."""
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    server.server_close()
    thread.join()


# --- the document -----------------------------------------------------------------------------


def test_same_content_same_bytes(pdf):
    assert render_pdf(replace(CONTENT)) == pdf


def test_same_bytes_in_another_process(pdf, tmp_path):
    """Neither the hash seed, nor the clock, nor the temporary folder may leak into the file."""
    script = (
        "import sys, hashlib; sys.path[:0] = sys.argv[1:3]\n"
        "from test_rendering import CONTENT, render_pdf\n"
        "print(hashlib.sha256(render_pdf(CONTENT)).hexdigest())"
    )
    root = rendering.STATIC.parent.parent
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TMPDIR": str(tmp_path), "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(root), str(Path(__file__).parent)],
        env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.strip() == hashlib.sha256(pdf).hexdigest()


def test_other_code_gives_another_figure_and_identifier(pdf):
    other = replace(CONTENT, code="z" * 26)
    assert rendering.rosette(other.code) != rendering.rosette(CONTENT.code)
    assert render_pdf(other) != pdf


def test_page_one_says_what_must_be_said(pdf):
    text = words(pdf)
    for part in (
        "CERTIFICAAT", CONTENT.holder_name, CONTENT.title, "23 november 2026", "24 uur", "86%", "2026-000123",
        "drs. M. van den Heuvel", "K7QX-4MRT-9B2H", "leren.example/c", "Leerhuis Publieke Dienst",
    ):  # fmt: skip
        assert part in text, part
    assert "Geldig tot en met" not in text


def test_english_and_an_end_date():
    content = replace(CONTENT, language="en", valid_until=date(2029, 2, 1), score_percent=None)
    pdf = render_pdf(content)
    assert "Valid until 1 February 2029" in words(pdf)
    assert "Result" not in words(pdf)
    assert "Uitgereikt" not in words(pdf) + words(pdf, 1)
    assert b"/Lang (en)" in insides(pdf)


def test_a_score_of_nought_is_printed():
    assert "0%" in words(render_pdf(replace(CONTENT, score_percent=0)))


def test_both_languages_have_the_same_texts():
    texts = rendering._texts()
    assert texts["nl"].keys() == texts["en"].keys()
    assert len(texts["nl"]["months"]) == len(texts["en"]["months"]) == 12


def test_a4_landscape_on_every_page(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            assert page.get_size() == pytest.approx((297 * MM, 210 * MM), abs=0.5)


def test_second_page_only_with_outcomes(pdf):
    assert page_count(pdf) == 2
    assert "Legt uit hoe een besluit tot stand komt." in words(pdf, 1)
    single = render_pdf(replace(CONTENT, outcomes=()))
    assert page_count(single) == 1
    assert "Wat is aangetoond" not in words(single)
    # How it was assessed must not get lost with the second page.
    assert "Eindtoets en praktijkopdracht." in words(single)


def test_many_outcomes_flow_on_and_lose_nothing():
    outcomes = tuple(
        f"Leeruitkomst {i}: {'legt uit hoe het werkt ' * 5}slot{i}." for i in range(30)
    )
    pdf = render_pdf(replace(CONTENT, outcomes=outcomes))
    text = " ".join(words(pdf, i) for i in range(1, page_count(pdf)))
    assert all(f"slot{i}." in text for i in range(30))


def test_panel_keeps_its_last_line_with_the_longest_texts():
    content = replace(
        CONTENT, holder_name=("Maria Anna " * 22).strip(), title=("Lange titel van een cursus " * 9).strip(),
        signatory_name="prof. dr. ir. " * 6, issuer_name="Ministerie van " * 6,
        outcomes=("Kort.",), valid_until=date(2029, 1, 1),
    )  # fmt: skip
    pdf = render_pdf(content)
    assert page_count(pdf) == 2
    assert "ingetrokken of verlopen." in words(pdf, 1)


def test_document_is_tagged_titled_and_claims_pdf_ua(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        facts = document.get_metadata_dict()
        assert facts["Title"].startswith("Certificaat 2026-000123 van Anouk")
        assert facts["CreationDate"].startswith("D:20261123")
        assert document.is_tagged()
    assert b"/Lang (nl)" in insides(pdf)
    assert re.search(rb"pdfuaid:part=.1.", insides(pdf))


def test_the_qr_leads_to_the_page_of_this_certificate(pdf):
    found = zxingcpp.read_barcodes(picture(pdf))
    assert [code.text for code in found] == [CONTENT.verify_url]


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "font"),
    [
        ("Anouk Şahin-de Bruijn", "Certificaat-Serif"),
        ("İbrahim Güneş Çağlayan", "Certificaat-Serif"),
        ("Nguyễn Thị Ánh", "Certificaat-Serif"),
        ("Ελένη Παπαδοπούλου", "Certificaat-Noto-Serif"),
        ("Љубица", "Certificaat-Noto-Serif"),
        ("Ĳsbrand van Ŧ", "Certificaat-Noto-Serif"),
    ],
)
def test_a_name_is_drawn_whole_in_one_face(name, font):
    pdf = render_pdf(replace(CONTENT, holder_name=name))
    assert name in words(pdf)
    assert {font_of(pdf, part).split("+")[-1] for part in name.split()} == {font}


def test_only_vendored_fonts_are_in_the_file():
    pdf = render_pdf(
        replace(CONTENT, holder_name="Ελένη", title="Cursus α", outcomes=("β ≥ 3 ✓ 🎉 → klaar",))
    )
    names = {part.split(b"/")[0].split()[0] for part in insides(pdf).split(b"/BaseFont /")[1:]}
    assert names
    assert all(b"+Certificaat" in name for name in names), names


def test_a_decomposed_name_is_composed():
    assert "Nguyễn" in words(render_pdf(replace(CONTENT, holder_name="Nguye\u0302\u0303n")))


@pytest.mark.parametrize(
    ("name", "characters"),
    [("Jan 🎓 de Wit", ("🎓",)), ("王小明", ("王", "小", "明")), ("Ελένη 王", ("王",))],
)
def test_a_name_without_a_font_stops(name, characters):
    with pytest.raises(UndrawableName) as caught:
        render_pdf(replace(CONTENT, holder_name=name))
    assert caught.value.characters == characters
    assert isinstance(caught.value, ValueError)


def test_other_texts_lose_an_ornament_but_not_a_letter():
    assert "Cursus klaar" in words(render_pdf(replace(CONTENT, title="Cursus 🎉 klaar")))
    with pytest.raises(UndrawableText) as caught:
        render_pdf(replace(CONTENT, title="Cursus 王"))
    assert (caught.value.field, caught.value.characters) == ("title", ("王",))
    assert undrawable_characters("a王b王🎉") == ("王", "🎉")


def test_direction_marks_do_not_turn_a_name_round():
    assert "Jan de Wit" in words(render_pdf(replace(CONTENT, holder_name="Jan \u202ede Wit\u0007")))


@pytest.mark.parametrize("name", [LONG_NAME, "W" * 85])
def test_a_name_of_85_characters_fits_on_page_one(name):
    assert len(name) == 85
    pdf = render_pdf(replace(CONTENT, holder_name=name))
    assert page_count(pdf) == 2
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].get_textpage()
        boxes = [page.get_rect(i) for i in range(page.count_rects())]
    assert letters(name) in letters(words(pdf))
    # Within the paper, and the block of name and title above the rule at 139 mm from the top.
    assert max(right for _l, _b, right, _t in boxes) < 285 * MM
    lead = text_bottom(pdf, CONTENT.title)
    assert lead > (210 - 139) * MM


def text_bottom(pdf: bytes, text: str) -> float:
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0].get_textpage()
        index, _count = page.search(text).get_next()
        return page.get_charbox(index)[1]


# --- what it refuses --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/hostname", "http://127.0.0.1:1/x", "https://leren.example/x", "data:text/plain,x",
        "ftp://leren.example/x", "learnenv-asset:../rendering.py", "learnenv-asset:", "qr", "LEARNENV-ASSET:qr",
    ],
)  # fmt: skip
def test_fetcher_knows_only_its_own_names(url):
    fetch = AssetFetcher(
        {"qr": rendering.AssetResponse(body=b"<svg/>", media_type="image/svg+xml")}
    )
    with pytest.raises(UnsafeResource):
        fetch(url)
    with fetch("learnenv-asset:qr")._file_obj as body:
        assert body.read() == b"<svg/>"


def test_P17_hostile_text_is_drawn_and_nothing_is_fetched(listener):
    address, hits = listener
    hostile = {
        "holder_name": '<img src="file:///etc/hostname">',
        "title": f'<link rel=attachment href="{address}/t"><style>@import "{address}/s"</style>',
        "issuer_name": f"<img src={address}/i>",
        "assessed_by": f"</p><object data={address}/o></object>",
        "outcomes": (f'<img src="{address}/u">', "url(data:text/plain,x) {{ 7*7 }}"),
    }
    pdf = render_pdf(replace(CONTENT, **hostile))
    assert hits == []
    drawn = (words(pdf) + words(pdf, 1)).replace(" ", "")
    for text in (hostile["holder_name"], f'<linkrel=attachmenthref="{address}/t">', "{{7*7}}"):
        assert text.replace(" ", "") in drawn, text
    assert b"/Catalog" in insides(pdf)  # we do look where they would be
    assert b"/EmbeddedFile" not in insides(pdf)
    assert b"/Filespec" not in insides(pdf)
    with pypdfium2.PdfDocument(pdf) as document:
        assert document.count_attachments() == 0


@pytest.mark.parametrize(
    "markup",
    ['<img src="{}/x">', "<link rel=attachment href='{}/x'>", "<link rel=stylesheet href='{}/x'>",
     '<p style="background: url({}/x)">x</p>', '<img src="file:///etc/hostname">', "<object data='{}/x'></object>"],
)  # fmt: skip
def test_P17_even_without_autoescape_the_fetcher_stops_it(monkeypatch, listener, markup):
    """The second wall on its own: raw markup in the page ends the rendering, unheard outside."""
    address, hits = listener
    bad = f"<!doctype html><title>x</title>{markup.format(address)}"

    class Raw:
        def render(self, _view):
            return bad

    monkeypatch.setattr(rendering, "_template", Raw)
    with pytest.raises(UnsafeResource):
        render_pdf(CONTENT)
    assert hits == []


@pytest.mark.parametrize(
    "change",
    [{"verify_url": "javascript:alert(1)"}, {"verify_url": "/c/x"}, {"language": "fr"},
     {"short_code": "K7QX"}, {"holder_name": " \u200b "}],
)  # fmt: skip
def test_content_that_would_give_a_broken_document_is_refused(change):
    with pytest.raises(ValueError):
        replace(CONTENT, **change)


# --- fonts and seams --------------------------------------------------------------------------


def test_fonts_are_those_of_the_manifest_and_carry_no_reserved_name():
    from fontTools.ttLib import TTFont

    manifest = json.loads((rendering.FONTS / "manifest.json").read_text(encoding="utf-8"))
    files = {path.name: path for path in rendering.FONTS.glob("*.ttf")}
    assert files.keys() == manifest.keys()
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == manifest[name]["sha256"]
        with TTFont(path) as font:
            own = [str(n) for n in font["name"].names if n.nameID in (1, 3, 4, 6, 16, 17, 18, 25)]
        assert own
        assert not any("Source" in value for value in own)
    assert sum(path.stat().st_size for path in rendering.FONTS.iterdir()) < 2_000_000


def test_threads_can_render_together(pdf):
    results: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: results.append(render_pdf(CONTENT))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [pdf] * 4


def test_no_seal_leaves_the_bytes(pdf):
    assert NoSeal().seal(pdf) == pdf
