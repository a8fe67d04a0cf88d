"""Text that our own fonts can draw, and a clear stop where they cannot."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"

# The house face needs both its serif and its sans; the reserve is one font for everything else.
HOUSE_FONTS = ("certificaat-serif-400.ttf", "certificaat-sans-400.ttf")
RESERVE_FONT = "certificaat-noto-serif-400.ttf"

# Signs that authors type and no vendored font has, in a form that every font has.
PLAIN = str.maketrans({"‐": "-", "‑": "-", "−": "–", "≥": ">=", "≤": "<=", "→": "->"})


class UndrawableText(ValueError):  # noqa: N818 (it names what was met, as the house's errors do)
    """No vendored font can draw this text. `field` is the content's field, `characters` which."""

    def __init__(self, field: str, characters: tuple[str, ...]) -> None:
        signs = ", ".join(f"{c} (U+{ord(c):04X})" for c in characters)
        super().__init__(f"{field}: no font for {signs}")
        self.field = field
        self.characters = characters


class UndrawableName(UndrawableText):
    """The holder's name cannot be drawn: stop the issue, a name is never drawn in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A text as it is printed, and the class of the face that can draw all of it."""

    text: str
    face: Literal["", "reserve"]


def printable(text: str) -> str:
    """Compose letters, keep one space between words, drop what has no shape (controls, bidi)."""
    spaced = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text).translate(PLAIN))
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf")).strip()


def undrawable_characters(text: str) -> tuple[str, ...]:
    """Return the characters of a text that no vendored font can draw, each once, in order.

    For whoever publishes a course or edits a name: ask before, instead of failing at the issue.
    """
    known = _house_letters() | _letters(RESERVE_FONT)
    return tuple(dict.fromkeys(c for c in printable(text) if c not in known))


def name(text: str) -> Drawn:
    """Choose one face for the whole of the holder's name: two in one word look like a mistake."""
    printed = printable(text)
    if set(printed) <= _house_letters():
        return Drawn(text=printed, face="")
    missing = tuple(dict.fromkeys(c for c in printed if c not in _letters(RESERVE_FONT)))
    if missing:
        raise UndrawableName("holder_name", missing)
    return Drawn(text=printed, face="reserve")


def body(field: str, text: str) -> str:
    """Make a running text printable; a strange letter in it may come from the reserve.

    A sign without a font (an emoji, a tick) is ornament and goes; a letter is meaning and stops.
    """
    missing = undrawable_characters(text)
    ornament = {c for c in missing if unicodedata.category(c) in ("So", "Sk", "Mn")}
    if len(ornament) < len(missing):
        raise UndrawableText(field, tuple(c for c in missing if c not in ornament))
    return printable("".join(c for c in unicodedata.normalize("NFC", text) if c not in ornament))


def display(field: str, text: str) -> Drawn:
    """Choose one face for a text in large type."""
    printed = body(field, text)
    whole = set(printed) <= _house_letters() or not set(printed) <= _letters(RESERVE_FONT)
    return Drawn(text=printed, face="" if whole else "reserve")


@lru_cache(maxsize=8)
def _letters(font: str) -> frozenset[str]:
    """Read which characters a vendored font can draw."""
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / font, lazy=True) as opened:
        return frozenset(map(chr, opened.getBestCmap()))


@lru_cache(maxsize=1)
def _house_letters() -> frozenset[str]:
    return _letters(HOUSE_FONTS[0]) & _letters(HOUSE_FONTS[1])
