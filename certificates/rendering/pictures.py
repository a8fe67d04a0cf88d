"""The pictures of one certificate: its QR, its rosette, its seal and the logo of its issuer."""

from __future__ import annotations

import hashlib
import io
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno

QR_DOTS = 8
"""Dots per module: enough for a printer, and one picture is far cheaper to draw than its lines."""


def qr_code(url: str) -> bytes:
    """Return the QR of an address as PNG without a border: the page is its quiet zone."""
    out = io.BytesIO()
    code = segno.make(url, error="m", micro=False)
    code.save(out, kind="png", scale=QR_DOTS, border=0, dark="#0f1b2b", light="#fffdf8")
    return out.getvalue()


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
    Ring(radius=830, depth=95, sway=50, strands=9, colour="#3d6ca3"),
    Ring(radius=560, depth=105, sway=45, strands=9, colour="#7fa6d8"),
    Ring(radius=300, depth=85, sway=28, strands=7, colour="#d9b46c"),
)
BACK_RINGS = (Ring(radius=800, depth=130, sway=60, strands=7, colour="#e9dfc6"),)
POINTS_PER_LOBE = 5


def rosette(code: str, rings: tuple[Ring, ...] = RINGS) -> str:
    """Return the guilloche of a certificate as SVG: its own figure, drawn from sha256 of the code.

    It is an ornament that two certificates do not share, not a proof of anything.
    """
    return _framed(_strands(code, rings), stroke_width=3.4)


def _framed(drawing: str, *, stroke_width: float) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1000 -1000 2000 2000" width="2000" '
        f'height="2000"><g fill="none" stroke-width="{stroke_width}">{drawing}</g></svg>'
    )


def _strands(code: str, rings: tuple[Ring, ...]) -> str:
    digest = hashlib.sha256(code.encode()).digest()
    return "".join(
        f'<path d="{_strand(ring, digest[4 * i : 4 * i + 4])}" stroke="{ring.colour}"/>'
        for i, ring in enumerate(rings)
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

    return _smooth([at(i * step) for i in range(count)])


def _smooth(points: list[tuple[float, float]]) -> str:
    """Draw a closed line of cubic curves through points (Catmull-Rom)."""
    curves = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for i, here in enumerate(points):
        before, there = points[i - 1], points[(i + 1) % len(points)]
        after = points[(i + 2) % len(points)]
        numbers = (
            here[0] + (there[0] - before[0]) / 6,
            here[1] + (there[1] - before[1]) / 6,
            there[0] - (after[0] - here[0]) / 6,
            there[1] - (after[1] - here[1]) / 6,
            *there,
        )
        curves.append("C" + " ".join(f"{n:.0f}" for n in numbers))
    return "".join(curves) + "Z"


# --- the seal ---------------------------------------------------------------------------------

PETALS, TURNS = 12, 6
BOOK = (
    "M0 260V-10C-60-70-160-90-280-90V180C-160 180-60 200 0 260"
    "C60 200 160 180 280 180V-90C160-90 60-70 0-10"
)


@lru_cache(maxsize=1)
def seal_emblem() -> str:
    """Return the emblem beside the words that say the document is sealed.

    It is drawn here, in the page: what a signing library would stamp has no tags and no font.
    """
    count = PETALS * 6
    turns = (
        [
            (
                (860 + 110 * math.sin(PETALS * angle + shift)) * math.cos(angle),
                (860 + 110 * math.sin(PETALS * angle + shift)) * math.sin(angle),
            )
            for angle in (i * math.tau / count for i in range(count))
        ]
        for shift in (turn * math.tau / TURNS for turn in range(TURNS))
    )
    return _framed(
        f'<path d="{"".join(map(_smooth, turns))}" stroke="#b98a2f"/>'
        '<circle r="640" stroke="#8a5a00" stroke-width="20"/>'
        f'<path d="{BOOK}" stroke="#8a5a00" stroke-width="44" stroke-linejoin="round"/>'
        '<path d="M-140-200A150 150 0 0 1 140-200" stroke="#b98a2f" stroke-width="44" '
        'stroke-linecap="round"/>',
        stroke_width=14,
    )


# --- the logo ---------------------------------------------------------------------------------

LOGO_BYTES = 2_000_000
LOGO_PIXELS = 16_000_000
LOGO_BOX = (520, 260)
"""Pixels kept: more than print can show at this size only makes each certificate heavier."""
LOGO_MM = (44.0, 22.0)
LIGHT = 150


class UnusableLogo(ValueError):  # noqa: N818 (it names what was met, as the house's errors do)
    """The logo is not a PNG picture that can be printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """A logo made ready: its bytes, its size on paper and whether it needs a light plate."""

    body: bytes
    width: float
    height: float
    plate: bool


def logo(png: bytes) -> Logo:
    """Make a logo fit the band, at one pixel size; raises UnusableLogo.

    A dark logo would drown in the dark band: it gets a plate in the colour of the paper.
    """
    from PIL import Image

    # The end is looked for too: once WeasyPrint is loaded, Pillow reads half a file without a word.
    whole = png.startswith(b"\x89PNG\r\n\x1a\n") and png.endswith(b"IEND\xaeB`\x82")
    if not whole or len(png) > LOGO_BYTES:
        raise UnusableLogo(f"the logo must be a whole PNG of at most {LOGO_BYTES} bytes")
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
            if opened.width * opened.height > LOGO_PIXELS:
                raise UnusableLogo(f"the logo has more than {LOGO_PIXELS} pixels")
            picture = opened.convert("RGBA")
    except (OSError, ValueError, SyntaxError) as error:
        if isinstance(error, UnusableLogo):
            raise
        raise UnusableLogo(f"the logo cannot be read: {error}") from error
    picture.thumbnail(LOGO_BOX)
    out = io.BytesIO()
    opaque = picture.getchannel("A").getextrema()[0] == 255  # noqa: PLR2004 (no pixel lets anything through)
    (picture.convert("RGB") if opaque else picture).save(out, "PNG", optimize=True)
    scale = min(LOGO_MM[0] / picture.width, LOGO_MM[1] / picture.height)
    return Logo(
        body=out.getvalue(),
        width=round(picture.width * scale, 2),
        height=round(picture.height * scale, 2),
        plate=_needs_plate(picture, opaque=opaque),
    )


def _needs_plate(picture: Any, *, opaque: bool) -> bool:
    grey = picture.convert("L")
    if opaque:  # a light background of its own is made a little larger, so that nothing touches
        return bool(grey.getpixel((0, 0)) > LIGHT)
    counts = grey.histogram(mask=picture.getchannel("A").point(lambda alpha: alpha > LIGHT and 255))
    seen = sum(counts)
    mean = sum(i * n for i, n in enumerate(counts)) / max(seen, 1)
    return bool(mean < LIGHT)
