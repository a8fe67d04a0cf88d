"""The sealed statement: what somebody was in the register on a day (f16)."""

from __future__ import annotations

from flask import render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from certificates.api import PaperError, sealed_paper
from learnenv.areas.certification.models import Registration
from learnenv.areas.certification.paper import FONTS
from learnenv.areas.certification.queries.register import OnDay
from learnenv.areas.certification.services.base import rules_of
from learnenv.areas.certification.words import STANDINGS
from learnenv.kernel.clock import now
from learnenv.kernel.errors import DomainError
from learnenv.kernel.site import site_name, site_url
from learnenv.kernel.taxonomy import THEMES, names


def sealed(entry: Registration, past: OnDay) -> bytes:
    """Return the statement as a sealed PDF, in Dutch. Raises DomainError when it cannot be made."""
    with force_locale("nl"):
        html = render_template(
            "certification/statement.html",
            entry=entry,
            past=past,
            rules=rules_of(past.scheme) if past.scheme else None,
            standing=STANDINGS[past.standing],
            themes=names(past.themes, THEMES),
            site=site_name(),
            made_at=now(),
            page=site_url(f"/register/{entry.number}?op={past.day.isoformat()}"),
        )
        label = _("Electronic seal of %(site)s", site=site_name())
    try:
        return sealed_paper(html, fonts=FONTS, seal_label=label)
    except PaperError as error:
        raise DomainError(_("The statement cannot be sealed now. Try again later.")) from error
