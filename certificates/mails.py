"""The mail that says a certificate is ready."""

from __future__ import annotations

from flask_babel import format_date
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


def renewed(certificate: Certificate, person: PersonFacts, *, old_number: str) -> None:
    """Mail the holder that a new document took the place of one whose key was lost."""
    with in_language(person.language):
        letter = Letter(
            subject=_("New document of your certificate: %(title)s", title=certificate.title),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(
                _(
                    "We made a new document of your certificate for %(title)s. The text and the"
                    " date are the same. The number and the code are new.",
                    title=certificate.title,
                ),
                _(
                    "The key that signed the old one, number %(number)s, may be in other hands."
                    " Checking programs refuse it. Use the new document from now on.",
                    number=old_number,
                ),
            ),
            action=(_("To my certificate"), site_url(f"/certificaten/{certificate.number}")),
            reason=_("You get this mail once, because your certificate has a new document."),
        )
        send(
            letter,
            key=f"certificate:{certificate.id}",
            recipient=person.email,
            language=person.language,
        )


def ends_soon(certificate: Certificate, person: PersonFacts, *, step: int) -> None:
    """Tell the holder that a certificate ends; `step` is how many days before, once each."""
    assert certificate.valid_until is not None
    with in_language(person.language):
        until = format_date(certificate.valid_until, format="long")
        letter = Letter(
            subject=_("Your certificate ends soon: %(title)s", title=certificate.title),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(
                _(
                    "Your certificate for %(title)s is valid until %(date)s.",
                    title=certificate.title,
                    date=until,
                ),
                _("Renew it before that day. The new one begins when this one ends."),
            ),
            action=(_("To my certificate"), site_url(f"/certificaten/{certificate.number}")),
            reason=_("You get this mail 90, 60, 30 and 7 days before the end."),
        )
        send(
            letter,
            key=f"certificate:{certificate.id}:ends:{step}",
            recipient=person.email,
            language=person.language,
        )


def ends_soon_for_manager(certificate: Certificate, manager: PersonFacts, *, step: int) -> None:
    """Tell a manager that the certificate of somebody in the organisation ends."""
    assert certificate.valid_until is not None
    with in_language(manager.language):
        until = format_date(certificate.valid_until, format="long")
        letter = Letter(
            subject=_("A certificate of %(name)s ends soon", name=certificate.holder_name),
            greeting=_("Hello %(name)s,", name=manager.name),
            paragraphs=(
                _(
                    "The certificate of %(name)s for %(title)s is valid until %(date)s.",
                    name=certificate.holder_name,
                    title=certificate.title,
                    date=until,
                ),
            ),
            reason=_("You get this mail because you are a manager of this organisation."),
        )
        send(
            letter,
            key=f"certificate:{certificate.id}:ends:{step}:{manager.person_id}",
            recipient=manager.email,
            language=manager.language,
        )


def changed(certificate: Certificate, person: PersonFacts, *, status: str, key: str) -> None:
    """Tell the holder that the state of a certificate changed."""
    with in_language(person.language):
        words = {
            "valid": _("Your certificate for %(title)s is valid again.", title=certificate.title),
            "suspended": _(
                "Your certificate for %(title)s is suspended for now.", title=certificate.title
            ),
            "revoked": _("Your certificate for %(title)s was revoked.", title=certificate.title),
            "replaced": _(
                "Your certificate for %(title)s was replaced by a new one.",
                title=certificate.title,
            ),
        }
        letter = Letter(
            subject=_("Your certificate: %(title)s", title=certificate.title),
            greeting=_("Hello %(name)s,", name=person.name),
            paragraphs=(
                words[status],
                _("Do you not agree, or do you have a question? Answer this mail."),
            ),
            action=(_("To my certificate"), site_url(f"/certificaten/{certificate.number}")),
            reason=_("You get this mail because the state of your certificate changed."),
        )
        send(letter, key=key, recipient=person.email, language=person.language)
