"""A certificate in, PDF bytes out.

The same content gives the same bytes (with the same versions of WeasyPrint, Pango and fonts), so a
golden hash is possible and a document can be compared with a stored one. Still: render once, seal,
store the bytes and serve those. A later version of this module draws differently.

Three things keep the text of others from doing harm: autoescape in the template, a fetcher that
knows only what lies in memory (`AssetFetcher`), and a check that our own fonts can draw every
letter, because a missing one would silently come from a font of the machine.
"""

from __future__ import annotations

import hashlib
import math
import re
import threading
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

STATIC = Path(__file__).resolve().parent / "static"
FONTS = STATIC / "fonts"
TEMPLATES = Path(__file__).resolve().parent / "templates" / "pdf"

SCHEME = "learnenv-asset"
MEDIA_TYPES = {".ttf": "font/ttf", ".svg": "image/svg+xml"}

# The house face needs both its serif and its sans; the reserve is one font for everything else.
HOUSE_FONTS = ("certificaat-serif-400.ttf", "certificaat-sans-400.ttf")
RESERVE_FONT = "certificaat-noto-serif-400.ttf"

# Signs that authors type and no vendored font has, in a form that every font has.
PLAIN = str.maketrans({"‐": "-", "‑": "-", "−": "–", "≥": ">=", "≤": "<=", "→": "->"})

# Longest text, in characters, that fits at each size; the last size takes the rest.
NAME_SIZES = ((28, "large"), (42, "medium"), (100, "small"))
TITLE_SIZES = ((90, "large"), (150, "medium"))
BACK_SIZES = ((210, "huge"), (480, "large"), (850, "medium"))
PANEL_SIZES = ((150, "roomy"), (250, "tight"))

# Pango's font map is shared by all renderings of a process and is not made for two threads.
_LOCK = threading.Lock()


class UnsafeResource(Exception):  # noqa: N818 (it names what was met, as the house's errors do)
    """The document asked for something that is not one of our own assets."""

    def __init__(self, url: str) -> None:
        super().__init__(f"a certificate may not load {url[:200]!r}")
        self.url = url


class UndrawableText(ValueError):  # noqa: N818
    """No vendored font can draw this text. `field` is the content's field, `characters` which."""

    def __init__(self, field: str, characters: tuple[str, ...]) -> None:
        signs = ", ".join(f"{c} (U+{ord(c):04X})" for c in characters)
        super().__init__(f"{field}: no font for {signs}")
        self.field = field
        self.characters = characters


class UndrawableName(UndrawableText):
    """The holder's name cannot be drawn: stop the issue, a name is never drawn in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateContent:
    """All that a certificate says. Plain values, so that a job or a test can make one.

    `code` is the secret-free public id (26 characters of lower-case base32); the rosette is drawn
    from it. `short_code` has 12 characters of Crockford base32, with or without hyphens. `hours`
    is the study load, `score_percent` 0 to 100. `verify_host` is what is printed of `verify_url`.
    """

    number: str
    code: str
    short_code: str
    verify_url: str
    verify_host: str
    holder_name: str
    title: str
    language: Literal["nl", "en"]
    issued_on: date
    hours: int
    score_percent: int | None
    outcomes: tuple[str, ...]
    course_version: str
    issuer_name: str
    signatory_name: str
    signatory_role: str
    assessed_by: str
    valid_until: date | None

    def __post_init__(self) -> None:
        """Refuse what would give a broken document; raises ValueError."""
        if self.language not in ("nl", "en"):
            raise ValueError(f"no certificate texts in {self.language!r}")
        address = urlsplit(self.verify_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError("verify_url must be an absolute http(s) address")
        if not re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{12}", self.short_code.replace("-", "")):
            raise ValueError("short_code must have 12 characters of Crockford base32")
        if not _printable(self.holder_name):
            raise ValueError("holder_name is empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A text as it is printed, and the class of the face that can draw all of it."""

    text: str
    face: Literal["", "reserve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetResponse:
    """What a fetch of ours gives; made into WeasyPrint's own class where it is handed over."""

    body: bytes
    media_type: str


class AssetFetcher:
    """The only way from a certificate to a resource: names in a dict, bytes in memory.

    On purpose no subclass of WeasyPrint's fetcher: that one inherits handlers for http, file, ftp
    and data, and this one has no code that could open anything.
    """

    # WeasyPrint reads this: a refused URL stops the rendering, where the default only logs it.
    _fail_on_errors = True

    def __init__(self, assets: Mapping[str, AssetResponse]) -> None:
        self._assets = assets

    def __call__(self, url: str) -> Any:
        """Return the asset behind `learnenv-asset:NAME`; raises UnsafeResource for all else."""
        from weasyprint.urls import URLFetcherResponse

        scheme, _, name = url.partition(":")
        asset = self._assets.get(name) if scheme == SCHEME else None
        if asset is None:
            raise UnsafeResource(url)
        return URLFetcherResponse(url, asset.body, {"Content-Type": asset.media_type})


def render_pdf(content: CertificateContent) -> bytes:
    """Draw the certificate: A4 landscape, PDF/UA-1, one page or, with outcomes, two.

    Takes about a quarter of a second, and more the first time in a process; threads wait for each
    other. Call it in the process that renders, not before a fork.

    Raises UndrawableName (a ValueError) when the holder's name has a letter no vendored font has,
    UndrawableText for any other text, UnsafeResource when something outside our assets is asked.
    """
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    page = _template().render(_view(content))
    assets = {**_static_assets(), **_own_assets(content)}
    options = {
        "pdf_variant": "pdf/ua-1",
        "pdf_identifier": hashlib.sha256(content.code.encode()).digest()[:16],
    }
    with _LOCK:
        font_config, sheet = _type_case()
        try:
            document = HTML(string=page, url_fetcher=AssetFetcher(assets)).render(
                font_config=font_config, stylesheets=[sheet], **options
            )
            # The options are given twice on purpose: without them here it is an ordinary PDF.
            return bytes(document.write_pdf(**options))
        except FatalURLFetchingError as error:
            # A BaseException there, which would end a worker: ours is an ordinary one.
            raise UnsafeResource(_refused_url(error)) from error


def undrawable_characters(text: str) -> tuple[str, ...]:
    """Return the characters of a text that no vendored font can draw, each once, in order.

    For whoever publishes a course or edits a name: ask before, instead of failing at the issue.
    """
    known = _house_letters() | _letters(RESERVE_FONT)
    return tuple(dict.fromkeys(c for c in _printable(text) if c not in known))


def _refused_url(error: BaseException) -> str:
    cause = error.__cause__
    return cause.url if isinstance(cause, UnsafeResource) else str(error)


# --- text -------------------------------------------------------------------------------------


def _printable(text: str) -> str:
    """Compose letters, keep one space between words, drop what has no shape (controls, bidi)."""
    spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).translate(PLAIN))
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf")).strip()


@lru_cache(maxsize=8)
def _letters(font: str) -> frozenset[str]:
    """Read which characters a vendored font can draw."""
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / font, lazy=True) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


def _house_letters() -> frozenset[str]:
    return _letters(HOUSE_FONTS[0]) & _letters(HOUSE_FONTS[1])


def _name(text: str) -> Drawn:
    """Choose one face for the whole of the holder's name: two in one word look like a mistake."""
    printed = _printable(text)
    if set(printed) <= _house_letters():
        return Drawn(text=printed, face="")
    missing = tuple(dict.fromkeys(c for c in printed if c not in _letters(RESERVE_FONT)))
    if missing:
        raise UndrawableName("holder_name", missing)
    return Drawn(text=printed, face="reserve")


def _body(field: str, text: str) -> str:
    """Make a running text printable; a strange letter in it may come from the reserve.

    A sign without a font (an emoji, a tick) is ornament and goes; a letter is meaning and stops.
    """
    missing = undrawable_characters(text)
    ornament = {c for c in missing if unicodedata.category(c) in ("So", "Sk", "Mn")}
    if len(ornament) < len(missing):
        raise UndrawableText(field, tuple(c for c in missing if c not in ornament))
    return _printable("".join(c for c in unicodedata.normalize("NFC", text) if c not in ornament))


def _display(field: str, text: str) -> Drawn:
    """Choose one face for a text in large type."""
    printed = _body(field, text)
    whole = set(printed) <= _house_letters() or not set(printed) <= _letters(RESERVE_FONT)
    return Drawn(text=printed, face="" if whole else "reserve")


def _size(length: int, sizes: tuple[tuple[int, str], ...], otherwise: str) -> str:
    return next((size for limit, size in sizes if length <= limit), otherwise)


# --- the page ---------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads((TEMPLATES / "texts.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("certificate.html")


@lru_cache(maxsize=1)
def _type_case() -> tuple[Any, Any]:
    """Load fonts and style sheet, once in a process: it costs more than a page does."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    font_config = FontConfiguration()
    css = (TEMPLATES / "certificate.css").read_text(encoding="utf-8")
    fetcher = AssetFetcher(_static_assets())
    return font_config, CSS(string=css, font_config=font_config, url_fetcher=fetcher)


@lru_cache(maxsize=1)
def _static_assets() -> dict[str, AssetResponse]:
    """Read the fonts and the mark, by the names that the style sheet uses."""
    files = {path.name: path for path in FONTS.glob("*.ttf")}
    files["mark"] = STATIC / "certificate-mark.svg"
    return {
        name: AssetResponse(body=path.read_bytes(), media_type=MEDIA_TYPES[path.suffix])
        for name, path in files.items()
    }


def _own_assets(content: CertificateContent) -> dict[str, AssetResponse]:
    """Draw the pictures that belong to this certificate alone."""
    pictures = {
        "rosette": rosette(content.code),
        "corner": rosette(content.code, BACK_RINGS),
        "qr": qr_code(content.verify_url),
    }
    return {
        name: AssetResponse(body=svg.encode(), media_type=MEDIA_TYPES[".svg"])
        for name, svg in pictures.items()
    }


def _view(content: CertificateContent) -> dict[str, Any]:
    """Work out all that the template prints, so that the template only places it."""
    words = _texts()[content.language]
    name, title = _name(content.holder_name), _display("title", content.title)
    outcomes = [_body("outcomes", outcome) for outcome in content.outcomes]
    assessed_by = _body("assessed_by", content.assessed_by)
    # An outcome is a line and its air, so many short ones need as much room as a few long ones.
    back_length = sum(max(len(o), 60) + 20 for o in outcomes) + len(assessed_by)
    valid_until, score = content.valid_until, content.score_percent
    issuer = _display("issuer_name", content.issuer_name)
    signatory = _display("signatory_name", content.signatory_name)
    panel_length = sum(max(len(d.text), 20) for d in (name, title, issuer, signatory))
    return {
        "content": content,
        "words": words,
        "document_title": words["document_title"].format(number=content.number, name=name.text),
        "name": name,
        "name_size": _size(len(name.text), NAME_SIZES, "tiny"),
        "title": title,
        "title_size": _size(len(title.text), TITLE_SIZES, "small"),
        "issuer": issuer,
        "signatory": signatory,
        "signatory_role": _body("signatory_role", content.signatory_role),
        "verify_host": _body("verify_host", content.verify_host),
        "course_version": _body("course_version", content.course_version),
        "outcomes": outcomes,
        "assessed_by": assessed_by,
        "back_size": _size(back_length, BACK_SIZES, "small"),
        "panel_size": _size(panel_length, PANEL_SIZES, "dense"),
        "issued_on": _written(content.issued_on, words["months"]),
        "valid_until": _written(valid_until, words["months"]) if valid_until else None,
        "hours": words["hours"].format(hours=content.hours),
        "score": f"{score}%" if score is not None else None,
        "short_code": grouped(content.short_code),
    }


def _written(day: date, months: list[str]) -> str:
    return f"{day.day} {months[day.month - 1]} {day.year}"


def grouped(short_code: str) -> str:
    """Return the short code as people read it aloud: 4-4-4."""
    plain = short_code.replace("-", "")
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


# --- pictures ---------------------------------------------------------------------------------


def qr_code(url: str) -> str:
    """Return the QR of an address as SVG, without a border: the page around it is the quiet zone.

    One closed outline per dark run, each a hair too tall, so that no viewer shows seams.
    """
    matrix = segno.make(url, error="m", micro=False).matrix
    runs = (
        f"M{start} {y}h{end - start}v{1.04 if y < len(matrix) - 1 else 1}h{start - end}z"
        for y, row in enumerate(matrix)
        for start, end in _dark_runs(row)
    )
    size = len(matrix)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" '
        f'width="{size}" height="{size}"><path d="{"".join(runs)}" fill="#0f1b2b"/></svg>'
    )


def _dark_runs(row: bytes | bytearray) -> Iterator[tuple[int, int]]:
    for match in re.finditer(rb"\x01+", bytes(row)):
        yield match.start(), match.end()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One ring of the rosette; lengths in thousandths of the rosette's half width.

    `strands` turns make one closed line; `lobes` is the number of waves in a turn. The middle of
    the ring itself waves `waves` times, `sway` deep.
    """

    radius: int
    depth: int
    sway: int
    strands: int
    colour: str


RINGS = (
    Ring(radius=830, depth=95, sway=50, strands=11, colour="#3d6ca3"),
    Ring(radius=560, depth=105, sway=45, strands=11, colour="#7fa6d8"),
    Ring(radius=300, depth=85, sway=28, strands=9, colour="#d9b46c"),
)
BACK_RINGS = (Ring(radius=800, depth=130, sway=60, strands=9, colour="#e9dfc6"),)
POINTS_PER_LOBE = 5


def rosette(code: str, rings: tuple[Ring, ...] = RINGS) -> str:
    """Return the guilloche of a certificate as SVG: its own figure, drawn from sha256 of the code.

    It is an ornament that two certificates do not share, not a proof of anything.
    """
    digest = hashlib.sha256(code.encode()).digest()
    paths = "".join(
        f'<path d="{_strand(ring, digest[4 * i : 4 * i + 4])}" stroke="{ring.colour}"/>'
        for i, ring in enumerate(rings)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1000 -1000 2000 2000" '
        f'width="2000" height="2000"><g fill="none" stroke-width="3.4">{paths}</g></svg>'
    )


def _strand(ring: Ring, seed: bytes) -> str:
    """Draw one ring as a single closed line of cubic curves; four bytes choose its form."""
    lobes, waves = 7 + seed[0] % 5, 3 + seed[1] % 4
    turn, shift = seed[2] / 256 * math.tau, seed[3] / 256 * math.tau
    # One lobe more than fits whole turns: each turn comes out a little further, which weaves.
    frequency = lobes + 1 / ring.strands
    count = (lobes * ring.strands + 1) * POINTS_PER_LOBE
    step = math.tau * ring.strands / count

    def at(angle: float) -> tuple[float, float]:
        swell = 0.72 + 0.28 * math.cos(waves * angle + shift)
        radius = ring.radius + ring.sway * math.sin(waves * angle)
        radius += ring.depth * swell * math.sin(frequency * angle)
        return radius * math.cos(angle + turn), radius * math.sin(angle + turn)

    points = [at(i * step) for i in range(count)]
    curves = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for i in range(count):
        before, here = points[i - 1], points[i]
        there, after = points[(i + 1) % count], points[(i + 2) % count]
        numbers = (
            here[0] + (there[0] - before[0]) / 6,
            here[1] + (there[1] - before[1]) / 6,
            there[0] - (after[0] - here[0]) / 6,
            there[1] - (after[1] - here[1]) / 6,
            *there,
        )
        curves.append("C" + " ".join(f"{n:.0f}" for n in numbers))
    return "".join(curves) + "Z"
