"""Templates of certificates: each change is a new version, an issued certificate keeps its own."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from certificates.models import Template, TemplateUse
from learnenv.kernel import audit
from learnenv.kernel.db import db, insert
from learnenv.kernel.errors import InvalidInputError
from learnenv.kernel.permissions import Actor

LARGEST_LOGO = 2 * 1024 * 1024
MOST_PIXELS = 4_000_000
LOGO_SIZE = 600
LOGO_KINDS = ("PNG", "JPEG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a template says."""

    statement_nl: str = ""
    statement_en: str = ""
    issuer: str = ""
    signatory_name: str = ""
    signatory_role_nl: str = ""
    signatory_role_en: str = ""
    assessed_nl: str = ""
    assessed_en: str = ""
    months_valid: int | None = None
    eqf: int | None = None
    nlqf: str = ""
    quality_name: str = ""
    quality_url: str = ""
    logo: bytes | None = None


def save(name: str, look: Look, *, actor: Actor, at: datetime) -> Template:
    """Keep a new version of a template; certificates from now on follow it."""
    last = db.session.scalar(select(func.max(Template.version)).where(Template.name == name)) or 0
    made = Template(
        name=name,
        version=last + 1,
        statement_nl=look.statement_nl,
        statement_en=look.statement_en,
        issuer=look.issuer,
        signatory_name=look.signatory_name,
        signatory_role_nl=look.signatory_role_nl,
        signatory_role_en=look.signatory_role_en,
        assessed_nl=look.assessed_nl,
        assessed_en=look.assessed_en,
        months_valid=look.months_valid,
        eqf=look.eqf,
        nlqf=look.nlqf,
        quality_name=look.quality_name,
        quality_url=look.quality_url,
        logo=look.logo,
        made_at=at,
        made_by=actor.person_id,
    )
    db.session.add(made)
    db.session.flush()
    audit.record("template.saved", f"template:{name}", actor=actor, version=made.version)
    return made


def use_for(name: str, courses: list[int], *, actor: Actor) -> None:
    """Let the certificates of these courses follow a template, and no others."""
    db.session.execute(
        delete(TemplateUse).where(
            TemplateUse.template == name, TemplateUse.course_id.not_in(courses)
        )
    )
    for course in courses:
        statement = insert(TemplateUse).values(course_id=course, template=name)
        db.session.execute(
            statement.on_conflict_do_update(index_elements=["course_id"], set_={"template": name})
        )
    audit.record("template.used", f"template:{name}", actor=actor, courses=sorted(courses))


def clean_logo(data: bytes) -> bytes:
    """Return an uploaded logo drawn anew as PNG, without anything else that was in the file.

    Raises InvalidInputError for what is no PNG or JPEG, or too large (TRUST.md 6).
    """
    from PIL import Image  # pages need none

    if len(data) > LARGEST_LOGO:
        raise InvalidInputError(_("The logo may be 2 MB at most."), field="logo")
    try:
        with Image.open(io.BytesIO(data), formats=LOGO_KINDS) as opened:
            is_small = opened.width * opened.height <= MOST_PIXELS  # known before it is unpacked
            image = opened.convert("RGBA") if is_small else None
    except Exception:  # noqa: BLE001 - whatever a broken picture makes the reader say
        raise InvalidInputError(_("Use a logo as PNG or JPEG."), field="logo") from None
    if image is None:
        raise InvalidInputError(_("The logo has too many pixels."), field="logo")
    image.thumbnail((LOGO_SIZE, LOGO_SIZE))
    plain = Image.new("RGB", image.size, "white")  # PDF/A-3a takes it, but paper has no alpha
    plain.paste(image, mask=image.getchannel("A"))
    out = io.BytesIO()
    plain.save(out, "PNG", optimize=True)
    return out.getvalue()
