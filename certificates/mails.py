"""The mail that says a certificate is ready."""

from __future__ import annotations

from flask_babel import gettext as _

from certificates.models import Certificate
from learnenv.accounts.api import PersonFacts
from learnenv.kernel.letters import Letter, in_language, send
from learnenv.kernel.site import site_url


def ready(certificate: Certificate, person: PersonFacts) -> None:
    """Mail the holder once that the certificate can be downloaded."""
    with in_language(person.language):
        letter = Letter(
            subject=_("Your certificate for %(course)s", course=certificate.title),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(
                _("Well done: you finished %(course)s.", course=certificate.title),
                _("Your certificate is ready. Anyone you show it to can check it on our site."),
            ),
            action=(
                _("To my certificate"),
                site_url(f"/certificaten/{certificate.number}"),
            ),
            reason=_("You get this mail once, because you finished a course."),
        )
        send(
            letter,
            key=f"certificate:{certificate.id}",
            recipient=person.email,
            language=person.language,
        )
