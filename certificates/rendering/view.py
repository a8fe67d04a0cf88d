"""From what a certificate says to what its template prints: words, sizes, dates."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from certificates.rendering import text
from certificates.rendering.content import Attached, CertificateContent
from certificates.rendering.pictures import Logo

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "pdf"

# Longest text, in characters, that fits at each size; the last size takes the rest.
NAME_SIZES = ((28, "large"), (42, "medium"), (100, "small"))
TITLE_SIZES = ((90, "large"), (150, "medium"))
HOST_SIZES = ((22, "short"), (45, "wide"))

# Sizes of the panel of facts, with the lines that each is first tried for; the barest leaves out
# what is not about this certificate. Its end has a name, so that it can be seen to be on the page.
PANEL_SIZES = ((14, "roomy"), (17, "tight"), (24, "dense"))
BAREST = "bare"
PANEL_END = "panel-end"
PANEL_LINE = 27

# Sizes of the explanation, largest first, with the length that each is first tried for. Whether it
# fits is not guessed: `render_pdf` lays the page out and takes the next one when it does not.
BACK_SIZES = ((210, "huge"), (480, "large"), (780, "medium"), (1000, "fair"), (1500, "small"))
SMALLEST = "fine"
"""What does not fit at this size either runs on to a next page."""

HOUR = 60


@lru_cache(maxsize=1)
def texts() -> dict[str, Any]:
    """Read the fixed words of the document."""
    return tomllib.loads((TEMPLATES / "texts.toml").read_text(encoding="utf-8"))


def back_sizes(content: CertificateContent) -> tuple[str, ...]:
    """Return the sizes to try for the explanation, the most likely first."""
    # An outcome is a line and its air, so many short ones need as much room as a few long ones.
    length = sum(max(len(o), 60) + 20 for o in content.outcomes) + len(content.assessed_by)
    names = [name for limit, name in BACK_SIZES if length <= limit]
    return (*names, SMALLEST)


def panel_sizes(
    content: CertificateContent, attachments: Sequence[Attached], *, sealed: bool
) -> tuple[str, ...]:
    """Return the sizes to try for the panel of facts, the most likely first."""
    long = (content.holder_name, content.title, content.issuer_name, content.signatory_name)
    lines = 6 + sum(1 + len(part) // PANEL_LINE for part in long) + (3 if sealed else 0)
    lines += 2 if any(a.relationship == "Alternative" for a in attachments) else 0
    return (*(name for limit, name in PANEL_SIZES if lines <= limit), BAREST)


def view(
    content: CertificateContent,
    *,
    back_size: str,
    panel_size: str = BAREST,
    logo: Logo | None = None,
    attachments: Sequence[Attached] = (),
    development: bool = False,
    sealed: bool = True,
) -> dict[str, Any]:
    """Work out all that the template prints, so that the template only places it."""
    words = _words(content)
    name, title = text.name(content.holder_name), text.display("title", content.title)
    issuer = text.display("issuer_name", content.issuer_name)
    signatory = text.display("signatory_name", content.signatory_name)
    # A site that signs for itself is not a person: its name stands in the band, and only there.
    signed_by_person = bool(signatory.text) and signatory.text != issuer.text
    valid_until, score = content.valid_until, content.score_percent
    return {
        "content": content,
        "words": words,
        "document_title": words["document_title"].format(number=content.number, name=name.text),
        "name": name,
        "name_language": foreign_language(name.text),
        "name_size": _size(len(name.text), NAME_SIZES, "tiny"),
        "title": title,
        "title_size": _size(len(title.text), TITLE_SIZES, "small"),
        "statement": text.body("statement", content.statement) or words["completed"],
        "issuer": issuer,
        "signatory": signatory if signed_by_person else None,
        "signatory_role": text.body("signatory_role", content.signatory_role),
        "verify_host": text.body("verify_host", content.verify_host),
        "host_size": _size(len(content.verify_host), HOST_SIZES, "long"),
        "course_version": text.body("course_version", content.course_version),
        "outcomes": [text.body("outcomes", outcome) for outcome in content.outcomes],
        "assessed_by": text.body("assessed_by", content.assessed_by),
        "back_size": back_size,
        "panel_size": panel_size,
        "panel_end": PANEL_END,
        "issued_on": _written(content.issued_on, words["months"]),
        "valid_until": _written(valid_until, words["months"]) if valid_until else None,
        "study_load": study_load(content.minutes, content.language) if content.minutes else None,
        "score": f"{score}%" if score is not None else None,
        "short_code": grouped(content.short_code),
        "logo": logo,
        "same_facts": [a.name for a in attachments if a.relationship == "Alternative"],
        "sealed": sealed,
        "development": development,
    }


def foreign_language(name: str) -> str | None:
    """Return the language tag of a name in another alphabet, so that it is not spelt as Dutch.

    Greek letters write one language. Cyrillic ones write many: which one is not known, and a guess
    would make a screen reader say the name wrong.
    """
    scripts = {"GREEK": "el", "CYRILLIC": "und-Cyrl"}
    found = {word for word in map(_alphabet, name) if word in scripts}
    return scripts[found.pop()] if len(found) == 1 else None


def _alphabet(character: str) -> str:
    return unicodedata.name(character, "").split(" ", maxsplit=1)[0]


def study_load(minutes: int, language: str) -> str:
    """Return a study load as it is printed: minutes below an hour, then whole hours."""
    words = texts()[language]
    if minutes < HOUR:
        number, (singular, plural) = minutes, words["minutes"]
    else:
        number, (singular, plural) = (minutes + HOUR // 2) // HOUR, words["hours"]
    return str((singular if number == 1 else plural).format(number=number))


def grouped(short_code: str) -> str:
    """Return the short code as people read it aloud: 4-4-4."""
    plain = short_code.replace("-", "")
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _words(content: CertificateContent) -> dict[str, Any]:
    words: dict[str, Any] = texts()[content.language]
    return {**words, **words[content.kind]}


def _written(day: date, months: list[str]) -> str:
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _size(length: int, sizes: tuple[tuple[int, str], ...], otherwise: str) -> str:
    return next((size for limit, size in sizes if length <= limit), otherwise)
