"""HTML of courses from elsewhere: what would load from another site becomes a link."""

from __future__ import annotations

import html
import re
from collections import Counter
from urllib.parse import unquote

# Nothing of these is shown: they run, style the page or draw with code.
LOST = re.compile(
    r"<\s*(script|style|object|embed|form|input|button|video|audio|svg|canvas|math|link|select)\b",
    re.IGNORECASE,
)
FRAME = re.compile(r"<iframe\b([^<>]*)>(?:(?:(?!</iframe)[^<])*</iframe\s*>)?", re.IGNORECASE)
PICTURE = re.compile(r"<img\b([^<>]*)>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""\b(src|title|alt)\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
ASSET = re.compile(
    r"""(?:https?://[^"'\s<>]{1,200})?/(?:asset-v1:[^"'\s<>@]{1,200}@asset[+]block[@/]"""
    r"""|c4x/[^"'\s<>/]{1,100}/[^"'\s<>/]{1,100}/asset/)([^"'\s<>?#]{1,200})"""
)
JUMP = re.compile(r"""/courses/[^"'\s<>]{1,200}/(jump_to_id/[A-Za-z0-9_.\-]+)""")
OUTSIDE = re.compile(r"(?:https?:)?//", re.IGNORECASE)


def _attributes(text: str) -> dict[str, str]:
    return {n.lower(): html.unescape(v[1:-1]).strip() for n, v in ATTRIBUTE.findall(text)}


def _link(address: str, words: str) -> str:
    address = f"https:{address}" if address.startswith("//") else address
    host = address.split("/")[2] if address.count("/") > 1 else address
    said = html.escape(f"{words} ({host})" if words else host)
    return f'<a href="{html.escape(address)}">{said}</a>'


def own_address(address: str) -> str:
    """Return an address of a file of the course as /static/…, others as they are."""
    return ASSET.sub(lambda found: f"/static/{unquote(found[1])}", address)


def adapt(source: str) -> tuple[str, list[str]]:
    """Return HTML in which nothing loads from elsewhere, and what was done in words."""
    done: Counter[str] = Counter()

    def frame(found: re.Match[str]) -> str:
        at = _attributes(found[1])
        address = at.get("src", "")
        done["an embedded page became a link"] += 1
        if OUTSIDE.match(address) or address.startswith("/static/"):
            if address.startswith("/static/"):
                words = html.escape(at.get("title") or address)
                return f'<a href="{html.escape(address)}">{words}</a>'
            return _link(address, at.get("title", ""))
        return ""

    def picture(found: re.Match[str]) -> str:
        at = _attributes(found[1])
        if not OUTSIDE.match(at.get("src", "")):
            return found[0]
        done["a picture of another site became a link"] += 1
        return _link(at["src"], at.get("alt", ""))

    text, renamed = ASSET.subn(lambda found: f"/static/{unquote(found[1])}", source)
    text = JUMP.sub(r"/\1", text)
    text = PICTURE.sub(picture, FRAME.sub(frame, text))
    notes = [f"{what} ({number})" if number > 1 else what for what, number in done.items()]
    if renamed:
        notes.append("addresses of files now begin with /static/")
    lost = sorted({name.lower() for name in LOST.findall(text)})
    if lost:
        notes.append(f"left out: {', '.join(f'<{name}>' for name in lost)}")
    return text, notes
