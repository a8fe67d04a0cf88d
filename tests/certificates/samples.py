"""Certificates that the tests share."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from lxml import etree
from PIL import Image, ImageDraw

from certificates.rendering import Attached, CertificateContent

COURSES = Path(__file__).parents[2] / "courses" / "content"

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
    minutes=24 * 60,
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

ATTACHED = Attached(
    name="credential.json",
    description="Open Badges 3.0",
    data=b'{"type": ["VerifiableCredential", "OpenBadgeCredential"]}',
    relationship="Alternative",
    at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
)
KEY_COPY = Attached(
    name="did.json",
    description="The keys of the issuer",
    data=b'{"id": "did:web:leren.example"}',
    relationship="Supplement",
    at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
)


def of_course(slug: str) -> CertificateContent:
    """The certificate of a real course, signed by the site itself, as it is issued today."""
    course = etree.parse(COURSES / slug / "course" / "course.xml").getroot()
    return replace(
        CONTENT,
        title=course.get("display_name"),
        language="en" if course.get("language") == "en" else "nl",
        outcomes=tuple(goal.text for goal in course.iter("goal")),
        issuer_name="Leeromgeving Werken 2.0",
        signatory_name="Leeromgeving Werken 2.0",
        signatory_role="programmamanager",
        assessed_by="Lessen met oefenvragen en een eindtoets, automatisch nagekeken.",
    )


def logo(colour: str = "#0f3055", size: tuple[int, int] = (400, 160), mode: str = "RGBA") -> bytes:
    picture = Image.new(mode, size, (0, 0, 0, 0) if mode == "RGBA" else "white")
    ImageDraw.Draw(picture).ellipse((20, 20, size[0] - 20, size[1] - 20), fill=colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
