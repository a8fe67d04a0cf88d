"""The certificate on paper: what it shows, what it refuses, and that it fetches nothing."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import threading
import zlib
from dataclasses import replace
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from samples import ATTACHED, CONTENT, COURSES, KEY_COPY, LONG_NAME, logo, of_course

from certificates.rendering import (
    AssetFetcher,
    AssetResponse,
    UndrawableName,
    UndrawableText,
    UnsafeResource,
    UnusableLogo,
    pictures,
    preview_png,
    render_pdf,
    study_load,
    undrawable_characters,
)
from certificates.rendering import pdf as drawing
from certificates.rendering.assets import STATIC
from certificates.rendering.text import FONTS
from certificates.rendering.view import texts
from certificates.sealing import NoSeal

MM = 72 / 25.4


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


# The one golden hash: whoever changes the look of the certificate changes it here, knowingly.
GOLDEN_MADE_WITH = ("70.0", 15012)
GOLDEN = "4ec22d363c0898b507a9d0831224df111030a048e53b40f523ff4cff58934d11"


def test_the_golden_certificate(pdf):
    """Catches what changes the bytes unasked: a new version of a package, a font, a clock."""
    import weasyprint
    from weasyprint.text.ffi import pango

    made_with = (weasyprint.__version__, pango.pango_version())
    full = render_pdf(CONTENT, attachments=(ATTACHED, KEY_COPY))
    # Other versions of the library give other bytes, but always the same ones.
    again = hashlib.sha256(render_pdf(CONTENT, attachments=(ATTACHED, KEY_COPY))).hexdigest()
    assert hashlib.sha256(full).hexdigest() == (GOLDEN if made_with == GOLDEN_MADE_WITH else again)


def test_same_bytes_in_another_process(pdf, tmp_path):
    """Neither the hash seed, nor the clock, nor the temporary folder may leak into the file."""
    script = (
        "import sys, hashlib; sys.path[:0] = sys.argv[1:3]\n"
        "from samples import CONTENT; from certificates.rendering import render_pdf\n"
        "print(hashlib.sha256(render_pdf(CONTENT)).hexdigest())"
    )
    root = STATIC.parent.parent
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TMPDIR": str(tmp_path), "TZ": "Asia/Tokyo"}
    done = subprocess.run(
        [sys.executable, "-c", script, str(root), str(Path(__file__).parent)],
        env=environment, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.strip() == hashlib.sha256(pdf).hexdigest()


def test_other_code_gives_another_figure_and_identifier(pdf):
    other = replace(CONTENT, code="z" * 26)
    assert pictures.rosette(other.code) != pictures.rosette(CONTENT.code)
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
    nl, en = texts()["nl"], texts()["en"]
    assert nl.keys() == en.keys()
    assert nl["course"].keys() == en["course"].keys() == nl["certification"].keys()
    assert en["course"].keys() == en["certification"].keys()
    assert len(nl["months"]) == len(en["months"]) == 12


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


ORDINARY = (
    "Je kunt de grenzen van integriteit, geheimhouding, AVG, Woo en Archiefwet herkennen en {}."
)


@pytest.mark.parametrize("slug", sorted(path.name for path in COURSES.iterdir()))
def test_the_certificate_of_a_real_course_has_two_pages(slug):
    content = of_course(slug)
    pdf = render_pdf(content, attachments=(ATTACHED,), development=True)
    assert len(content.outcomes) > 2
    assert page_count(pdf) == 2
    back = letters(words(pdf, 1))
    assert all(letters(outcome) in back for outcome in content.outcomes)
    assert letters(content.assessed_by) in back


@pytest.mark.parametrize("count", range(1, 13))
def test_up_to_twelve_outcomes_fit_on_two_pages(count):
    outcomes = tuple(ORDINARY.format(f"ernaar handelen, ook bij geval {i}") for i in range(count))
    pdf = render_pdf(replace(CONTENT, outcomes=outcomes))
    assert page_count(pdf) == 2
    assert all(letters(outcome) in letters(words(pdf, 1)) for outcome in outcomes)


@pytest.mark.parametrize("count", [17, 20, 24, 30])
def test_many_outcomes_flow_on_and_lose_nothing(count):
    outcomes = tuple(
        f"Leeruitkomst {i}: {'legt uit hoe het werkt ' * 5}slot{i}." for i in range(count)
    )
    pdf = render_pdf(replace(CONTENT, outcomes=outcomes))
    pages = [words(pdf, i) for i in range(1, page_count(pdf))]
    assert all(f"slot{i}." in " ".join(pages) for i in range(count))
    # What flows on is never one lonely sentence: outcomes come along with how it was assessed.
    assert CONTENT.assessed_by in pages[-1]
    assert len(pages) == 1 or pages[-1].count("Leeruitkomst") >= 3


def test_panel_keeps_its_last_line_with_the_longest_texts():
    content = replace(
        CONTENT, holder_name=("Maria Anna " * 22).strip(), title=("Lange titel van een cursus " * 9).strip(),
        signatory_name="prof. dr. ir. " * 6, issuer_name="Ministerie van " * 6,
        outcomes=("Kort.",), valid_until=date(2029, 1, 1),
    )  # fmt: skip
    pdf = render_pdf(content)
    assert page_count(pdf) == 2
    assert "ingetrokken of verlopen." in words(pdf, 1)


def test_panel_has_room_for_all_at_once():
    content = replace(
        of_course("werken-2.0"), holder_name=LONG_NAME, signatory_name="drs. M. van den Heuvel",
        valid_until=date(2029, 1, 1), verify_host="leeromgeving.ministerie.example/certificaat",
    )  # fmt: skip
    pdf = render_pdf(content, attachments=(ATTACHED, KEY_COPY), development=True)
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[1].get_textpage()
        index, count = page.search("credential.json.").get_next()
        assert min(page.get_charbox(i)[1] for i in range(index, index + count)) > 12 * MM


@pytest.mark.parametrize(
    ("minutes", "nl", "en"),
    [
        (1, "1 minuut", "1 minute"), (48, "48 minuten", "48 minutes"), (59, "59 minuten", "59 minutes"),
        (60, "1 uur", "1 hour"), (80, "1 uur", "1 hour"), (90, "2 uur", "2 hours"), (360, "6 uur", "6 hours"),
    ],
)  # fmt: skip
def test_study_load_is_said_as_people_say_it(minutes, nl, en):
    assert study_load(minutes, "nl") == nl
    assert study_load(minutes, "en") == en


def test_study_load_is_printed_or_left_out():
    assert "Studielast 48 minuten" in words(render_pdf(replace(CONTENT, minutes=48)))
    assert "Studielast" not in words(render_pdf(replace(CONTENT, minutes=0)))


def test_a_site_that_signs_for_itself_is_not_printed_as_a_person():
    content = of_course("werken-2.0")
    pdf = render_pdf(content)
    assert words(pdf).count(content.issuer_name) == 1
    assert content.signatory_role not in words(pdf)
    assert "Namens de uitgever" not in words(pdf, 1)
    assert "Namens de uitgever drs. M. van den Heuvel" in words(render_pdf(CONTENT), 1)


def test_a_certification_has_other_words_than_a_course():
    pdf = render_pdf(replace(CONTENT, kind="certification"))
    assert "die is erkend als" in words(pdf)
    assert "Versie van de eisen" in words(pdf, 1)
    assert "ursus" not in words(pdf) + words(pdf, 1)
    english = render_pdf(replace(CONTENT, kind="certification", language="en"))
    assert "Recognition" in words(english, 1)
    assert "ourse" not in words(english) + words(english, 1)


def test_an_own_sentence_takes_the_place_of_ours():
    own = "die met <b>lof</b> voltooide"
    pdf = render_pdf(replace(CONTENT, statement=own))
    assert own in words(pdf)
    assert "met goed gevolg" not in words(pdf)


@pytest.mark.parametrize(("development", "count"), [(True, 1), (False, 0)])
def test_a_development_seal_says_so_in_red(development, count):
    pdf = render_pdf(CONTENT, development=development)
    assert words(pdf).count("Ontwikkelzegel, geen rechtsgeldigheid") == count
    english = render_pdf(replace(CONTENT, language="en"), development=development)
    assert words(english).count("Development seal, no legal value") == count
    red = sum(
        r > 150 and g < 40 and b < 60 for r, g, b in picture(pdf, scale=1).get_flattened_data()
    )
    assert (red > 200) == development


def test_the_page_speaks_of_a_seal_only_when_one_comes(pdf):
    assert "Elektronisch verzegeld" in words(pdf)
    assert b"/AcroForm" in insides(pdf)
    plain = render_pdf(CONTENT, sealed=False)
    assert "zegel" not in words(plain) + words(plain, 1)
    assert b"/AcroForm" not in insides(plain)


def test_attachments_are_inside_once_and_the_same_facts_are_named():
    pdf = render_pdf(CONTENT, attachments=(ATTACHED, KEY_COPY))
    with pypdfium2.PdfDocument(pdf) as document:
        inside = {
            file.get_name(): bytes(file.get_data())
            for file in (document.get_attachment(i) for i in range(document.count_attachments()))
        }
    assert inside == {"credential.json": ATTACHED.data, "did.json": KEY_COPY.data}
    assert re.search(rb"/AF \[\d+ 0 R \d+ 0 R\]", insides(pdf))
    assert b"/AFRelationship /Alternative" in insides(pdf)
    assert b"/AFRelationship /Supplement" in insides(pdf)
    assert "credential.json" in words(pdf, 1)
    assert "did.json" not in words(pdf, 1)


@pytest.mark.parametrize(
    "change",
    [{"name": "../x"}, {"name": ""}, {"name": "ć.json"}, {"relationship": "Source"},
     {"at": datetime(2026, 1, 1)}, {"data": b"x" * 5_000_001}],  # noqa: DTZ001
)  # fmt: skip
def test_an_attachment_that_a_reader_would_trip_over_is_refused(change):
    with pytest.raises(ValueError):
        replace(ATTACHED, **change)


def test_two_attachments_with_one_name_are_refused():
    with pytest.raises(ValueError, match="same name"):
        render_pdf(CONTENT, attachments=(ATTACHED, replace(KEY_COPY, name=ATTACHED.name)))


def test_a_link_says_where_it_leads_in_words(pdf):
    assert b"/Contents (Controleer dit certificaat op leren.example/c)" in insides(pdf)


@pytest.mark.parametrize(
    ("name", "tag"), [("Ελένη Παπαδοπούλου", b"/Lang (el)"), ("Љубица", b"/Lang (und-Cyrl)")]
)
def test_a_name_in_another_alphabet_has_its_own_language(pdf, name, tag):
    assert tag in insides(render_pdf(replace(CONTENT, holder_name=name)))
    assert insides(pdf).count(b"/Lang") == 1


# --- logo and preview -------------------------------------------------------------------------


def test_a_logo_takes_the_place_of_the_mark(pdf):
    shown = render_pdf(replace(CONTENT, logo=logo()))
    with pypdfium2.PdfDocument(shown) as document:
        pictures_in = [
            o for o in document[0].get_objects() if o.type == pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        ]
        assert len(pictures_in) == 2  # and the QR
    alternative = "Logo van Leerhuis Publieke Dienst"
    assert alternative.encode() in insides(shown)
    assert alternative.encode() not in insides(pdf)
    assert render_pdf(replace(CONTENT, logo=logo())) == shown


@pytest.mark.parametrize(
    ("made", "plate"),
    [
        (logo("#0f3055"), True), (logo("white"), False), (logo("#0f3055", mode="RGB"), True),
        (logo("#0f3055", (3000, 2000)), True),
    ],
)  # fmt: skip
def test_a_dark_logo_gets_a_light_plate_and_every_logo_stays_small(made, plate):
    ready = pictures.logo(made)
    assert ready.plate == plate
    assert 0 < ready.width <= 44
    assert 0 < ready.height <= 22
    assert len(ready.body) < 20_000


@pytest.mark.parametrize(
    "bad", [b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n", logo()[:200], b"x" * 2_000_001]
)
def test_what_is_no_png_is_refused(bad):
    with pytest.raises(UnusableLogo):
        render_pdf(replace(CONTENT, logo=bad))


def test_a_logo_that_unpacks_to_too_much_is_refused():
    with pytest.raises(UnusableLogo):
        pictures.logo(logo(size=(5000, 5000)))


@pytest.mark.parametrize("width", [1200, 601, 320])
def test_preview_is_a_picture_of_page_one(pdf, width):
    png = preview_png(pdf, width)
    with Image.open(io.BytesIO(png)) as opened:
        assert opened.format == "PNG"
        assert opened.width == width
        assert opened.height == pytest.approx(width * 210 / 297, abs=2)
    assert len(png) < 200_000
    assert preview_png(pdf, width) == png


def test_a_preview_has_bounds(pdf):
    for width in (0, 4001):
        with pytest.raises(ValueError):
            preview_png(pdf, width)


def test_document_is_tagged_titled_and_claims_pdf_ua(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        facts = document.get_metadata_dict()
        assert facts["Title"].startswith("Certificaat 2026-000123 van Anouk")
        assert facts["CreationDate"].startswith("D:20261123")
        assert document.is_tagged()
    assert b"/Lang (nl)" in insides(pdf)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in insides(pdf)
    assert insides(pdf).count(b"<rdf:RDF") == 1


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
        ("Łucja Żak-Ćwikła", "Certificaat-Serif"),
        ("Şerban Bălan", "Certificaat-Serif"),
        ("Máret ŧ Eira", "Certificaat-Noto-Serif"),
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
    fetch = AssetFetcher({"qr": AssetResponse(body=b"<svg/>", media_type="image/svg+xml")})
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

    monkeypatch.setattr(drawing, "_template", Raw)
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

    manifest = json.loads((FONTS / "manifest.json").read_text(encoding="utf-8"))
    files = {path.name: path for path in FONTS.glob("*.ttf")}
    assert files.keys() == manifest.keys()
    for name, path in files.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == manifest[name]["sha256"]
        with TTFont(path) as font:
            own = [str(n) for n in font["name"].names if n.nameID in (1, 3, 4, 6, 16, 17, 18, 25)]
        assert own
        assert not any("Source" in value for value in own)
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 2_000_000


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
